import { Random } from "../../world/random.js";

/** `count` of `things`, in their order; the same ones for the same seed. */
export function sampled<T>(things: readonly T[], count: number, seed: number): readonly T[] {
  const random = new Random(seed);
  const left = [...things];
  const taken = new Set<T>();
  while (taken.size < count && left.length > 0) taken.add(left.splice(random.int(left.length), 1)[0]!);
  return things.filter((thing) => taken.has(thing));
}
