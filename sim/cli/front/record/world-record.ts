import type { Input } from "../../../page/server/acts.js";
import type { SavedStand } from "../stand.js";

/** Things that can be done in one world. */
export const MOST_INPUTS = 50_000;
/** The longest world that is played again: more than a year, ms. */
export const LONGEST_MS = 400 * 86_400_000;

/** A point between two events of a world: after `n` events at `at` ms since it began. */
export interface Moment {
  readonly at: number;
  readonly n: number;
}

export interface Done extends Moment {
  readonly input: Input;
}

/** The organisation at first: the sample with the secrets of that seed, or a cloud's database as JSON. */
export type Begins =
  | { readonly kind: "sample"; readonly seed: number }
  | { readonly kind: "cloud"; readonly database: string };

/** A whole world: how it began, and what was done. Played again it is the same, event by event. */
export interface WorldRecord {
  readonly seed: number;
  /** s since 1970 UTC. */
  readonly startWallSeconds: number;
  /** Where somebody stands at first. */
  readonly box: string;
  readonly begins: Begins;
  /** Boxes that go on from an earlier start. */
  readonly kept: Readonly<Record<string, SavedStand>>;
  /** In order of time. */
  readonly done: readonly Done[];
  readonly end: Moment;
  /** Of all that had happened by the end. */
  readonly traceHash: string;
}

/** Whether `one` is not after `other`. */
export function isBy(one: Moment, other: Moment): boolean {
  return one.at < other.at || (one.at === other.at && one.n <= other.n);
}
