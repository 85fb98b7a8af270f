/** What `../mutants.test.ts` has the mutation testing change. */

const LIT_MS = 60_000;

export function isLit(sinceMs: number, nowMs: number): boolean {
  return nowMs - sinceMs < LIT_MS;
}

export function atMostThree(level: number): number {
  return level > 3 ? 3 : Math.round(level);
}
