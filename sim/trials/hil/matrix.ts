import type { Cell, Outcome } from "./cell.js";

/** Plays cells, so many at a time, in their order; one that fails stops no other. Outcomes are in the order of the cells. */
export async function playAll(
  cells: readonly Cell[],
  jobs: number,
  playOne: (cell: Cell) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
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
