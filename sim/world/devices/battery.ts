import type { ScheduledEvent } from "../clock/scheduler.js";
import { type Currents, PROTECTION_MA, SELF_DISCHARGE_PER_MONTH } from "./currents.js";
import type { Site } from "./site.js";

const MS_PER_HOUR = 3_600_000;
/** Charger's constant current, mA; the last tenth goes in at a quarter of it. */
const CHARGE_MA = 700;
/** A lithium-ion cell is not charged outside of this, degrees Celsius (JEITA). */
const COLDEST_CHARGE = 0;
const HOTTEST_CHARGE = 45;
/** Of a fresh cell at 25 degrees (INR18650-35E specification, 7.3: at most 0.1). */
const INNER_OHM = 0.08;
const HOURS_PER_MONTH = 730;

/** What a cold cell still gives, share of its capacity, over degrees Celsius (INR18650-15L specification, 7.5: same family). */
const COLD: readonly (readonly [number, number])[] = [
  [-20, 0.6],
  [-10, 0.75],
  [0, 0.8],
  [25, 1],
];

/**
 * Open-circuit voltage of a Li-ion cell (NMC, as INR18650-35E at C/5, without the drop inside), mV, over state of charge,
 * percent; straight lines between.
 */
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

/** What the board draws by itself, apart from screen, links, lamp and locks. */
export type BoardLoad = "starting" | "awake" | "sleep" | "hibernate";

export interface BatteryOptions {
  /** Rated, mAh. */
  readonly capacityMilliampHours: number;
  readonly currents: Currents;
  /** 100 if absent. */
  readonly chargePercent?: number;
  readonly present?: boolean;
}

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
  /** What the board's loads draw, mA at the cell. */
  readonly currents: Currents;
  readonly #ratedMah: number;
  #health = 1;
  #celsius = 25;
  /** Of the capacity, at that temperature. */
  #coldShare = 0;
  readonly #loads = new Map<string, number>();
  readonly #usedMah = new Map<string, number>();
  #totalMa = 0;
  #chargeMah: number;
  #present: boolean;
  #mains = false;
  #settledMs = 0;
  #emptyEvent: ScheduledEvent | undefined;
  #board: BoardLoad | undefined;
  /** The cell is flat: what ran from it stops. */
  onEmpty: (() => void) | undefined;

  constructor(site: Site, options: BatteryOptions) {
    this.#site = site;
    this.currents = options.currents;
    this.#ratedMah = options.capacityMilliampHours;
    this.#chargeMah = (options.capacityMilliampHours * (options.chargePercent ?? 100)) / 100;
    this.#present = options.present ?? true;
    this.#settledMs = site.scheduler.nowMs;
    this.load("cell", this.#selfDischargeMa());
  }

  /** What the cell holds when it is full, mAh: its age takes from that. */
  get capacityMilliampHours(): number {
    return this.#ratedMah * this.#health;
  }

  /**
   * Makes it a worn cell (`health`: share of the rated capacity, 0.5 to 1) at a temperature, -20 to 60 degrees Celsius. The
   * state of charge stays. A cold cell gives less and drops more; a warm one loses more by itself.
   */
  weather({ health = this.#health, celsius = this.#celsius }: { health?: number; celsius?: number }): void {
    if (!(health >= 0.5 && health <= 1) || !(celsius >= -20 && celsius <= 60)) {
      throw new RangeError(`a cell of health ${health} at ${celsius} degrees is not modelled`);
    }
    this.#settle();
    this.#chargeMah *= health / this.#health;
    this.#health = health;
    this.#celsius = celsius;
    this.#coldShare = 1 - between(COLD, Math.min(25, celsius));
    this.#site.trace("battery", `health ${health} at ${celsius} degrees`);
    this.load("cell", this.#selfDischargeMa());
    this.#plan();
  }

  /** Of the cell. */
  get celsius(): number {
    return this.#celsius;
  }

  get present(): boolean {
    return this.#present;
  }

  /** In place and not flat. */
  get usable(): boolean {
    return this.#present && this.#holdsMah() > this.#lockedMah();
  }

  get chargePercent(): number {
    const locked = this.#lockedMah();
    return Math.max(0, (100 * (this.#holdsMah() - locked)) / (this.capacityMilliampHours - locked));
  }

  /** At the terminals, mV: the open-circuit curve less what the present load drops inside the cell. 0 when absent. */
  get millivolts(): number {
    if (!this.#present) return 0;
    const open = between(CURVE, this.chargePercent);
    return Math.round(Math.min(4_200, open + this.milliamps * this.#ohm()));
  }

  /** mA into the cell, negative when it discharges. */
  get milliamps(): number {
    return this.#mains ? this.#chargingMa() : -this.#totalMa;
  }

  get state(): BatteryState {
    return { present: this.#present, chargeMilliampHours: this.#holdsMah() };
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

  /** Declares what the board itself is doing; undefined: it is off. */
  board(load: BoardLoad | undefined): void {
    if (this.#board !== undefined) this.load(this.#board, 0);
    this.#board = load;
    if (load !== undefined) this.load(load, this.currents[load]);
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
    const locked = this.#lockedMah();
    const chargeMilliampHours = locked + ((this.capacityMilliampHours - locked) * percent) / 100;
    this.restore({ present: this.#present, chargeMilliampHours });
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

  #selfDischargeMa(): number {
    const warmth = 2 ** ((this.#celsius - 25) / 10);
    return (this.#ratedMah * SELF_DISCHARGE_PER_MONTH * warmth) / HOURS_PER_MONTH + PROTECTION_MA;
  }

  /** In the cell, and too cold to come out, mAh. */
  #lockedMah(): number {
    return this.capacityMilliampHours * this.#coldShare;
  }

  #givesMah(): number {
    return this.#chargeMah - this.#lockedMah();
  }

  /** Grows with age and cold. */
  #ohm(): number {
    return (INNER_OHM / this.#health ** 3) * 1.4 ** (Math.max(0, 25 - this.#celsius) / 10);
  }

  get #isTooColdOrHot(): boolean {
    return this.#celsius < COLDEST_CHARGE || this.#celsius > HOTTEST_CHARGE;
  }

  #chargingMa(): number {
    const holdsMah = this.#holdsMah();
    if (!this.#present || this.#isTooColdOrHot || holdsMah >= this.capacityMilliampHours) return 0;
    return holdsMah < 0.9 * this.capacityMilliampHours ? CHARGE_MA : CHARGE_MA / 4;
  }

  #hoursSinceSettled(): number {
    return (this.#site.scheduler.nowMs - this.#settledMs) / MS_PER_HOUR;
  }

  /**
   * In the cell now, mAh. Whoever looks changes nothing, not even a last digit: a world that was watched has to go as one that was
   * not.
   */
  #holdsMah(): number {
    const hours = this.#hoursSinceSettled();
    if (!this.#present || hours === 0) return this.#chargeMah;
    return this.#mains ? this.#charged(hours) : this.#discharged(hours).chargeMah;
  }

  #settle(): void {
    const hours = this.#hoursSinceSettled();
    if (this.#present && hours > 0) {
      if (this.#mains) this.#chargeMah = this.#charged(hours);
      else this.#discharge(hours);
    }
    this.#settledMs = this.#site.scheduler.nowMs;
  }

  #charged(hours: number): number {
    if (this.#isTooColdOrHot || this.#chargeMah >= this.capacityMilliampHours) return this.#chargeMah;
    // Two stages, so that one long step does not charge the last tenth at the full current.
    const knee = 0.9 * this.capacityMilliampHours;
    const fast = Math.min(hours, Math.max(0, (knee - this.#chargeMah) / CHARGE_MA));
    const slow = hours - fast;
    return Math.min(this.capacityMilliampHours, this.#chargeMah + fast * CHARGE_MA + (slow * CHARGE_MA) / 4);
  }

  /** A flat cell gives nothing more. */
  #discharged(hours: number): { readonly chargeMah: number; readonly givenHours: number } {
    const givesMah = Math.max(0, this.#givesMah());
    const givenHours = Math.min(hours, givesMah / this.#totalMa);
    const chargeMah = this.#chargeMah - (givenHours < hours ? givesMah : this.#totalMa * hours);
    return { chargeMah, givenHours };
  }

  #discharge(hours: number): void {
    const { chargeMah, givenHours } = this.#discharged(hours);
    for (const [name, milliamps] of this.#loads)
      this.#usedMah.set(name, (this.#usedMah.get(name) ?? 0) + milliamps * givenHours);
    this.#chargeMah = chargeMah;
  }

  #plan(): void {
    this.#site.scheduler.cancel(this.#emptyEvent);
    this.#emptyEvent = undefined;
    const givesMah = this.#givesMah();
    if (!this.#present || this.#mains || givesMah <= 0) return;
    const ms = (givesMah / this.#totalMa) * MS_PER_HOUR;
    // One millisecond late, so that rounding cannot leave a last grain of charge and plan this again and again.
    this.#emptyEvent = this.#site.scheduler.after(ms + 1, () => this.#flat());
  }

  #flat(): void {
    this.#settle();
    this.#chargeMah = Math.min(this.#chargeMah, this.#lockedMah());
    this.#site.trace("battery", "empty");
    this.onEmpty?.();
  }
}

/** On the lines between the points of `curve`, whose first numbers rise. */
function between(curve: readonly (readonly [number, number])[], x: number): number {
  for (let i = 1; i < curve.length; i++) {
    const [low, from] = curve[i - 1]!;
    const [high, to] = curve[i]!;
    if (x <= high) return from + ((x - low) * (to - from)) / (high - low);
  }
  return curve.at(-1)![1];
}
