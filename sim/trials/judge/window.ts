/**
 * Whether a schedule is open, told by a clock on the wall there and by nothing of the cloud. The rule: whoever has a window may use it
 * from the first moment at which that clock shows its start or later, to the last at which it shows a time before its end. Where
 * clocks go back, an hour is shown twice and counts twice; where they go forward, what is not shown is passed over.
 */

/** As the cloud has it: local times to the minute or second, ISO 8601. */
export interface Schedule {
  readonly start: string;
  readonly end: string;
}

/** Clocks change at quarters of an hour UTC, and by no more than this. */
const QUARTER_S = 900;
const LONGEST_CHANGE_S = 3 * 3_600;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-02T08:00:00`: what a clock in `zone` shows at `seconds` since 1970 UTC. */
function shown(seconds: number, zone: string): string {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    // Swedes write ISO 8601, but for a space.
    clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    clocks.set(zone, clock);
  }
  return clock.format(seconds * 1_000).replace(" ", "T");
}

/** `zone`: IANA name of the window's own zone, or of the place where the box hangs. */
export function isOpenAt({ start, end }: Schedule, zone: string, seconds: number): boolean {
  return hasBegun(start, zone, seconds) && hasNotEnded(end, zone, seconds);
}

/** The clock shows `start` or later, or did so before it was put back. */
function hasBegun(start: string, zone: string, seconds: number): boolean {
  if (shown(seconds, zone) >= start) return true;
  const quarter = Math.floor(seconds / QUARTER_S) * QUARTER_S;
  for (let before = quarter; before > seconds - LONGEST_CHANGE_S; before -= QUARTER_S) {
    if (shown(before - 1, zone) >= start) return true;
  }
  return false;
}

/** The clock shows a time before `end`, or will do so when it has been put back. */
function hasNotEnded(end: string, zone: string, seconds: number): boolean {
  if (shown(seconds, zone) < end) return true;
  const quarter = Math.ceil(seconds / QUARTER_S) * QUARTER_S;
  for (let after = quarter; after < seconds + LONGEST_CHANGE_S; after += QUARTER_S) {
    if (shown(after, zone) < end) return true;
  }
  return false;
}
