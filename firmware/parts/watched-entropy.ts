import { EntropyError, type EntropyPort } from "../../hal/ports/entropy.js";
import type { PartFault } from "../../hal/ports/parts.js";

/** The board's entropy, and whether it had any to give when it was last asked: what needs none goes on without, and says so. */
export class WatchedEntropy implements EntropyPort {
  readonly #entropy: EntropyPort;
  #reason: string | undefined;

  constructor(entropy: EntropyPort) {
    this.#entropy = entropy;
  }

  fill(into: Uint8Array): void {
    try {
      this.#entropy.fill(into);
    } catch (error) {
      if (!(error instanceof EntropyError)) throw error;
      this.#reason = error.message.slice(0, 64);
      throw error;
    }
    this.#reason = undefined;
  }

  faults(): readonly PartFault[] {
    return this.#reason === undefined ? [] : [{ name: "random numbers", reason: this.#reason }];
  }
}
