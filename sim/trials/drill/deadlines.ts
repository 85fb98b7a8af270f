const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** What the Cyber Resilience Act (EU 2024/2847, article 14) asks for once a hole is known to be used, and by when, s since 1970 UTC. */
export interface Deadlines {
  /** Early warning: that there is one, and in which member states. Within 24 h of knowing. */
  readonly earlyWarning: number;
  /** Notification: what it is, how bad, what users can do. Within 72 h of knowing. */
  readonly notification: number;
  /** Final report: cause, and what was done. 14 days after the mend can be had; undefined: there is none yet. */
  readonly finalReport: number | undefined;
}

/** `known`: when the maker came to know of it; `mended`: when the release that mends it could be had. Throws RangeError where that is earlier. */
export function deadlinesOf(known: number, mended: number | undefined): Deadlines {
  if (mended !== undefined && mended < known) {
    throw new RangeError("the mend is older than the knowledge of the hole: then it is no new one, or a date is wrong");
  }
  return {
    earlyWarning: known + DAY_SECONDS,
    notification: known + 3 * DAY_SECONDS,
    finalReport: mended === undefined ? undefined : mended + 14 * DAY_SECONDS,
  };
}
