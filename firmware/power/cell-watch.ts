import type { BatteryProfile } from "../../hal/ports/board.js";
import type { TimersPort } from "../../hal/ports/clock.js";
import type { PartFault } from "../../hal/ports/parts.js";
import type { GaugePort, GaugeReading } from "../../hal/ports/power.js";
import {
  cautious,
  disagrees,
  LOW_PERCENT,
  plausibleCelsius,
  plausibleReading,
  RECOVERED_PERCENT,
} from "../state/gauge-reading.js";

/** How often the gauge is looked at, ms. */
const GAUGE_EVERY_MS = 30_000;
/** An empty cell is looked at again after this, ms: a lock's pulse takes its voltage down for a moment. */
const EMPTY_AGAIN_MS = 2_000;
/** Looks in a row that make it empty: a gauge whose readings jump does not get there by chance. */
const EMPTY_LOOKS = 3;
/** Where a lithium-ion cell may be discharged, degrees Celsius (IEC 62133-2: what its maker states, commonly this). */
const COLDEST_CELSIUS = -20;
const HOTTEST_CELSIUS = 60;

/** What the watch asks of whoever keeps the box going, and tells it. */
export interface CellWatchHost {
  /** The box runs from its cell. */
  readonly onBattery: boolean;
  /** A lock is being driven, which takes the voltage down. */
  pulsing(): boolean;
  /** On battery, and for EMPTY_LOOKS looks in a row under the board's brown-out threshold. */
  cellEmpty(): void;
  /** `low` has changed. */
  lowChanged(): void;
}

/** Looks after the cell: what the gauge says, judged; whether it is low, or empty; what is wrong with it. */
export class CellWatch {
  readonly #gauge: GaugePort;
  readonly #timers: TimersPort;
  readonly #battery: BatteryProfile;
  readonly #host: CellWatchHost;
  #isLow: boolean;
  /** Looks in a row that found the cell empty. */
  #emptyLooks = 0;

  constructor(needs: {
    gauge: GaugePort;
    timers: TimersPort;
    battery: BatteryProfile;
    /** What was on record before this boot. */
    low: boolean;
    host: CellWatchHost;
  }) {
    this.#gauge = needs.gauge;
    this.#timers = needs.timers;
    this.#battery = needs.battery;
    this.#host = needs.host;
    this.#isLow = needs.low;
  }

  start(): void {
    const reading = this.reading();
    if (reading !== undefined) this.#judge(reading);
    this.#timers.set(this.#emptyLooks > 0 ? EMPTY_AGAIN_MS : GAUGE_EVERY_MS, () => this.start());
  }

  /** Mains are back: an empty cell has to be found so anew. */
  charging(): void {
    this.#emptyLooks = 0;
  }

  get low(): boolean {
    return this.#isLow;
  }

  /** Undefined: the gauge does not answer, or says what cannot be. Never more charge than the voltage allows. */
  reading(): GaugeReading | undefined {
    const reading = plausibleReading(this.#gauge);
    return reading && cautious(reading);
  }

  /** Whole percents. */
  charge(): number | undefined {
    const reading = this.reading();
    return reading && Math.round(reading.chargePercent);
  }

  /** What is wrong with gauge and cell. */
  faults(): readonly PartFault[] {
    const reading = plausibleReading(this.#gauge);
    if (reading === undefined) return [{ name: "fuel gauge", reason: "no plausible answer" }];
    // A lock's pulse takes the voltage down for a moment.
    if (disagrees(reading) && !this.#host.pulsing()) {
      return [{ name: "fuel gauge", reason: "charge and voltage disagree" }];
    }
    const celsius = plausibleCelsius(reading);
    const isOutside = celsius !== undefined && (celsius < COLDEST_CELSIUS || celsius > HOTTEST_CELSIUS);
    return isOutside ? [{ name: "battery", reason: `${Math.round(celsius)} degrees` }] : [];
  }

  #judge({ chargePercent, millivolts }: GaugeReading): void {
    const isEmpty = this.#host.onBattery && millivolts < this.#battery.brownOutMillivolts && !this.#host.pulsing();
    this.#emptyLooks = isEmpty ? this.#emptyLooks + 1 : 0;
    if (this.#emptyLooks === EMPTY_LOOKS) this.#host.cellEmpty();
    const isLow = chargePercent < (this.#isLow ? RECOVERED_PERCENT : LOW_PERCENT);
    if (isLow === this.#isLow) return;
    this.#isLow = isLow;
    this.#host.lowChanged();
  }
}
