import type { PowerSettings } from "../../hal/boards/profile.js";
import type { ClockPort, TimerId, TimersPort } from "../../hal/ports/clock.js";
import type { PanelPort } from "../../hal/ports/panel.js";
import type { GaugePort, GaugeReading, MainsPort, SleepPort } from "../../hal/ports/power.js";
import { Kind, PowerEvent } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";
import { plausibleReading } from "./gauge-reading.js";

/** The battery counts as low below this charge, percent, and as recovered 5 above. */
const LOW_PERCENT = 20;
const LOW_HYSTERESIS_PERCENT = 5;
/** How often power is looked at while something keeps the box awake, ms. */
const RECHECK_MS = 5_000;
/** How often the gauge is looked at, ms. */
const GAUGE_EVERY_MS = 30_000;

/** Decides when to sleep. Everything durable is durable already: sleep may come between any two calls. */
export class PowerTask {
  readonly #settings: PowerSettings;
  readonly #clock: ClockPort;
  readonly #timers: TimersPort;
  readonly #mains: MainsPort;
  readonly #gauge: GaugePort;
  readonly #panel: PanelPort;
  readonly #sleep: SleepPort;
  readonly #ledger: Ledger;
  /** Something would be cut short by sleep: an exchange, an open door, an upload. Puts it off by `busyGraceMs` at most. */
  readonly #busy: () => boolean;
  /** Called just before sleep: close connections. */
  readonly #beforeSleep: () => void;
  readonly #changed: () => void;
  #lastUseMs: number;
  #onBatterySinceMs: number | undefined;
  #sleepTimer: TimerId | undefined;
  #isLow = false;

  constructor(parts: {
    settings: PowerSettings;
    clock: ClockPort;
    timers: TimersPort;
    mains: MainsPort;
    gauge: GaugePort;
    panel: PanelPort;
    sleep: SleepPort;
    ledger: Ledger;
    busy: () => boolean;
    beforeSleep: () => void;
    /** Mains or the battery's state changed: the status strip and the cloud want to know. */
    changed: () => void;
  }) {
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#timers = parts.timers;
    this.#mains = parts.mains;
    this.#gauge = parts.gauge;
    this.#panel = parts.panel;
    this.#sleep = parts.sleep;
    this.#ledger = parts.ledger;
    this.#busy = parts.busy;
    this.#beforeSleep = parts.beforeSleep;
    this.#changed = parts.changed;
    this.#lastUseMs = this.#clock.monotonicMs();
  }

  start(): void {
    this.#panel.backlight(100);
    this.#mains.onChange = (present) => this.#onMains(present);
    if (!this.#mains.present()) this.#onBattery();
    this.#watchGauge();
  }

  get onBattery(): boolean {
    return this.#onBatterySinceMs !== undefined;
  }

  get batteryLow(): boolean {
    return this.#isLow;
  }

  /** Undefined: the gauge does not answer, or says what cannot be. */
  reading(): GaugeReading | undefined {
    return plausibleReading(this.#gauge);
  }

  /** Somebody touched the panel, scanned something, or pressed the button. */
  used(): void {
    this.#lastUseMs = this.#clock.monotonicMs();
  }

  #charge(): number | undefined {
    const reading = this.reading();
    return reading && Math.round(reading.chargePercent);
  }

  #onMains(present: boolean): void {
    if (present === !this.onBattery) return;
    this.#ledger.note({
      kind: Kind.power,
      event: present ? PowerEvent.mainsBack : PowerEvent.mainsLost,
      charge: this.#charge(),
    });
    if (present) {
      this.#onBatterySinceMs = undefined;
      this.#cancel();
    } else {
      this.#onBattery();
    }
    this.#changed();
  }

  #onBattery(): void {
    this.#onBatterySinceMs = this.#clock.monotonicMs();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel();
    this.#sleepTimer = this.#timers.set(Math.max(0, this.#sleepAtMs() - this.#clock.monotonicMs()), () => this.#due());
  }

  #cancel(): void {
    if (this.#sleepTimer !== undefined) this.#timers.clear(this.#sleepTimer);
    this.#sleepTimer = undefined;
  }

  #hibernates(): boolean {
    const reading = this.reading();
    return reading !== undefined && reading.chargePercent < this.#settings.hibernateBelowPercent;
  }

  /** Counted from the loss of mains or the last use, whichever came later. */
  #sleepAtMs(): number {
    const delayMs = this.#hibernates() ? this.#settings.hibernateAfterMs : this.#settings.sleepAfterMs;
    return Math.max(this.#onBatterySinceMs ?? 0, this.#lastUseMs) + delayMs;
  }

  #due(): void {
    this.#sleepTimer = undefined;
    const overdueMs = this.#clock.monotonicMs() - this.#sleepAtMs();
    if (overdueMs < 0) {
      this.#schedule();
    } else if (this.#busy() && overdueMs < this.#settings.busyGraceMs) {
      this.#sleepTimer = this.#timers.set(RECHECK_MS, () => this.#due());
    } else {
      this.#goToSleep();
    }
  }

  #goToSleep(): void {
    const depth = this.#hibernates() ? "hibernate" : "sleep";
    this.#ledger.recordAck();
    this.#ledger.note({
      kind: Kind.power,
      event: depth === "sleep" ? PowerEvent.sleep : PowerEvent.hibernate,
      charge: this.#charge(),
    });
    this.#beforeSleep();
    this.#panel.backlight(0);
    this.#sleep.sleep({ depth });
  }

  #watchGauge(): void {
    const reading = this.reading();
    if (reading !== undefined) this.#judge(reading.chargePercent);
    this.#timers.set(GAUGE_EVERY_MS, () => this.#watchGauge());
  }

  #judge(chargePercent: number): void {
    const isLow = chargePercent < (this.#isLow ? LOW_PERCENT + LOW_HYSTERESIS_PERCENT : LOW_PERCENT);
    if (isLow === this.#isLow) return;
    this.#isLow = isLow;
    const charge = Math.round(chargePercent);
    if (isLow) this.#ledger.note({ kind: Kind.power, event: PowerEvent.batteryLow, charge });
    this.#changed();
  }
}
