import * as v from "valibot";
import type { Mutant } from "./changer.js";
import { oneLine } from "./changes.js";

/** A survivor that somebody has read: why no test can, or need, tell it from the original. */
const Explanation = v.strictObject({
  place: v.string(),
  from: v.string(),
  to: v.string(),
  /** Which of several with the same texts in the same place. */
  nth: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  why: v.pipe(v.string(), v.minLength(10)),
});
const Explanations = v.record(v.string(), v.array(Explanation));
export type Explanations = v.InferOutput<typeof Explanations>;

/** @throws {SyntaxError | v.ValiError} it is not such a file */
export function parseExplanations(text: string): Explanations {
  return v.parse(Explanations, JSON.parse(text));
}

/** Why `mutant` may survive; undefined: nobody has said so. */
export function explained(mutant: Mutant, explanations: Explanations): string | undefined {
  return explanations[mutant.file]?.find((one) => fits(one, mutant))?.why;
}

/** Explanations of what is no longer there, or no longer survives, of the files and mutants that were tried. */
export function outdated(
  explanations: Explanations,
  all: readonly Mutant[],
  killed: readonly Mutant[],
): readonly string[] {
  const files = new Set(all.map(({ file }) => file));
  return Object.entries(explanations)
    .filter(([file]) => files.has(file))
    .flatMap(([file, list]) =>
      list.flatMap((one) => {
        const is = (mutant: Mutant) => mutant.file === file && fits(one, mutant);
        const text = `${file} ${one.place}: ${one.from} -> ${one.to}`;
        if (killed.some(is)) return [`${text}: is killed by now`];
        return all.some(is) ? [] : [`${text}: is not there any more`];
      }),
    );
}

function fits({ place, from, to, nth }: Explanations[string][number], mutant: Mutant): boolean {
  return (
    place === mutant.place && oneLine(from) === mutant.from && oneLine(to) === mutant.to && (nth ?? 1) === mutant.nth
  );
}
