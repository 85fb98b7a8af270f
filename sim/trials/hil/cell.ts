/** One scenario on one target. */
export interface MatrixCell {
  readonly scenario: string;
  readonly target: string;
  readonly seed: number;
}

/** What came of it. */
export interface CellOutcome extends MatrixCell {
  readonly verdict: "passed" | "failed" | "notRun";
  /** Why it failed, or why it was not run; undefined: it passed. */
  readonly why?: string;
  /** Real time, s. */
  readonly seconds: number;
  readonly traceHash?: string;
  /** Of XS; absent on Node. */
  readonly computrons?: number;
  readonly peakSlots?: number;
  readonly peakChunkBytes?: number;
  /** Plays this cell alone, from the same commit. */
  readonly again: string;
  /** Folder of what it left behind, seen from the report; absent: it left nothing. */
  readonly artifacts?: string;
}

export interface Totals {
  readonly cells: number;
  readonly passed: number;
  readonly failed: number;
  readonly notRun: number;
}

export function totalsOf(outcomes: readonly CellOutcome[]): Totals {
  const count = (verdict: CellOutcome["verdict"]) => outcomes.filter((one) => one.verdict === verdict).length;
  return { cells: outcomes.length, passed: count("passed"), failed: count("failed"), notRun: count("notRun") };
}

/** Outcomes, where a story that went well but left another trace than on the first target where it did has failed all the same. */
export function withEqualTraces(outcomes: readonly CellOutcome[]): CellOutcome[] {
  return outcomes.map((one) => {
    const first = outcomes.find((other) => other.scenario === one.scenario && other.verdict === "passed");
    if (one.verdict !== "passed" || first === undefined || first.traceHash === one.traceHash) return one;
    return { ...one, verdict: "failed", why: `another trace than on ${first.target}` };
  });
}
