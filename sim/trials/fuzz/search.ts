import { Random } from "../../world/random.js";
import type { CountedTarget } from "./coverage.js";
import { Mutator } from "./mutator.js";
import type { Target } from "./target.js";
import { wrongWith } from "./wrong.js";

/** Bytes of an input: more than any bound that a parser on the box has for what it takes at once. */
const MOST_BYTES = 1_200;
/** One input may take so long, ms: the slowest mounts a journal three times. A parser that hangs never comes back: `--seconds` ends it. */
const MOST_MS = 2_000;
/** The clock is looked at after so many inputs. */
const LOOK_EVERY = 16;
/** Inputs that are worth keeping, of one search. */
const MOST_KEPT = 40;
/** An input that breaks a parser is made shorter with so many tries. */
const SHRINKS = 2_000;

export interface Found {
  readonly input: Uint8Array;
  /** What was wrong, in words, and where. */
  readonly what: string;
}

export interface Searched {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  /** Places that were come by, each by how often. */
  readonly places: number;
  /** Inputs that reached a place that none before them had. */
  readonly reached: number;
  /** Few inputs that together come by most of the places; of those that the search began with, none. */
  readonly worthKeeping: readonly Uint8Array[];
  /** The first that broke the parser; the search ends with it. */
  readonly found: Found | undefined;
}

export interface SearchOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly corpus: readonly Uint8Array[];
  /** ms, for the clock of the search. */
  readonly nowMs: () => number;
}

/**
 * Changes inputs by chance, keeps those that reach something new, and goes on from them. The same seed and the same corpus give the same
 * inputs in the same order; how many is a matter of time.
 */
export function search(
  target: Target,
  counted: Pick<CountedTarget, "of">,
  { seed, seconds, corpus, nowMs }: SearchOptions,
): Searched {
  const random = new Random(seed);
  const mutator = new Mutator(random, MOST_BYTES);
  const seen = new Set<number>();
  const kept: Uint8Array[] = [];
  const placesOf = new Map<Uint8Array, ReadonlySet<number>>();
  let reached = 0;
  const known = new Set([...target.seeds(), ...corpus]);
  const endsMs = nowMs() + 1_000 * seconds;
  let inputs = 0;
  let found: Found | undefined;
  const tryOne = (input: Uint8Array): void => {
    inputs++;
    const beganMs = nowMs();
    let wrong: string | undefined;
    const places = counted.of(() => {
      wrong = wrongWith(target, input);
    });
    if (wrong === undefined && nowMs() - beganMs > MOST_MS) wrong = `takes ${Math.round(nowMs() - beganMs)} ms`;
    if (wrong !== undefined) {
      found = { input: shortest(target, input, wrong, random), what: wrong };
      return;
    }
    let isNew = false;
    for (const place of places) {
      if (seen.has(place)) continue;
      seen.add(place);
      isNew = true;
    }
    if (!isNew) return;
    kept.push(input);
    placesOf.set(input, places);
    if (!known.has(input)) reached++;
  };
  for (const input of [new Uint8Array(0), ...known]) if (found === undefined) tryOne(input);
  while (found === undefined && (inputs % LOOK_EVERY !== 0 || nowMs() < endsMs)) {
    tryOne(mutator.change(random.pick(kept), random.pick(kept)));
  }
  const worthKeeping = fewOf(placesOf, known);
  return { target: target.name, seed, inputs, places: seen.size, reached, worthKeeping, found };
}

/** The newest first: they come by most. What the search began with is kept already. */
function fewOf(placesOf: ReadonlyMap<Uint8Array, ReadonlySet<number>>, known: ReadonlySet<Uint8Array>): Uint8Array[] {
  const covered = new Set<number>();
  for (const input of known) for (const place of placesOf.get(input) ?? []) covered.add(place);
  const few: Uint8Array[] = [];
  for (const [input, places] of [...placesOf].reverse()) {
    if (few.length === MOST_KEPT || known.has(input)) continue;
    const before = covered.size;
    for (const place of places) covered.add(place);
    if (covered.size > before) few.push(input);
  }
  return few;
}

/** With the same thing wrong, and as few bytes as are found by taking some out. */
function shortest(target: Target, input: Uint8Array, wrong: string, random: Random): Uint8Array {
  let best = input;
  for (let i = 0; i < SHRINKS && best.length > 0; i++) {
    const at = random.int(best.length);
    const count = 1 + random.int(Math.max(1, best.length >> 1));
    const less = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + count)]);
    if (less.length < best.length && wrongWith(target, less) === wrong) best = less;
  }
  return best;
}
