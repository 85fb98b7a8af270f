import { Temporal } from "temporal-polyfill";
import type { MailSettings } from "../state.js";

/** Whether people are to be left in peace at `now`, s since 1970 UTC. From 22:00 until 07:00 goes over midnight. */
export function isQuiet({ quiet }: MailSettings, now: number): boolean {
  if (quiet === undefined) return false;
  const { from, until, timeZone } = quiet;
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(now) * 1_000).toZonedDateTimeISO(timeZone);
  const time = local.toPlainTime().toString({ smallestUnit: "minute" });
  return from <= until ? from <= time && time < until : from <= time || time < until;
}
