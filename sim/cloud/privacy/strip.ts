import type { EventEntry, ExchangeEntry } from "../state.js";
import type { Line } from "../store/lines.js";

/** How a line gives way: `name` takes the name and leaves the number, `person` leaves nothing that tells of whom it is. */
export type Strip = "name" | "person";

/** The user whom a line is about; undefined: nobody that has a number. */
export function userIn(line: Line): number | undefined {
  if (line.kind === "exchange") return line.entry.user;
  const user = line.kind === "event" ? line.entry.detail.user : undefined;
  return typeof user === "number" ? user : undefined;
}

/** The line as it is from then on, never longer than before; undefined: nothing of a person is in it any more. */
export function stripped(line: Line, strip: Strip): Line | undefined {
  if (userIn(line) === undefined) return undefined;
  if (line.kind === "exchange") {
    const entry = strippedEntry(line.entry, strip);
    return entry === line.entry ? undefined : { ...line, entry };
  }
  if (line.kind !== "event" || strip === "name") return undefined;
  return { ...line, entry: strippedEvent(line.entry) };
}

/** As `stripped`, of what is under way. */
export function strippedEntry(entry: ExchangeEntry, strip: Strip): ExchangeEntry {
  if (strip === "name") return entry.userName === "" ? entry : { ...entry, userName: "" };
  const { user: _user, access: _access, ...rest } = entry;
  return { ...rest, userName: "" };
}

function strippedEvent(entry: EventEntry): EventEntry {
  const { user: _user, access: _access, ...detail } = entry.detail;
  return { ...entry, detail };
}
