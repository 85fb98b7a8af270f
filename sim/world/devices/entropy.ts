import { EntropyError, type EntropyPort } from "../../../hal/ports/entropy.js";
import type { Random } from "../random.js";
import type { Life } from "./life.js";
import type { Site } from "./site.js";

/** The board's random number generator: seeded, and it goes on over boots, so no two boots draw the same numbers. */
export class Entropy {
  readonly #site: Site;
  #random: Random;
  /** False: the source fails its health test. */
  healthy = true;
  /** It hangs, and gives the same bytes again and again without an error. */
  stuck = false;
  /** Each boot draws what the one before drew: a generator without noise, as the ESP32's is while its radio is off. */
  beginsAnew = false;

  constructor(site: Site) {
    this.#site = site;
    this.#random = site.random("entropy");
  }

  port(life: Life): EntropyPort {
    if (this.beginsAnew) this.#random = this.#site.random("entropy");
    return {
      fill: (into) => {
        life.check();
        if (!this.healthy) throw new EntropyError("the random number source failed its health test");
        into.set(this.stuck ? new Uint8Array(into.length).map((_, i) => i) : this.#random.bytes(into.length));
      },
    };
  }
}
