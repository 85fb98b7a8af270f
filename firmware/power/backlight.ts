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
}

/** The screen's light: full on mains; on battery less, and less again when nobody has touched anything for a while. */
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
    this.#dimDeadline.set(this.#settings.dimAfterMs, () => {
      this.#isIdle = true;
      this.look();
    });
    this.look();
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
    const { mainsPercent, batteryPercent, lowPercent } = this.#settings;
    if (!onBattery) return mainsPercent;
    if (quiet) return 0;
    return this.#isIdle || batteryLow ? lowPercent : batteryPercent;
  }

  #set(percent: number): void {
    if (percent === this.#percent) return;
    this.#percent = percent;
    this.#panel.backlight(percent);
  }
}
