/**
 * What a wrong code costs (`SPEC.md` section 4). The box makes people wait by these numbers, and the cloud computes from them how
 * long a code must be.
 */

/** Wrong codes in a row that cost nothing. */
export const FREE_FAILURES = 3;
/** Minutes to wait after each wrong code beyond those; the last one for all that follow. */
export const LADDER_MINUTES: readonly number[] = [2, 4, 8, 16, 32, 60];
/**
 * For codes of 4 and 5 digits, of which there are few: in a month, one of 4 digits is no easier to hit than one of 100,000 codes
 * under the other ladder.
 */
export const SHORT_LADDER_MINUTES: readonly number[] = [...LADDER_MINUTES, 120, 240, 480, 720];
/** Fewer digits than these, and a code is a short one. */
export const LONG_CODE_DIGITS = 6;

/** Penalty after `failures` wrong codes in a row, s. */
export function penaltySeconds(failures: number, ladderMinutes = LADDER_MINUTES): number {
  const step = Math.min(failures - FREE_FAILURES, ladderMinutes.length);
  return step <= 0 ? 0 : 60 * ladderMinutes[step - 1]!;
}
