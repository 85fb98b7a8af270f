import type { MainsPort } from "../../../hal/ports/power.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

const DEBOUNCE_MS = 50;

/** External supply as the board senses it. The machine tells it when the supply changes. */
export class Mains {
  readonly #site: Site;
  #present: boolean;
  /** Before any debouncing: for a board at register level. */
  onLevel: ((present: boolean) => void) | undefined;
  #bound: { life: Life; port: MainsPort; told: boolean } | undefined;

  constructor(site: Site, present: boolean) {
    this.#site = site;
    this.#present = present;
  }

  get present(): boolean {
    return this.#present;
  }

  port(life: Life): MainsPort {
    const bound = { life, told: this.#present, port: undefined as unknown as MainsPort };
    bound.port = {
      present: () => {
        life.check();
        return bound.told;
      },
      onChange: undefined,
    };
    this.#bound = bound;
    return bound.port;
  }

  /** Only the machine calls this: the loss may end the boot. */
  change(present: boolean): void {
    if (present === this.#present) return;
    this.#present = present;
    this.#site.trace("mains", present ? "back" : "lost");
    this.onLevel?.(present);
    const bound = this.#bound;
    if (bound === undefined) return;
    this.#site.scheduler.after(DEBOUNCE_MS, () => {
      // A flicker shorter than the debounce time ends where it began, and is not told.
      if (this.#present !== present || bound.told === present) return;
      bound.told = present;
      bound.life.call(() => bound.port.onChange?.(present));
    });
  }
}
