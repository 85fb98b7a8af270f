import { Random } from "../../world/random.js";

/**
 * Chance that begins anew at each step: what a step does depends on the seed and on its number, not on how often those before it
 * drew. So a step can be left out, and the others stay what they are.
 */
export class Streams {
  readonly #chance: (name: string) => Random;
  readonly #streams = new Map<string, Random>();

  /** `chance`: a stream of random numbers that depends on the name alone. */
  constructor(chance: (name: string) => Random) {
    this.#chance = chance;
  }

  /** The stream of this name; the same object for as long as the soak lasts. */
  of(name: string): Random {
    const there = this.#streams.get(name);
    if (there !== undefined) return there;
    const made = new Random(0);
    made.follow(this.#chance(name));
    this.#streams.set(name, made);
    return made;
  }

  begin(step: number): void {
    for (const [name, stream] of this.#streams) stream.follow(this.#chance(`${name}, step ${step}`));
  }
}
