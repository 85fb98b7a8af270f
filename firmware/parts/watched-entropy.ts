import { EntropyError, type EntropyPort } from "../../hal/ports/entropy.js";
import type { PartFault } from "../../hal/ports/parts.js";

/** Bytes of each draw that are held against the draw before; a sound source repeats 64 bits in none of a million boxes' lives. */
const COMPARED_BYTES = 8;

/**
 * The board's entropy, and whether it had any to give when it was last asked: what needs none goes on without, and says so. A
 * source that hangs gives the same numbers again, without an error (NIST SP 800-90B, section 4.4.1, "Repetition Count Test").
 */
export class WatchedEntropy implements EntropyPort {
  readonly #entropy: EntropyPort;
  #before: Uint8Array | undefined;
  #reason: string | undefined;

  constructor(entropy: EntropyPort) {
    this.#entropy = entropy;
  }

  fill(into: Uint8Array): void {
    try {
      this.#fill(into);
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

  #fill(into: Uint8Array): void {
    // The first draw of a boot would have nothing to be held against, and may be the one of the boot before.
    if (this.#before === undefined) {
      this.#before = new Uint8Array(COMPARED_BYTES);
      this.#entropy.fill(this.#before);
    }
    this.#entropy.fill(into);
    if (into.length < COMPARED_BYTES) return;
    const isFlat = into.every((byte) => byte === into[0]);
    const isSame = this.#before.every((byte, i) => byte === into[i]);
    this.#before.set(into.subarray(0, COMPARED_BYTES));
    if (isFlat || isSame) throw new EntropyError("the random number source repeats itself");
  }
}
