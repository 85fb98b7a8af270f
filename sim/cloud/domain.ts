import * as v from "valibot";
import { MODELS } from "../../hal/boards/index.js";
import { readBinLabel } from "../../hal/ports/bin-label.js";
import { capitals, cleanName } from "./names.js";

/** What is wrong with something that a person or a program asked the cloud to do: the message names the cause and the way out. */
export class CloudError extends Error {}

/** Nothing is wrong with what was asked: something else is away, and it may be asked again. */
export class NotNow extends CloudError {}

const WAY_OUT_SERIAL = "use 1 to 16 characters of A-Z and 0-9, as printed on the fob (such as 012ABC)";

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const name = v.pipe(
  v.string(),
  v.transform(cleanName),
  v.minLength(1, "name is empty: give one"),
  v.maxLength(64, "name is longer than 64 characters: shorten it"),
);
const serial = v.pipe(
  v.string(),
  v.trim(),
  v.transform(capitals),
  v.regex(/^[0-9A-Z]{1,16}$/, (issue) => `serial ${issue.input} is not a fob serial: ${WAY_OUT_SERIAL}`),
);
const code = v.pipe(
  v.string(),
  v.regex(/^[0-9]{4,16}$/, (issue) => `code ${issue.input} is not 4 to 16 digits: choose digits only`),
);
const hexKey = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "not 32 bytes in hexadecimal"));
const localDateTime = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/,
    (issue) => `${issue.input} is not a local date and time: write it as 2026-03-29T14:30`,
  ),
);

/** What panel and emergency pack are written in. */
export const LANGUAGES = ["en", "fr", "ja"] as const;
/** `en, fr or ja`: for errors. */
export const ANY_LANGUAGE = LANGUAGES.join(", ").replace(/, (\w+)$/, " or $1");
export type Language = (typeof LANGUAGES)[number];

/** How long at most a box that has a link is not in sync, by what was agreed. */
const GUARANTEES = ["15min", "2h", "6h"] as const;

export const LocationSchema = v.object({
  id,
  name,
  /** IANA name. */
  timeZone: v.string(),
  language: v.picklist(LANGUAGES, `language is not one of ${LANGUAGES.join(", ")}`),
  /** Absent: 6h. */
  guarantee: v.exactOptional(v.picklist(GUARANTEES, `guarantee is not one of ${GUARANTEES.join(", ")}`)),
});
export type Location = v.InferOutput<typeof LocationSchema>;

const BinSchema = v.object({
  label: v.pipe(
    v.string(),
    v.check(
      (label) => readBinLabel(label) !== undefined,
      (issue) => `bin label ${issue.input} is not a unit and a number: write it as A-1`,
    ),
  ),
  enabled: v.boolean(),
});
export type Bin = v.InferOutput<typeof BinSchema>;

export const BoxSchema = v.object({
  id: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9-]{1,32}$/, (issue) => `box id ${issue.input} is not 1 to 32 characters of A-Z a-z 0-9 -`),
  ),
  model: v.picklist(MODELS, (issue) => `there is no model ${issue.received}: it is one of ${MODELS.join(", ")}`),
  location: id,
  /** Hexadecimal, 32 bytes each; see firmware/identity. */
  sealingKey: hexKey,
  codesKey: hexKey,
  lookupKey: hexKey,
  username: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, "MQTT user name is not 1 to 64 of A-Z a-z 0-9 . _ -")),
  password: v.pipe(v.string(), v.regex(/^[!-~]{8,64}$/, "MQTT password is not 8 to 64 printable ASCII characters")),
  /** The bin's number on the board is its place in this list. */
  bins: v.pipe(
    v.array(BinSchema),
    v.minLength(1, "a box has at least 1 bin"),
    v.maxLength(200, "a box has at most 200 bins"),
  ),
});
export type Box = v.InferOutput<typeof BoxSchema>;

export const KeySchema = v.object({
  id,
  name,
  /** Absent: a virtual key. */
  fob: v.optional(serial),
  roaming: v.boolean(),
  /** Location that the key is at home at. */
  home: id,
  /** Opens this key for anybody. */
  code: v.optional(code),
});
export type Key = v.InferOutput<typeof KeySchema>;

export const UserSchema = v.object({ id, name, badge: v.optional(serial) });
export type User = v.InferOutput<typeof UserSchema>;

const ScheduleSchema = v.variant("kind", [
  v.object({ kind: v.literal("ongoing") }),
  v.object({
    kind: v.literal("scheduled"),
    start: localDateTime,
    end: localDateTime,
    /** IANA name, or `local`: the zone of the box's location, whichever box the key is at. */
    zone: v.string(),
  }),
]);
export type Schedule = v.InferOutput<typeof ScheduleSchema>;

export const AccessSchema = v.object({ id, user: id, key: id, code, schedule: ScheduleSchema });
export type Access = v.InferOutput<typeof AccessSchema>;

export interface Organisation {
  readonly locations: readonly Location[];
  readonly boxes: readonly Box[];
  readonly keys: readonly Key[];
  readonly users: readonly User[];
  readonly accesses: readonly Access[];
}

/** Parses `input`, or throws CloudError: what it is, and every field that is wrong with its way out. */
export function parse<const S extends v.GenericSchema>(schema: S, what: string, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const causes = result.issues.map((issue) => `${fieldOf(issue)}: ${issue.message}`);
  throw new CloudError(`${what}: ${causes.join("; ")}`);
}

/** As people call it: `start`, `time zone`, `bins 3 label`. */
function fieldOf(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? String(key + 1) : String(key)));
  const own = path[0] === "schedule" && path.length > 1 ? path.slice(1) : path;
  return own.length === 0 ? "value" : own.join(" ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function hexToBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function bytesToHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
