import type { ScheduledEvent } from "../clock/scheduler.js";
import { CURRENTS } from "./currents.js";
import type { Site } from "./site.js";

const MS_PER_HOUR = 3_600_000;
/** Charger's constant current, mA; the last tenth goes in at a quarter of it. */
const CHARGE_MA = 700;
const INNER_OHM = 0.08;

/** Open-circuit voltage of a Li-ion cell, mV, over state of charge, percent; straight lines between. */
const CURVE: readonly (readonly [number, number])[] = [
  [0, 3_000],
  [2, 3_250],
  [5, 3_400],
  [10, 3_520],
  [20, 3_610],
  [40, 3_690],
  [60, 3_800],
  [80, 3_960],
  [100, 4_180],
];

export interface BatteryState {
  readonly present: boolean;
  readonly chargeMilliampHours: number;
}

/**
 * The backup cell. Charge is integrated over virtual time from the loads that the devices declare; with mains, the charger
 * fills it and the loads run from mains. Nothing is sampled: a change settles the time since the one before.
 */
export class Battery {
  readonly #site: Site;
  readonly capacityMilliampHours: number;
  readonly #loads = new Map<string, number>();
  readonly #usedMah = new Map<string, number>();
  #totalMa: number = CURRENTS.selfDischarge;
  #chargeMah: number;
  #present: boolean;
  #mains = false;
  #settledMs = 0;
  #emptyEvent: ScheduledEvent | undefined;
  /** The cell is flat: what ran from it stops. */
  onEmpty: (() => void) | undefined;

  constructor(site: Site, options: { capacityMilliampHours: number; chargePercent?: number; present?: boolean }) {
    this.#site = site;
    this.capacityMilliampHours = options.capacityMilliampHours;
    this.#chargeMah = (options.capacityMilliampHours * (options.chargePercent ?? 100)) / 100;
    this.#present = options.present ?? true;
    this.#loads.set("cell", CURRENTS.selfDischarge);
    this.#settledMs = site.scheduler.nowMs;
    this.#plan();
  }

  get present(): boolean {
    return this.#present;
  }

  /** In place and not flat. */
  get usable(): boolean {
    this.#settle();
    return this.#present && this.#chargeMah > 0;
  }

  get chargePercent(): number {
    this.#settle();
    return (100 * this.#chargeMah) / this.capacityMilliampHours;
  }

  /** At the terminals, mV: the open-circuit curve less what the present load drops inside the cell. 0 when absent. */
  get millivolts(): number {
    if (!this.#present) return 0;
    const open = interpolate(this.chargePercent);
    return Math.round(Math.min(4_200, open + this.milliamps * INNER_OHM));
  }

  /** mA into the cell, negative when it discharges. */
  get milliamps(): number {
    return this.#mains ? this.#chargingMa() : -this.#totalMa;
  }

  get state(): BatteryState {
    this.#settle();
    return { present: this.#present, chargeMilliampHours: this.#chargeMah };
  }

  restore(state: BatteryState): void {
    this.#settle();
    this.#present = state.present;
    this.#chargeMah = Math.min(Math.max(0, state.chargeMilliampHours), this.capacityMilliampHours);
    this.#plan();
  }

  /** mAh that each load has taken from the cell so far. */
  usedMilliampHours(): ReadonlyMap<string, number> {
    this.#settle();
    return this.#usedMah;
  }

  /** Declares what `name` draws from now on; 0 takes it away. */
  load(name: string, milliamps: number): void {
    if ((this.#loads.get(name) ?? 0) === milliamps) return;
    this.#settle();
    if (milliamps === 0) this.#loads.delete(name);
    else this.#loads.set(name, milliamps);
    this.#totalMa = 0;
    for (const value of this.#loads.values()) this.#totalMa += value;
    this.#plan();
  }

  /** Sets the charge as a worn or partly used cell has it. */
  setChargePercent(percent: number): void {
    this.restore({ present: this.#present, chargeMilliampHours: (this.capacityMilliampHours * percent) / 100 });
    this.#site.trace("battery", `charge ${percent}`);
  }

  /** Somebody takes the cell out or puts it in. Only the machine calls this: it must notice the loss of power. */
  fit(present: boolean): void {
    this.#settle();
    this.#present = present;
    this.#site.trace("battery", present ? "fitted" : "removed");
    this.#plan();
  }

  supplyMains(present: boolean): void {
    this.#settle();
    this.#mains = present;
    this.#plan();
  }

  #chargingMa(): number {
    if (!this.#present || this.#chargeMah >= this.capacityMilliampHours) return 0;
    return this.#chargeMah < 0.9 * this.capacityMilliampHours ? CHARGE_MA : CHARGE_MA / 4;
  }

  #settle(): void {
    let hours = (this.#site.scheduler.nowMs - this.#settledMs) / MS_PER_HOUR;
    this.#settledMs = this.#site.scheduler.nowMs;
    if (!this.#present || hours === 0) return;
    if (!this.#mains) {
      this.#discharge(hours);
      return;
    }
    // Two stages, so that one long step does not charge the last tenth at the full current.
    const knee = 0.9 * this.capacityMilliampHours;
    if (this.#chargeMah < knee) {
      const fast = Math.min(hours, (knee - this.#chargeMah) / CHARGE_MA);
      this.#chargeMah += fast * CHARGE_MA;
      hours -= fast;
    }
    if (hours > 0) this.#chargeMah = Math.min(this.capacityMilliampHours, this.#chargeMah + (hours * CHARGE_MA) / 4);
  }

  #discharge(hours: number): void {
    // A flat cell gives nothing more.
    const given = Math.min(hours, this.#chargeMah / this.#totalMa);
    for (const [name, milliamps] of this.#loads)
      this.#usedMah.set(name, (this.#usedMah.get(name) ?? 0) + milliamps * given);
    this.#chargeMah = given < hours ? 0 : this.#chargeMah - this.#totalMa * hours;
  }

  #plan(): void {
    this.#site.scheduler.cancel(this.#emptyEvent);
    this.#emptyEvent = undefined;
    if (!this.#present || this.#mains || this.#chargeMah <= 0) return;
    const ms = (this.#chargeMah / this.#totalMa) * MS_PER_HOUR;
    // One millisecond late, so that rounding cannot leave a last grain of charge and plan this again and again.
    this.#emptyEvent = this.#site.scheduler.after(ms + 1, () => this.#flat());
  }

  #flat(): void {
    this.#settle();
    this.#chargeMah = 0;
    this.#site.trace("battery", "empty");
    this.onEmpty?.();
  }
}

function interpolate(percent: number): number {
  for (let i = 1; i < CURVE.length; i++) {
    const [low, lowMv] = CURVE[i - 1]!;
    const [high, highMv] = CURVE[i]!;
    if (percent <= high) return lowMv + ((percent - low) * (highMv - lowMv)) / (high - low);
  }
  return CURVE.at(-1)![1];
}
