/** Exchanges in each visit, over the whole run; most runs have twice as many. */
const LEAST_EXCHANGES = 0.3;
/** Before so many visits chance decides. */
const FIRST_VISITS = 200;

/** Throws where most visitors are refused: such a run tries refusals, and little else. */
export function holdToUse(
  visits: number,
  { exchanges, refusals }: { readonly exchanges: number; readonly refusals: Readonly<Record<string, number>> },
): void {
  if (visits < FIRST_VISITS || exchanges >= LEAST_EXCHANGES * visits) return;
  const reasons = Object.entries(refusals).sort(([, a], [, b]) => b - a);
  throw new Error(
    `only ${exchanges} exchanges in ${visits} visits, fewer than ${100 * LEAST_EXCHANGES} in a hundred: the world has run dry. Refused: ${reasons.map(([reason, count]) => `${reason} ${count}`).join(", ")}`,
  );
}
