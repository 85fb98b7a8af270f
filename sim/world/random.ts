/**
 * Seeded pseudo-random numbers for simulated devices and tests: xoshiro128** (Blackman and Vigna, 2018), its state spread
 * from the seed by a SplitMix32 step. The same seed gives the same numbers on every engine. Not for secrets.
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /** `seed`: any whole number below 2^53. */
  constructor(seed: number) {
    let spread = (seed >>> 0) ^ Math.imul(Math.floor(Math.abs(seed) / 2 ** 32), 0x85eb_ca6b);
    for (let i = 0; i < 4; i++) {
      spread = (spread + 0x9e37_79b9) | 0;
      let mixed = Math.imul(spread ^ (spread >>> 16), 0x21f0_aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
      this.#state[i] = mixed ^ (mixed >>> 15);
    }
  }

  /** From here on the same numbers as `other` would give from where it is; `other` stays there. */
  follow(other: Random): void {
    this.#state.set(other.#state);
  }

  #uint32(): number {
    const s = this.#state;
    const s1 = s[1]!;
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= s1 << 9;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** 0 (included) to 1 (excluded), in steps of 2^-32. */
  next(): number {
    return this.#uint32() / 2 ** 32;
  }

  /** A whole number from 0 to `below - 1`; `below` from 1 to 2^32. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i++) out[i] = this.int(256);
    return out;
  }

  /** One of `choices`. Throws RangeError when there is none. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("nothing to pick from");
    return choices[this.int(choices.length)]!;
  }
}
