import { Temporal } from "temporal-polyfill";
import { CloudError, type Schedule } from "./domain.js";

/** Seconds since 1970 UTC, end exclusive. */
export interface UtcWindow {
  readonly from: number;
  readonly until: number;
}

/** Snapshots hold times in 32 bits. */
const LAST_SECOND = 2 ** 32 - 1;

/**
 * As `resolveWindow`, for what was accepted once, perhaps for a location with other clocks: of the window remains what a snapshot has
 * room for. Where that is no time at all, nobody can use it, and nothing else is wrong.
 */
export function windowAt(schedule: Schedule, localZone: string): UtcWindow | "always" | "never" {
  if (schedule.kind === "ongoing") return "always";
  const window = instants(schedule, localZone);
  const from = Math.max(0, window.from);
  const until = Math.min(LAST_SECOND, window.until);
  return from < until ? { from, until } : "never";
}

/**
 * Resolves a schedule to UTC, for a box whose location is in `localZone`. Undefined: ongoing.
 *
 * Where the clocks change, the side is chosen so that the holder is never refused while a wall clock there shows a time
 * inside the window:
 * - a time that comes twice (clocks go back): a start is the first of the two, an end the second;
 * - a time that never comes (clocks go forward): start and end are the moment of the change.
 *
 * Throws CloudError for a zone or a date that does not exist, and for a window that holds no time at all.
 */
export function resolveWindow(schedule: Schedule, localZone: string): UtcWindow | undefined {
  if (schedule.kind === "ongoing") return undefined;
  const { from, until, zone } = instants(schedule, localZone);
  if (from >= until) {
    throw new CloudError(
      `access window from ${schedule.start} to ${schedule.end} (${zone}) does not start before it ends: move one of them`,
    );
  }
  if (from < 0 || until > LAST_SECOND) {
    throw new CloudError(`access window from ${schedule.start} to ${schedule.end} is outside 1970 to 2106: move it`);
  }
  return { from, until };
}

/** May hold no time at all: it ends before it begins, or falls whole into an hour that the clocks leave out. */
function instants(schedule: Extract<Schedule, { kind: "scheduled" }>, localZone: string): UtcWindow & { zone: string } {
  const zone = schedule.zone === "local" ? localZone : schedule.zone;
  checkTimeZone(zone, ", or local");
  return { zone, from: instant(schedule.start, zone, "earlier"), until: instant(schedule.end, zone, "later") };
}

/** `others`: what may stand there besides, for the error. Throws CloudError. */
export function checkTimeZone(zone: string, others = ""): void {
  if (isTimeZone(zone)) return;
  throw new CloudError(`time zone ${zone} is not known: use an IANA name such as Europe/Paris${others}`);
}

export function isTimeZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}

function instant(local: string, zone: string, inOverlap: "earlier" | "later"): number {
  const wall = plain(local);
  const zoned = wall.toZonedDateTime(zone, { disambiguation: inOverlap });
  if (zoned.toPlainDateTime().equals(wall)) return Math.floor(zoned.epochMilliseconds / 1000);
  // A time in a gap: "earlier" lies before the change, and the change is the next one from there.
  const before = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  const change = before.getTimeZoneTransition("next");
  return Math.floor((change ?? zoned).epochMilliseconds / 1000);
}

function plain(local: string): Temporal.PlainDateTime {
  try {
    return Temporal.PlainDateTime.from(local, { overflow: "reject" });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CloudError(`${local} is not a date and time of the calendar: correct it`);
  }
}

/** Offset of `zone` from UTC at `seconds`, and each change in the `spanSeconds` after it; at most `limit` entries. */
export function offsetsOf(
  zone: string,
  seconds: number,
  spanSeconds: number,
  limit: number,
): { readonly from: number; readonly offsetMinutes: number }[] {
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(
    zone,
  );
  const end = (seconds + spanSeconds) * 1000;
  const offsets: { from: number; offsetMinutes: number }[] = [];
  while (at !== null && offsets.length < limit && at.epochMilliseconds <= end) {
    offsets.push({
      from: offsets.length === 0 ? 0 : Math.floor(at.epochMilliseconds / 1000),
      offsetMinutes: Math.round(at.offsetNanoseconds / 60e9),
    });
    at = at.getTimeZoneTransition("next");
  }
  return offsets;
}
