import { Random } from "../../world/random.js";

/** What a share may be multiplied by. Most things are as frequent as ever; some never happen in this soak, some much more often. */
const RATES = [0, 0.3, 1, 1, 1, 1, 2, 4] as const;
/** What may be rare or frequent. The rest (visits, days, the operator) keeps people coming and going. */
const NAMES = [
  "mishap/torn-write",
  "mishap/cut-at-lock",
  "mishap/cut",
  "mishap/internet",
  "mishap/broker",
  "mishap/mains",
  "mishap/jam",
  "mishap/clock",
  "mishap/newer-cloud",
  "mishap/cloud-put-back",
  "office/bin",
  "office/permission",
  "office/fob",
  "office/other-box",
  "office/sheet",
  "people/guess",
  "people/one-bin",
  "people/all-bins",
  "people/unmount",
  "people/one-touch",
  "people/hotspot",
  "people/crowbar",
  "people/stranger",
] as const;

/**
 * How often things happen, drawn for each seed (swarm testing: Groce and others, 2012): with every share the same in each soak,
 * what happens rarely never meets itself, and what happens often hides what would follow without it.
 */
export function ratesOf(seed: number): ReadonlyMap<string, number> {
  const random = new Random(seed * 7_919);
  return new Map(NAMES.map((name) => [name, random.pick(RATES)]));
}
