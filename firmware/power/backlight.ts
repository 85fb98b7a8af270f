import type { BacklightSettings } from "../../hal/ports/board.js";
import type { TimersPort } from "../../hal/ports/clock.js";
import type { PanelPort } from "../../hal/ports/panel.js";
import { Deadline } from "../wiring/deadline.js";

/** What the light of the screen depends on. */
export interface LightNeeds {
  readonly onBattery: boolean;
  readonly batteryLow: boolean;
  /** Woken by the timer, with nobody there. */
  readonly quiet: boolean;
  /** Hour of the day at the box's place, 0 to 23; undefined: the time or the place is not known. */
  readonly localHour: number | undefined;
}

/** While nobody is there, the clock is looked at so often, ms. */
const HOUR_LOOK_MS = 600_000;

/** The screen's light: full on mains, but at night; on battery less; and less again when nobody has touched anything for a while. */
export class Backlight {
  readonly #settings: BacklightSettings;
  readonly #panel: PanelPort;
  readonly #light: LightNeeds;
  #isIdle = false;
  readonly #dimDeadline: Deadline;
  #percent: number | undefined;

  constructor(needs: {
    settings: BacklightSettings;
    panel: PanelPort;
    timers: TimersPort;
    light: LightNeeds;
  }) {
    this.#settings = needs.settings;
    this.#panel = needs.panel;
    this.#dimDeadline = new Deadline(needs.timers);
    this.#light = needs.light;
  }

  /** Somebody is there. */
  used(): void {
    this.#isIdle = false;
    this.#dimDeadline.set(this.#settings.dimAfterMs, () => this.#idle());
    this.look();
  }

  #idle(): void {
    this.#isIdle = true;
    this.look();
    // On battery the hour changes nothing.
    if (!this.#light.onBattery) this.#dimDeadline.set(HOUR_LOOK_MS, () => this.#idle());
  }

  /** What it depends on may have changed. */
  look(): void {
    this.#set(this.#wanted());
  }

  off(): void {
    this.#set(0);
  }

  #wanted(): number {
    const { onBattery, batteryLow, quiet } = this.#light;
    const { mainsPercent, batteryPercent, lowPercent, night } = this.#settings;
    if (!onBattery) return this.#isIdle && this.#isNight() ? night.percent : mainsPercent;
    if (quiet) return 0;
    return this.#isIdle || batteryLow ? lowPercent : batteryPercent;
  }

  #isNight(): boolean {
    const { fromHour, untilHour } = this.#settings.night;
    const hour = this.#light.localHour;
    if (hour === undefined) return false;
    return fromHour <= untilHour ? hour >= fromHour && hour < untilHour : hour >= fromHour || hour < untilHour;
  }

  #set(percent: number): void {
    if (percent === this.#percent) return;
    this.#percent = percent;
    this.#panel.backlight(percent);
  }
}
