import type { When } from "../state.js";

const UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** `2 h 13 min`: the two largest units of a span in seconds. A negative one, of clocks that differ, is none. */
export function spanInWords(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const words: string[] = [];
  for (const { name, seconds: size } of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${name}`);
    // Nothing smaller than the unit after the first: 2 d 0 h is 2 d.
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.length === 0 ? "0 s" : words.join(" ");
}

/** `23 Nov 2026, 14:03:59`, in the box's time zone. */
function timeInWords(seconds: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "medium", timeStyle: "medium" });
  return format.format(seconds * 1_000);
}

/** When a record was written, as far as the box knew. */
export function whenInWords(when: When, timeZone: string): string {
  if (when.time !== undefined) return timeInWords(when.time, timeZone);
  return `boot ${when.boot ?? "?"}, ${spanInWords(when.sinceBoot ?? 0)} on, clock unknown`;
}
