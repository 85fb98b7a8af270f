import type { CellOutcome, MatrixCell } from "./cell.js";

/** Plays cells, so many at a time, in their order; one that fails stops no other. Outcomes are in the order of the cells. */
export async function playAll(
  cells: readonly MatrixCell[],
  jobs: number,
  playOne: (cell: MatrixCell) => Promise<CellOutcome>,
): Promise<CellOutcome[]> {
  const outcomes: CellOutcome[] = [];
  let next = 0;
  const worker = async () => {
    while (next < cells.length) {
      const at = next++;
      outcomes[at] = await playOne(cells[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, cells.length)) }, worker));
  return outcomes;
}
