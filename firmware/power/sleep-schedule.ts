import type { Hal } from "../../hal/ports/hal.js";
import { type GaugeReading, WakeCause } from "../../hal/ports/power.js";
import { Deadline } from "../wiring/deadline.js";

/** How long somebody who is there can read that the cell is empty, before the box sleeps, ms. */
export const EMPTY_SHOWN_MS = 4_000;
/** How often power is looked at while something keeps the box awake, ms. */
const RECHECK_MS = 5_000;
/** How often a check-in looks whether it is done, ms, and how often in a row it must be. */
const CHECK_IN_LOOK_MS = 1_000;
const CHECK_IN_LOOKS = 2;
/** Check-ins that find no cloud become rarer, down to one in so many. */
const LONGEST_PAUSE = 7;

/** What decides on sleep besides the time. */
export interface SleepNeeds {
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
}

/** What the schedule asks of whoever keeps the box going. */
export interface SleepHost {
  reading(): GaugeReading | undefined;
  /** Puts on record how the box goes to sleep. */
  sleeping(depth: "sleep" | "hibernate"): void;
  /** Everything that takes current is to go out. */
  darken(): void;
}

/** When the box sleeps, how deeply, and for how long (README.md, states). It sleeps on battery only. */
export class SleepSchedule {
  readonly #hal: Pick<Hal, "board" | "clock" | "sleep">;
  readonly #needs: SleepNeeds;
  readonly #host: SleepHost;
  readonly #deadline: Deadline;
  #lastUseMs: number;
  #onBatterySinceMs: number | undefined;
  /** Woken by the timer, with nobody there: looks in a row that found everything in sync. Undefined: no check-in. */
  #checkIn: number | undefined;

  constructor({
    hal,
    needs,
    host,
  }: { hal: Pick<Hal, "board" | "clock" | "timers" | "mains" | "sleep">; needs: SleepNeeds; host: SleepHost }) {
    this.#hal = hal;
    this.#needs = needs;
    this.#host = host;
    this.#deadline = new Deadline(hal.timers);
    this.#lastUseMs = hal.clock.monotonicMs();
    if (hal.sleep.wakeCause === WakeCause.timer && !hal.mains.present()) this.#checkIn = 0;
  }

  /** Monotonic ms; undefined on mains. */
  get onBatterySinceMs(): number | undefined {
    return this.#onBatterySinceMs;
  }

  /** Woken by the timer, with nobody there. */
  get quiet(): boolean {
    return this.#checkIn !== undefined;
  }

  /** When somebody was last there, monotonic ms; the boot, at first. */
  get lastUseMs(): number {
    return this.#lastUseMs;
  }

  /** Somebody is there. */
  used(): void {
    this.#lastUseMs = this.#hal.clock.monotonicMs();
    this.#checkIn = undefined;
  }

  onBattery(): void {
    this.#onBatterySinceMs = this.#hal.clock.monotonicMs();
    this.#schedule();
  }

  onMains(): void {
    this.#onBatterySinceMs = undefined;
    this.#checkIn = undefined;
    this.#deadline.clear();
  }

  /** Nothing can be written any more: whatever is open settles at a boot with power, as after a power cut. */
  cellEmpty(): void {
    this.#deadline.set(EMPTY_SHOWN_MS, () => {
      this.#host.darken();
      this.#hal.sleep.sleep({ depth: "hibernate" });
    });
  }

  #schedule(): void {
    const { clock } = this.#hal;
    const delayMs = this.#checkIn === undefined ? this.#sleepAtMs() - clock.monotonicMs() : CHECK_IN_LOOK_MS;
    this.#deadline.set(Math.max(0, delayMs), () => this.#due());
  }

  #hibernates(): boolean {
    const reading = this.#host.reading();
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
      this.#deadline.set(RECHECK_MS, () => this.#due());
    } else {
      this.#goToSleep();
    }
  }

  /**
   * In a check-in nobody is there to wait for, and an upload goes on in the next one: a cloud that is half there costs a minute.
   */
  #mayPutOff(overdueMs: number): boolean {
    const needs = this.#needs;
    if (this.#checkIn === undefined && needs.mustStayAwake()) return true;
    const isHeldUp = this.#checkIn === undefined ? needs.busy() : needs.pulsing();
    return isHeldUp && overdueMs < this.#hal.board.power.busyGraceMs;
  }

  /** Twice in a row: what is offered with the welcome, and what the session itself writes, come a moment later. */
  #isCheckedIn(): boolean {
    if (this.#checkIn === undefined) return false;
    this.#checkIn = this.#needs.inSync() && !this.#needs.busy() ? this.#checkIn + 1 : 0;
    return this.#checkIn >= CHECK_IN_LOOKS;
  }

  #goToSleep(): void {
    const depth = this.#hibernates() ? "hibernate" : "sleep";
    this.#host.sleeping(depth);
    const wakeAfterSeconds = this.#wakeAfterSeconds();
    this.#host.darken();
    this.#hal.sleep.sleep({ depth, ...(wakeAfterSeconds !== undefined && { wakeAfterSeconds }) });
  }

  /**
   * A charge that nobody knows does not keep the box from its check-in: that costs less than a visit. Where the cloud has not
   * answered for days, asking each day would empty the cell: the pauses grow with the time since it did.
   */
  #wakeAfterSeconds(): number | undefined {
    const { everySeconds, abovePercent } = this.#hal.board.power.checkIn;
    const charge = this.#host.reading()?.chargePercent ?? 100;
    if (everySeconds === 0 || charge < abovePercent) return undefined;
    const sinceSync = this.#needs.sinceSync() ?? 0;
    return Math.max(everySeconds, Math.min(sinceSync, LONGEST_PAUSE * everySeconds));
  }
}
