import type { ClockPort } from "../../hal/ports/clock.js";
import type { EntropyPort } from "../../hal/ports/entropy.js";

/**
 * Entropy with the time mixed in, where it is known: for what is drawn once in years and must never come twice. A generator without
 * noise draws at each boot what it drew at the one before. A journal that begins anew with the epoch of the one that was lost would
 * have its first records dropped by the cloud, as it has got records of these numbers.
 */
export class DatedEntropy implements EntropyPort {
  readonly #entropy: EntropyPort;
  readonly #clock: ClockPort;

  constructor(entropy: EntropyPort, clock: ClockPort) {
    this.#entropy = entropy;
    this.#clock = clock;
  }

  fill(into: Uint8Array): void {
    this.#entropy.fill(into);
    let seconds = this.#clock.wallSeconds() ?? 0;
    for (let i = 0; i < into.length && seconds > 0; i++) {
      into[i]! ^= seconds % 256;
      seconds = Math.floor(seconds / 256);
    }
  }
}
