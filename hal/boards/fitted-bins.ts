import { binLabel, unitLetter } from "../ports/bin-label.js";
import type { BoardWiring } from "./wiring.js";

/** One expander that is fitted, with the bins on it. */
export interface Fitted {
  readonly place: BoardWiring["expanders"][number];
  readonly count: number;
  readonly labels: readonly string[];
}

/**
 * Bins of the base unit and of each expansion unit from `12,12`, as a board keeps it. Nothing, nonsense, or more than the board
 * has expanders for gives no unit at all: the firmware says on the screen what a board that does not start could not.
 */
export function unitsFrom(told: string, wiring: Pick<BoardWiring, "expanders" | "binsPerExpander">): readonly number[] {
  const units = told.split(",").map(Number);
  if (units.some((bins) => !Number.isSafeInteger(bins) || bins < 1)) return [];
  const expanders = units.reduce((sum, bins) => sum + Math.ceil(bins / wiring.binsPerExpander), 0);
  return expanders <= wiring.expanders.length ? units : [];
}

/**
 * Shares the bins out to the expanders: each unit (`A`, `B`, ...) takes the next ones, as many as it needs. Throws RangeError
 * when there are not enough.
 */
export function fittedBins(wiring: BoardWiring, units: readonly number[]): readonly Fitted[] {
  const fitted: Fitted[] = [];
  for (const [unit, bins] of units.entries()) {
    for (let first = 0; first < bins; first += wiring.binsPerExpander) {
      const place = wiring.expanders[fitted.length];
      if (place === undefined) throw new RangeError(`units of ${units.join(", ")} bins need more expanders than fit`);
      const count = Math.min(wiring.binsPerExpander, bins - first);
      const labels = Array.from({ length: count }, (_, i) => binLabel(unitLetter(unit), first + i + 1));
      fitted.push({ place, count, labels });
    }
  }
  return fitted;
}
