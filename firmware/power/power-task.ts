import type { BatteryProfile } from "../../hal/ports/board.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { PartFault } from "../../hal/ports/parts.js";
import type { GaugeReading } from "../../hal/ports/power.js";
import { Kind, PowerEvent } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";
import type { Changes } from "../wiring/changes.js";
import { Backlight, type LightNeeds } from "./backlight.js";
import { CellWatch, type CellWatchHost } from "./cell-watch.js";
import { MainsLog, type MainsLogHost } from "./mains-log.js";
import { type SleepHost, type SleepNeeds, SleepSchedule } from "./sleep-schedule.js";
import { estimateTimeLeft, TimeLeft } from "./time-left.js";

/** What a status message can carry. */
const LONGEST_SECONDS = 0xffffffff;

/** What the power task asks of the rest of the firmware, and tells it. */
export interface PowerHost extends SleepNeeds {
  /** Called just before sleep: close connections. */
  beforeSleep(): void;
  /** Tell whoever is there that the cell is empty. */
  showEmpty(): void;
  /** From UTC to the clocks of the box's place at `seconds` since 1970 UTC; undefined: nobody has told the place. */
  offsetMinutes(seconds: number): number | undefined;
}

export interface PowerTaskNeeds {
  readonly hal: Pick<Hal, "board" | "clock" | "timers" | "mains" | "gauge" | "panel" | "sleep">;
  readonly battery: BatteryProfile;
  readonly ledger: Ledger;
  readonly host: PowerHost;
  readonly changes: Changes;
}

/**
 * Watches mains and cell, lights the screen, and has the box sleep (README.md, states). Everything durable is durable already:
 * sleep may come between any two calls.
 */
export class PowerTask implements CellWatchHost, LightNeeds, MainsLogHost, SleepHost {
  readonly #hal: PowerTaskNeeds["hal"];
  readonly #battery: BatteryProfile;
  readonly #ledger: Ledger;
  readonly #host: PowerHost;
  readonly #changes: Changes;
  readonly #cell: CellWatch;
  readonly #backlight: Backlight;
  readonly #mainsLog: MainsLog;
  readonly #schedule: SleepSchedule;
  /** This boot saw mains go: when is what the schedule counts from. */
  #sawLoss = false;
  readonly #timeLeft = new TimeLeft();

  constructor({ hal, battery, ledger, host, changes }: PowerTaskNeeds) {
    const { board, clock, timers, mains, gauge, panel } = hal;
    this.#hal = hal;
    this.#battery = battery;
    this.#ledger = ledger;
    this.#host = host;
    this.#changes = changes;
    this.#schedule = new SleepSchedule({ hal, needs: host, host: this });
    this.#cell = new CellWatch({ gauge, timers, battery, low: ledger.state.batteryLow, host: this });
    this.#backlight = new Backlight({ settings: board.power.backlight, panel, timers, light: this });
    this.#mainsLog = new MainsLog({ clock, timers, present: mains.present(), host: this });
  }

  start(): void {
    const { mains } = this.#hal;
    mains.onChange = (present) => this.#onMains(present);
    if (!mains.present()) this.#schedule.onBattery();
    this.#backlight.used();
    this.#cell.start();
  }

  get onBattery(): boolean {
    return this.#schedule.onBatterySinceMs !== undefined;
  }

  get localHour(): number | undefined {
    const seconds = this.#hal.clock.wallSeconds();
    const minutes = seconds === undefined ? undefined : this.#host.offsetMinutes(seconds);
    if (seconds === undefined || minutes === undefined) return undefined;
    return Math.floor((seconds / 60 + minutes) / 60) % 24;
  }

  get batteryLow(): boolean {
    return this.#cell.low;
  }

  /** Woken by the timer, with nobody there. */
  get quiet(): boolean {
    return this.#schedule.quiet;
  }

  /** Undefined: the gauge does not answer, or says what cannot be. Never more charge than the voltage allows. */
  reading(): GaugeReading | undefined {
    return this.#cell.reading();
  }

  /**
   * s since mains was lost. Undefined: mains are there, or the loss was before this boot and one of its time and the present
   * one is unknown.
   */
  secondsSinceMains(): number | undefined {
    const sinceMs = this.#schedule.onBatterySinceMs;
    if (sinceMs === undefined) return undefined;
    const { clock } = this.#hal;
    const hereSeconds = Math.floor((clock.monotonicMs() - sinceMs) / 1_000);
    if (this.#sawLoss) return hereSeconds;
    const lostAt = this.#ledger.state.mainsLost?.at;
    const now = clock.wallSeconds();
    if (lostAt === undefined || now === undefined) return undefined;
    // A clock that jumped must neither make the outage shorter than what this boot has seen of it, nor longer than can be told.
    return Math.min(Math.max(hereSeconds, now - lostAt), LONGEST_SECONDS);
  }

  /** s that the cell will last, for people; undefined on mains, and where the charge is unknown. */
  timeLeft(): number | undefined {
    const charge = this.onBattery ? this.#cell.charge() : undefined;
    if (charge === undefined) return this.#timeLeft.tell(undefined);
    const seconds = this.secondsSinceMains();
    const fromPercent = this.#ledger.state.mainsLost?.charge;
    const outage = seconds === undefined || fromPercent === undefined ? undefined : { seconds, fromPercent };
    return this.#timeLeft.tell(estimateTimeLeft(charge, this.#battery, outage));
  }

  /** What is wrong with gauge and cell. */
  faults(): readonly PartFault[] {
    return this.#cell.faults();
  }

  pulsing(): boolean {
    return this.#host.pulsing();
  }

  /** When somebody last did so, monotonic ms; the boot, at first. */
  get lastUseMs(): number {
    return this.#schedule.lastUseMs;
  }

  /** Somebody touched the panel, scanned something, or pressed the button. */
  used(): void {
    this.#schedule.used();
    this.#backlight.used();
  }

  #record(event: PowerEvent): void {
    this.#ledger.note({ kind: Kind.power, event, charge: this.#cell.charge() });
  }

  lowChanged(): void {
    if (this.#cell.low) this.#record(PowerEvent.batteryLow);
    this.#backlight.look();
    this.#changes.tell();
  }

  /** `CellWatchHost`. */
  cellEmpty(): void {
    if (!this.quiet) this.#host.showEmpty();
    this.#schedule.cellEmpty();
  }

  /** `SleepHost`. */
  sleeping(depth: "sleep" | "hibernate"): void {
    this.#ledger.recordAck();
    this.#record(depth === "sleep" ? PowerEvent.sleep : PowerEvent.hibernate);
  }

  darken(): void {
    this.#host.beforeSleep();
    this.#backlight.off();
  }

  /** `MainsLogHost`. */
  recordMains(present: boolean): void {
    this.#record(present ? PowerEvent.mainsBack : PowerEvent.mainsLost);
  }

  #onMains(present: boolean): void {
    if (present === !this.onBattery) return;
    this.#mainsLog.changed(present);
    if (present) {
      this.#schedule.onMains();
      this.#cell.charging();
    } else {
      this.#sawLoss = true;
      this.#schedule.onBattery();
    }
    this.#backlight.used();
    this.#changes.tell();
  }
}
