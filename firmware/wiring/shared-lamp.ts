import type { ButtonPort } from "../../hal/ports/power.js";

/** Who may wait for a press of the button. */
type Waiting = "bin" | "release";

/** The lamp in the button's ring, for all that wait for a press: it flashes for as long as one of them does. */
export class SharedLamp {
  readonly #button: Pick<ButtonPort, "lamp">;
  readonly #waiting = new Set<Waiting>();

  constructor(button: Pick<ButtonPort, "lamp">) {
    this.#button = button;
  }

  /** Idempotent. */
  flash(who: Waiting): void {
    this.#waiting.add(who);
    this.#button.lamp("flash");
  }

  /** Waits no longer. Idempotent. */
  off(who: Waiting): void {
    if (this.#waiting.delete(who) && this.#waiting.size === 0) this.#button.lamp("off");
  }
}
