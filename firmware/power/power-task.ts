import type { BatteryProfile } from "../../hal/ports/board.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { PartFault } from "../../hal/ports/parts.js";
import { type GaugeReading, WakeCause } from "../../hal/ports/power.js";
import { Kind, PowerEvent } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";
import { Deadline } from "../wiring/deadline.js";
import { Backlight, type LightNeeds } from "./backlight.js";
import { CellWatch, type CellWatchHost } from "./cell-watch.js";
import { MainsLog } from "./mains-log.js";
import { estimateTimeLeft, TimeLeft } from "./time-left.js";

/** How long somebody who is there can read that the cell is empty, before the box sleeps, ms. */
export const EMPTY_SHOWN_MS = 4_000;
/** How often power is looked at while something keeps the box awake, ms. */
const RECHECK_MS = 5_000;
/** How often a check-in looks whether it is done, ms, and how often in a row it must be. */
const CHECK_IN_LOOK_MS = 1_000;
const CHECK_IN_LOOKS = 2;
/** Check-ins that find no cloud become rarer, down to one in so many. */
const LONGEST_PAUSE = 7;
/** What a status message can carry. */
const LONGEST_SECONDS = 0xffffffff;
/** What the power task asks of the rest of the firmware, and tells it. */
export interface PowerHost {
  /** Something would be cut short by sleep: an exchange, an open door, an upload. Puts it off by `busyGraceMs` at most. */
  busy(): boolean;
  /** Sleep would undo what only the processor's own clock counts. Puts it off for as long as that takes. */
  mustStayAwake(): boolean;
  /** A lock is being driven. */
  pulsing(): boolean;
  /** s since the cloud last answered; undefined: nobody knows. */
  sinceSync(): number | undefined;
  /** The cloud has every record and the box every permission. */
  inSync(): boolean;
  /** Called just before sleep: close connections. */
  beforeSleep(): void;
  /** Tell whoever is there that the cell is empty. */
  showEmpty(): void;
  /** Mains or the battery's state changed: the status strip and the cloud want to know. */
  changed(): void;
}

export interface PowerTaskNeeds {
  readonly hal: Pick<Hal, "board" | "clock" | "timers" | "mains" | "gauge" | "panel" | "sleep">;
  readonly battery: BatteryProfile;
  readonly ledger: Ledger;
  readonly host: PowerHost;
}

/**
 * Decides when to sleep, and for how long (README.md, states). Everything durable is durable already: sleep may come between
 * any two calls.
 */
export class PowerTask implements CellWatchHost, LightNeeds {
  readonly #hal: PowerTaskNeeds["hal"];
  readonly #battery: BatteryProfile;
  readonly #ledger: Ledger;
  readonly #host: PowerHost;
  readonly #cell: CellWatch;
  readonly #backlight: Backlight;
  readonly #mainsLog: MainsLog;
  #lastUseMs: number;
  #onBatterySinceMs: number | undefined;
  /** This boot saw mains go: `#onBatterySinceMs` is when. */
  #sawLoss = false;
  readonly #timeLeft = new TimeLeft();
  readonly #sleepDeadline: Deadline;
  /** Woken by the timer, with nobody there: looks in row that found everything in sync. Undefined: no check-in. */
  #checkIn: number | undefined;

  constructor({ hal, battery, ledger, host }: PowerTaskNeeds) {
    const { board, clock, timers, mains, gauge, panel, sleep } = hal;
    this.#hal = hal;
    this.#battery = battery;
    this.#ledger = ledger;
    this.#host = host;
    this.#sleepDeadline = new Deadline(timers);
    this.#lastUseMs = clock.monotonicMs();
    if (sleep.wakeCause === WakeCause.timer && !mains.present()) this.#checkIn = 0;
    this.#cell = new CellWatch({ gauge, timers, battery, low: ledger.state.batteryLow, host: this });
    this.#backlight = new Backlight({ settings: board.power.backlight, panel, timers, light: this });
    this.#mainsLog = new MainsLog({
      clock,
      timers,
      present: mains.present(),
      record: (present) => this.#record(present ? PowerEvent.mainsBack : PowerEvent.mainsLost),
    });
  }

  start(): void {
    const { mains } = this.#hal;
    mains.onChange = (present) => this.#onMains(present);
    if (!mains.present()) this.#onBattery();
    this.#backlight.used();
    this.#cell.start();
  }

  get onBattery(): boolean {
    return this.#onBatterySinceMs !== undefined;
  }

  get batteryLow(): boolean {
    return this.#cell.low;
  }

  /** Woken by the timer, with nobody there. */
  get quiet(): boolean {
    return this.#checkIn !== undefined;
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
    if (this.#onBatterySinceMs === undefined) return undefined;
    const { clock } = this.#hal;
    const hereSeconds = Math.floor((clock.monotonicMs() - this.#onBatterySinceMs) / 1_000);
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

  /** Somebody touched the panel, scanned something, or pressed the button. */
  used(): void {
    this.#lastUseMs = this.#hal.clock.monotonicMs();
    this.#checkIn = undefined;
    this.#backlight.used();
  }

  #record(event: PowerEvent): void {
    this.#ledger.note({ kind: Kind.power, event, charge: this.#cell.charge() });
  }

  lowChanged(): void {
    if (this.#cell.low) this.#record(PowerEvent.batteryLow);
    this.#backlight.look();
    this.#host.changed();
  }

  /** Nothing can be written any more: whatever is open settles at a boot with power, as after a power cut. */
  cellEmpty(): void {
    this.#sleepDeadline.clear();
    if (this.#checkIn === undefined) this.#host.showEmpty();
    this.#sleepDeadline.set(EMPTY_SHOWN_MS, () => {
      this.#host.beforeSleep();
      this.#backlight.off();
      this.#hal.sleep.sleep({ depth: "hibernate" });
    });
  }

  #onMains(present: boolean): void {
    if (present === !this.onBattery) return;
    this.#mainsLog.changed(present);
    if (present) {
      this.#onBatterySinceMs = undefined;
      this.#checkIn = undefined;
      this.#cell.charging();
      this.#sleepDeadline.clear();
    } else {
      this.#sawLoss = true;
      this.#onBattery();
    }
    this.#backlight.used();
    this.#host.changed();
  }

  #onBattery(): void {
    this.#onBatterySinceMs = this.#hal.clock.monotonicMs();
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#hal;
    const delayMs = this.#checkIn === undefined ? this.#sleepAtMs() - clock.monotonicMs() : CHECK_IN_LOOK_MS;
    this.#sleepDeadline.set(Math.max(0, delayMs), () => this.#due());
  }

  #hibernates(): boolean {
    const reading = this.#cell.reading();
    return reading !== undefined && reading.chargePercent < this.#hal.board.power.hibernateBelowPercent;
  }

  /** Counted from the loss of mains or the last use, whichever came later. */
  #sleepAtMs(): number {
    const { checkIn, hibernateAfterMs, sleepAfterMs } = this.#hal.board.power;
    const delayMs =
      this.#checkIn !== undefined ? checkIn.atMostMs : this.#hibernates() ? hibernateAfterMs : sleepAfterMs;
    return Math.max(this.#onBatterySinceMs ?? 0, this.#lastUseMs) + delayMs;
  }

  #due(): void {
    const overdueMs = this.#hal.clock.monotonicMs() - this.#sleepAtMs();
    if (overdueMs < 0) {
      if (this.#isCheckedIn()) this.#goToSleep();
      else this.#schedule();
    } else if (this.#mayPutOff(overdueMs)) {
      this.#sleepDeadline.set(RECHECK_MS, () => this.#due());
    } else {
      this.#goToSleep();
    }
  }

  /**
   * In a check-in nobody is there to wait for, and an upload goes on in the next one: a cloud that is half there costs a minute.
   */
  #mayPutOff(overdueMs: number): boolean {
    const host = this.#host;
    if (this.#checkIn === undefined && host.mustStayAwake()) return true;
    const isHeldUp = this.#checkIn === undefined ? host.busy() : host.pulsing();
    return isHeldUp && overdueMs < this.#hal.board.power.busyGraceMs;
  }

  /** Twice in a row: what is offered with the welcome, and what the session itself writes, come a moment later. */
  #isCheckedIn(): boolean {
    if (this.#checkIn === undefined) return false;
    this.#checkIn = this.#host.inSync() && !this.#host.busy() ? this.#checkIn + 1 : 0;
    return this.#checkIn >= CHECK_IN_LOOKS;
  }

  #goToSleep(): void {
    const depth = this.#hibernates() ? "hibernate" : "sleep";
    this.#ledger.recordAck();
    this.#record(depth === "sleep" ? PowerEvent.sleep : PowerEvent.hibernate);
    const wakeAfterSeconds = this.#wakeAfterSeconds();
    this.#host.beforeSleep();
    this.#backlight.off();
    this.#hal.sleep.sleep({ depth, ...(wakeAfterSeconds !== undefined && { wakeAfterSeconds }) });
  }

  /**
   * A charge that nobody knows does not keep the box from its check-in: that costs less than a visit. Where the cloud has not
   * answered for days, asking each day would empty the cell: the pauses grow with the time since it did.
   */
  #wakeAfterSeconds(): number | undefined {
    const { everySeconds, abovePercent } = this.#hal.board.power.checkIn;
    const charge = this.#cell.reading()?.chargePercent ?? 100;
    if (everySeconds === 0 || charge < abovePercent) return undefined;
    const sinceSync = this.#host.sinceSync() ?? 0;
    return Math.max(everySeconds, Math.min(sinceSync, LONGEST_PAUSE * everySeconds));
  }
}
