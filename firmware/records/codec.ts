import { CborError, decodeCbor, encodeCbor } from "../wire/cbor.js";
import { Kind, type Rec } from "./records.js";

/** The bytes are not a record this version knows; the message names the field. */
export class RecordError extends Error {}

type Check = (value: unknown) => boolean;
const whole: Check = (v) => typeof v === "number" && Number.isSafeInteger(v) && v >= 0;
const upTo =
  (limit: number): Check =>
  (v) =>
    whole(v) && (v as number) <= limit;
const from1To =
  (limit: number): Check =>
  (v) =>
    whole(v) && (v as number) >= 1 && (v as number) <= limit;
const text =
  (maxLength: number): Check =>
  (v) =>
    typeof v === "string" && v.length <= maxLength;
const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined || check(v);

const bin = upTo(199);
const seq = whole;
const one = from1To(1);
const held = { key: optional(whole), fob: optional(text(16)) };

/** A number that only describes: one that a later firmware gave a meaning must not cost the whole record. */
const described = upTo(255);

/** Fields by kind, without those that all records have. */
const FIELDS: Readonly<Record<Kind, Readonly<Record<string, Check>>>> = {
  [Kind.boot]: { boot: whole, cause: described, firmware: text(48) },
  [Kind.intent]: {
    exchange: from1To(2),
    bin,
    auth: from1To(5),
    user: optional(whole),
    access: optional(whole),
    from: optional(bin),
    contested: optional(one),
    freed: optional(bin),
    short: optional(one),
    ...held,
  },
  [Kind.outcome]: { of: seq, result: from1To(4) },
  [Kind.codeFailure]: { count: whole, target: upTo(3), bin: optional(bin), short: optional(one) },
  [Kind.emergency]: {
    target: from1To(3),
    sheet: upTo(999),
    number: upTo(99),
    bin: optional(bin),
    of: optional(seq),
    stockTake: optional(one),
  },
  [Kind.emergencyOutcome]: { of: seq, bin: optional(bin), result: from1To(4) },
  [Kind.door]: { bin, event: from1To(3) },
  [Kind.binFault]: { bin, event: from1To(3) },
  [Kind.power]: { event: described, charge: optional(upTo(100)) },
  [Kind.link]: { event: described, link: text(16), reason: optional(text(64)), synced: optional(whole) },
  [Kind.snapshotApplied]: { version: whole, slot: upTo(1), asOf: seq, sheet: upTo(999) },
  [Kind.ack]: { through: seq },
  [Kind.gap]: { reason: described, count: whole },
  [Kind.command]: { id: whole, command: from1To(255), bin: optional(bin), sheet: optional(upTo(999)) },
  [Kind.clockSet]: { previous: optional(whole) },
  [Kind.refused]: { reason: text(32), user: optional(whole), access: optional(whole), ...held },
  [Kind.device]: { name: text(32), reason: optional(text(64)) },
  [Kind.binChecked]: { bin, of: optional(seq), auth: optional(from1To(5)), doubt: optional(one), ...held },
  [Kind.binKept]: { bin, belief: from1To(4), ...held },
};

function isKind(value: unknown): value is Kind {
  return typeof value === "number" && value in FIELDS;
}

function check(record: Readonly<Record<string, unknown>>): Rec {
  const kind = record.kind;
  if (!isKind(kind)) throw new RecordError(`record of unknown kind ${String(kind)}`);
  const fields = FIELDS[kind];
  if (!whole(record.at)) throw new RecordError(`record kind ${kind}: bad at`);
  if (!upTo(255)(record.flags)) throw new RecordError(`record kind ${kind}: bad flags`);
  for (const [name, isGood] of Object.entries(fields)) {
    if (!isGood(record[name])) throw new RecordError(`record kind ${kind}: bad ${name}`);
  }
  return record as unknown as Rec;
}

/** Checked on the way in as well, so that a mistake shows where it is made and not years later in a dump. */
export function encodeRecord(record: Rec): Uint8Array {
  return encodeCbor(check(record as unknown as Record<string, unknown>));
}

/**
 * The bin that a record names which `decodeRecord` refuses; undefined: none. Whatever a later firmware wrote there, what is in that bin
 * is not known any more.
 */
export function binNamedIn(bytes: Uint8Array): number | undefined {
  try {
    const { bin: named } = decodeCbor(bytes);
    return bin(named) ? (named as number) : undefined;
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

/** Throws RecordError. Fields that this version does not know are kept and ignored. */
export function decodeRecord(bytes: Uint8Array): Rec {
  let map: Readonly<Record<string, unknown>>;
  try {
    map = decodeCbor(bytes);
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    throw new RecordError(error.message);
  }
  return check(map);
}
