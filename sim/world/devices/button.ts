import type { ButtonPort } from "../../../hal/ports/power.js";
import type { Battery } from "./battery.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

const DEBOUNCE_MS = 30;
const HOLD_MS = 150;

/** The small black reset button under the screen, with the lamp in its ring. */
export class Button {
  readonly #site: Site;
  readonly #battery: Battery;
  #bound: { life: Life; port: ButtonPort } | undefined;
  #lamp: "off" | "on" | "flash" = "off";
  /** Pressed or let go, before any debouncing: for a board at register level. */
  onLevel: ((isDown: boolean) => void) | undefined;
  /** Asleep, a press is a wake source: the machine listens here. */
  onWake: (() => void) | undefined;

  constructor(site: Site, battery: Battery) {
    this.#site = site;
    this.#battery = battery;
  }

  get lamp(): "off" | "on" | "flash" {
    return this.#lamp;
  }

  port(life: Life): ButtonPort {
    const port: ButtonPort = {
      onPress: undefined,
      lamp: (mode) => {
        life.check();
        this.#light(mode);
      },
    };
    this.#bound = { life, port };
    life.onEnd(() => this.#light("off"));
    return port;
  }

  /** Somebody presses the button for `holdMs`, at least the debounce time of 30 ms to be noticed. */
  press(holdMs = HOLD_MS): void {
    this.#site.trace("button", `press ${holdMs}`);
    this.onLevel?.(true);
    this.#site.scheduler.after(holdMs, () => this.onLevel?.(false));
    if (holdMs < DEBOUNCE_MS) return;
    // Decided when the press counts, not when it began: a box that fell asleep in between is woken by it.
    this.#site.scheduler.after(DEBOUNCE_MS, () => {
      const bound = this.#bound;
      if (bound?.life.running === true) bound.life.call(() => bound.port.onPress?.());
      else this.onWake?.();
    });
  }

  /** The lamp's pin, as a board at register level drives it. */
  drive(lit: boolean): void {
    this.#light(lit ? "on" : "off");
  }

  #light(mode: "off" | "on" | "flash"): void {
    if (mode === this.#lamp) return;
    this.#lamp = mode;
    this.#battery.load(
      "lamp",
      mode === "off" ? 0 : mode === "on" ? this.#battery.currents.lamp : this.#battery.currents.lamp / 2,
    );
    this.#site.trace("button", `lamp ${mode}`);
  }
}
