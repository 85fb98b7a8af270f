import type { BatteryProfile, PowerSettings } from "../../hal/ports/board.js";
import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { PanelPort } from "../../hal/ports/panel.js";
import type { PartFault } from "../../hal/ports/parts.js";
import { type GaugePort, type GaugeReading, type MainsPort, type SleepPort, WakeCause } from "../../hal/ports/power.js";
import { Kind, PowerEvent } from "../records/records.js";
import {
  cautious,
  disagrees,
  LOW_PERCENT,
  plausibleCelsius,
  plausibleReading,
  RECOVERED_PERCENT,
} from "../state/gauge-reading.js";
import type { Ledger } from "../state/ledger.js";
import { Deadline } from "../wiring/deadline.js";
import { Backlight } from "./backlight.js";
import { MainsLog } from "./mains-log.js";
import { estimateTimeLeft, TimeLeft } from "./time-left.js";

/** How long somebody who is there can read that the cell is empty, before the box sleeps, ms. */
export const EMPTY_SHOWN_MS = 4_000;
/** How often power is looked at while something keeps the box awake, ms. */
const RECHECK_MS = 5_000;
/** How often the gauge is looked at, ms. */
const GAUGE_EVERY_MS = 30_000;
/** An empty cell is looked at again after this, ms: a lock's pulse takes its voltage down for a moment. */
const EMPTY_AGAIN_MS = 2_000;
/** Looks in a row that make it empty: a gauge whose readings jump does not get there by chance. */
const EMPTY_LOOKS = 3;
/** How often a check-in looks whether it is done, ms, and how often in a row it must be. */
const CHECK_IN_LOOK_MS = 1_000;
const CHECK_IN_LOOKS = 2;
/** Check-ins that find no cloud become rarer, down to one in so many. */
const LONGEST_PAUSE = 7;
/** What a status message can carry. */
const LONGEST_SECONDS = 0xffffffff;
/** Where a lithium-ion cell may be discharged, degrees Celsius (IEC 62133-2: what its maker states, commonly this). */
const COLDEST_CELSIUS = -20;
const HOTTEST_CELSIUS = 60;

export interface PowerTaskParts {
  readonly settings: PowerSettings;
  readonly battery: BatteryProfile;
  readonly clock: ClockPort;
  readonly timers: TimersPort;
  readonly mains: MainsPort;
  readonly gauge: GaugePort;
  readonly panel: PanelPort;
  readonly sleep: SleepPort;
  readonly ledger: Ledger;
  /** Something would be cut short by sleep: an exchange, an open door, an upload. Puts it off by `busyGraceMs` at most. */
  readonly busy: () => boolean;
  /** Sleep would undo what only the processor's own clock counts. Puts it off for as long as that takes. */
  readonly mustStayAwake: () => boolean;
  /** A lock is being driven. */
  readonly pulsing: () => boolean;
  /** s since the cloud last answered; undefined: nobody knows. */
  readonly sinceSync: () => number | undefined;
  /** The cloud has every record and the box every permission. */
  readonly inSync: () => boolean;
  /** Called just before sleep: close connections. */
  readonly beforeSleep: () => void;
  /** Tell whoever is there that the cell is empty. */
  readonly showEmpty: () => void;
  /** Mains or the battery's state changed: the status strip and the cloud want to know. */
  readonly changed: () => void;
}

/**
 * Decides when to sleep, and for how long (README.md, states). Everything durable is durable already: sleep may come between
 * any two calls.
 */
export class PowerTask {
  readonly #parts: PowerTaskParts;
  readonly #backlight: Backlight;
  readonly #mainsLog: MainsLog;
  #lastUseMs: number;
  #onBatterySinceMs: number | undefined;
  /** This boot saw mains go: `#onBatterySinceMs` is when. */
  #sawLoss = false;
  readonly #timeLeft = new TimeLeft();
  readonly #sleepDeadline: Deadline;
  #isLow: boolean;
  /** Woken by the timer, with nobody there: looks in row that found everything in sync. Undefined: no check-in. */
  #checkIn: number | undefined;
  /** Looks in a row that found the cell empty. */
  #emptyLooks = 0;

  constructor(parts: PowerTaskParts) {
    this.#parts = parts;
    this.#sleepDeadline = new Deadline(parts.timers);
    this.#isLow = parts.ledger.state.batteryLow;
    this.#lastUseMs = parts.clock.monotonicMs();
    if (parts.sleep.wakeCause === WakeCause.timer && !parts.mains.present()) this.#checkIn = 0;
    this.#backlight = new Backlight({
      settings: parts.settings.backlight,
      panel: parts.panel,
      timers: parts.timers,
      needs: () => ({
        onBattery: this.onBattery,
        batteryLow: this.#isLow,
        quiet: this.#checkIn !== undefined,
      }),
    });
    this.#mainsLog = new MainsLog({
      clock: parts.clock,
      timers: parts.timers,
      present: parts.mains.present(),
      record: (present) => this.#record(present ? PowerEvent.mainsBack : PowerEvent.mainsLost),
    });
  }

  start(): void {
    const { mains } = this.#parts;
    mains.onChange = (present) => this.#onMains(present);
    if (!mains.present()) this.#onBattery();
    this.#backlight.used();
    this.#watchGauge();
  }

  get onBattery(): boolean {
    return this.#onBatterySinceMs !== undefined;
  }

  get batteryLow(): boolean {
    return this.#isLow;
  }

  /** Undefined: the gauge does not answer, or says what cannot be. Never more charge than the voltage allows. */
  reading(): GaugeReading | undefined {
    const reading = plausibleReading(this.#parts.gauge);
    return reading && cautious(reading);
  }

  /**
   * s since mains was lost. Undefined: mains are there, or the loss was before this boot and one of its time and the present
   * one is unknown.
   */
  secondsSinceMains(): number | undefined {
    if (this.#onBatterySinceMs === undefined) return undefined;
    const { clock, ledger } = this.#parts;
    const hereSeconds = Math.floor((clock.monotonicMs() - this.#onBatterySinceMs) / 1_000);
    if (this.#sawLoss) return hereSeconds;
    const lostAt = ledger.state.mainsLost?.at;
    const now = clock.wallSeconds();
    if (lostAt === undefined || now === undefined) return undefined;
    // A clock that jumped must neither make the outage shorter than what this boot has seen of it, nor longer than can be told.
    return Math.min(Math.max(hereSeconds, now - lostAt), LONGEST_SECONDS);
  }

  /** s that the cell will last, for people; undefined on mains, and where the charge is unknown. */
  timeLeft(): number | undefined {
    const charge = this.onBattery ? this.#charge() : undefined;
    if (charge === undefined) return this.#timeLeft.tell(undefined);
    const { ledger, battery } = this.#parts;
    const seconds = this.secondsSinceMains();
    const fromPercent = ledger.state.mainsLost?.charge;
    const outage = seconds === undefined || fromPercent === undefined ? undefined : { seconds, fromPercent };
    return this.#timeLeft.tell(estimateTimeLeft(charge, battery, outage));
  }

  /** What is wrong with gauge and cell. */
  faults(): readonly PartFault[] {
    const reading = plausibleReading(this.#parts.gauge);
    if (reading === undefined) return [{ name: "fuel gauge", reason: "no plausible answer" }];
    // A lock's pulse takes the voltage down for a moment.
    if (disagrees(reading) && !this.#parts.pulsing()) {
      return [{ name: "fuel gauge", reason: "charge and voltage disagree" }];
    }
    const celsius = plausibleCelsius(reading);
    const isOutside = celsius !== undefined && (celsius < COLDEST_CELSIUS || celsius > HOTTEST_CELSIUS);
    return isOutside ? [{ name: "battery", reason: `${Math.round(celsius)} degrees` }] : [];
  }

  /** Somebody touched the panel, scanned something, or pressed the button. */
  used(): void {
    this.#lastUseMs = this.#parts.clock.monotonicMs();
    this.#checkIn = undefined;
    this.#backlight.used();
  }

  #charge(): number | undefined {
    const reading = this.reading();
    return reading && Math.round(reading.chargePercent);
  }

  #record(event: PowerEvent): void {
    this.#parts.ledger.note({ kind: Kind.power, event, charge: this.#charge() });
  }

  #onMains(present: boolean): void {
    if (present === !this.onBattery) return;
    this.#mainsLog.changed(present);
    if (present) {
      this.#onBatterySinceMs = undefined;
      this.#checkIn = undefined;
      this.#emptyLooks = 0;
      this.#sleepDeadline.clear();
    } else {
      this.#sawLoss = true;
      this.#onBattery();
    }
    this.#backlight.used();
    this.#parts.changed();
  }

  #onBattery(): void {
    this.#onBatterySinceMs = this.#parts.clock.monotonicMs();
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#parts;
    const delayMs = this.#checkIn === undefined ? this.#sleepAtMs() - clock.monotonicMs() : CHECK_IN_LOOK_MS;
    this.#sleepDeadline.set(Math.max(0, delayMs), () => this.#due());
  }

  #hibernates(): boolean {
    const reading = this.reading();
    return reading !== undefined && reading.chargePercent < this.#parts.settings.hibernateBelowPercent;
  }

  /** Counted from the loss of mains or the last use, whichever came later. */
  #sleepAtMs(): number {
    const { checkIn, hibernateAfterMs, sleepAfterMs } = this.#parts.settings;
    const delayMs =
      this.#checkIn !== undefined ? checkIn.atMostMs : this.#hibernates() ? hibernateAfterMs : sleepAfterMs;
    return Math.max(this.#onBatterySinceMs ?? 0, this.#lastUseMs) + delayMs;
  }

  #due(): void {
    const overdueMs = this.#parts.clock.monotonicMs() - this.#sleepAtMs();
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
    const { busy, pulsing, mustStayAwake, settings } = this.#parts;
    if (this.#checkIn === undefined && mustStayAwake()) return true;
    const isHeldUp = this.#checkIn === undefined ? busy() : pulsing();
    return isHeldUp && overdueMs < settings.busyGraceMs;
  }

  /** Twice in a row: what is offered with the welcome, and what the session itself writes, come a moment later. */
  #isCheckedIn(): boolean {
    if (this.#checkIn === undefined) return false;
    this.#checkIn = this.#parts.inSync() && !this.#parts.busy() ? this.#checkIn + 1 : 0;
    return this.#checkIn >= CHECK_IN_LOOKS;
  }

  #goToSleep(): void {
    const { ledger, beforeSleep, sleep } = this.#parts;
    const depth = this.#hibernates() ? "hibernate" : "sleep";
    ledger.recordAck();
    this.#record(depth === "sleep" ? PowerEvent.sleep : PowerEvent.hibernate);
    const wakeAfterSeconds = this.#wakeAfterSeconds();
    beforeSleep();
    this.#backlight.off();
    sleep.sleep({ depth, ...(wakeAfterSeconds !== undefined && { wakeAfterSeconds }) });
  }

  /**
   * A charge that nobody knows does not keep the box from its check-in: that costs less than a visit. Where the cloud has not
   * answered for days, asking each day would empty the cell: the pauses grow with the time since it did.
   */
  #wakeAfterSeconds(): number | undefined {
    const { everySeconds, abovePercent } = this.#parts.settings.checkIn;
    const charge = this.reading()?.chargePercent ?? 100;
    if (everySeconds === 0 || charge < abovePercent) return undefined;
    const sinceSync = this.#parts.sinceSync() ?? 0;
    return Math.max(everySeconds, Math.min(sinceSync, LONGEST_PAUSE * everySeconds));
  }

  #watchGauge(): void {
    const reading = this.reading();
    if (reading !== undefined) this.#judge(reading);
    this.#parts.timers.set(this.#emptyLooks > 0 ? EMPTY_AGAIN_MS : GAUGE_EVERY_MS, () => this.#watchGauge());
  }

  #judge({ chargePercent, millivolts }: GaugeReading): void {
    const isEmpty = this.onBattery && millivolts < this.#parts.battery.brownOutMillivolts && !this.#parts.pulsing();
    this.#emptyLooks = isEmpty ? this.#emptyLooks + 1 : 0;
    if (this.#emptyLooks === EMPTY_LOOKS) this.#sayEmpty();
    const isLow = chargePercent < (this.#isLow ? RECOVERED_PERCENT : LOW_PERCENT);
    if (isLow === this.#isLow) return;
    this.#isLow = isLow;
    if (isLow) this.#record(PowerEvent.batteryLow);
    this.#backlight.look();
    this.#parts.changed();
  }

  /** Nothing can be written any more: whatever is open settles at a boot with power, as after a power cut. */
  #sayEmpty(): void {
    const { showEmpty, beforeSleep, sleep } = this.#parts;
    this.#sleepDeadline.clear();
    if (this.#checkIn === undefined) showEmpty();
    this.#sleepDeadline.set(EMPTY_SHOWN_MS, () => {
      beforeSleep();
      this.#backlight.off();
      sleep.sleep({ depth: "hibernate" });
    });
  }
}
