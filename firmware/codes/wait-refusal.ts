import type { RefusalReason } from "../state/refusal.js";

/** Longer waits are told in minutes, and those in hours, rounded up: nobody divides 3,420 seconds in their head. */
const LONGEST_IN_SECONDS = 120;
const LONGEST_IN_MINUTES = 120;

export interface WaitRefusal {
  readonly reason: RefusalReason;
  readonly params: Readonly<Record<string, number>>;
}

/** How the panel says that `waitMs` (above 0) have to pass before the next code is looked at. */
export function waitRefusal(kind: "wrong-code-wait" | "throttled", waitMs: number): WaitRefusal {
  const seconds = Math.ceil(waitMs / 1_000);
  if (seconds <= LONGEST_IN_SECONDS) return { reason: kind, params: { seconds } };
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= LONGEST_IN_MINUTES) return { reason: `${kind}-minutes`, params: { minutes } };
  return { reason: `${kind}-hours`, params: { hours: Math.ceil(minutes / 60) } };
}
