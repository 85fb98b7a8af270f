import { EntropyError, type EntropyPort } from "../ports/entropy.js";
import { fillRandom } from "./native.js";

/** The platform's true random numbers; a source that gives the same eight bytes twice running has failed its health test. */
export class BoardEntropy implements EntropyPort {
  readonly #last = new Uint8Array(8);

  fill(into: Uint8Array): void {
    const check = new Uint8Array(8);
    if (!fillRandom(check) || !fillRandom(into)) throw new EntropyError("the random number generator does not answer");
    if (check.every((byte, at) => byte === this.#last[at])) {
      throw new EntropyError("the random number generator repeats itself");
    }
    this.#last.set(check);
  }
}
