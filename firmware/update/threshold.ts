import type { HashPort } from "../../hal/ports/hash.js";
import { SlicedVerification } from "./ed25519.js";
import { type KeyList, type Purpose, type SignedEnvelope, signedBytes } from "./manifest.js";

/** Of the 256 steps of a signature, so many at a time: about 0.5 M computrons. */
const STEPS = 8;

/** Something that is verified slice by slice. */
export interface Checking {
  /** Does one slice. The verdict; undefined: there is more to do. */
  step(): boolean | undefined;
}

/** Makes the check of an envelope's signatures; `first`: the number that stands for the list's first key. */
export type Check = (envelope: SignedEnvelope, purpose: Purpose, keys: KeyList, first: number) => Checking;

/** The one that boxes use. */
export function thresholdCheck(hash: HashPort): Check {
  return (envelope, purpose, keys, first) => new ThresholdCheck(envelope, purpose, keys, hash, first);
}

/** Verifies, slice by slice, that enough different keys of a list have signed. */
class ThresholdCheck implements Checking {
  readonly #message: Uint8Array;
  readonly #keys: KeyList;
  readonly #hash: HashPort;
  /** By number of the key. */
  readonly #signatures = new Map<number, Uint8Array>();
  readonly #waiting: number[];
  #good = 0;
  #current: SlicedVerification | undefined;

  constructor(envelope: SignedEnvelope, purpose: Purpose, keys: KeyList, hash: HashPort, first: number) {
    this.#message = signedBytes(purpose, envelope.manifest);
    this.#keys = keys;
    this.#hash = hash;
    envelope.signatures.forEach((signature) => {
      const key = signature[0]! - first;
      // The same key twice counts once: the last of its signatures is looked at.
      if (key >= 0 && key < keys.keys.length) this.#signatures.set(key, signature.subarray(1));
    });
    this.#waiting = [...this.#signatures.keys()];
  }

  step(): boolean | undefined {
    if (this.#current === undefined) {
      if (this.#good >= this.#keys.threshold) return true;
      const key = this.#waiting.pop();
      if (key === undefined || this.#good + this.#waiting.length + 1 < this.#keys.threshold) return false;
      this.#current = new SlicedVerification(
        this.#keys.keys[key]!,
        this.#message,
        this.#signatures.get(key)!,
        this.#hash,
      );
      return undefined;
    }
    const verdict = this.#current.step(STEPS);
    if (verdict === undefined) return undefined;
    if (verdict) this.#good++;
    this.#current = undefined;
    return undefined;
  }
}
