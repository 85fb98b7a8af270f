import { type Cbor, CborSyntaxError, readCbor } from "./cbor.js";

/*
 * A second implementation of firmware/records/records.cddl, for whoever looks at a box's flash from outside. It was written from
 * that document and shares nothing with the firmware.
 */

/** The bytes are no record of the document; the message says why. */
export class UnreadRecord extends Error {}

/** Numbers of the kinds, and of what else is asked about. */
export const Kind = {
  boot: 1,
  intent: 2,
  outcome: 3,
  codeFailure: 4,
  emergency: 5,
  emergencyOutcome: 6,
  door: 7,
  binFault: 8,
  power: 9,
  link: 10,
  snapshotApplied: 11,
  ack: 12,
  gap: 13,
  command: 14,
  clockSet: 15,
  refused: 16,
  device: 17,
  binChecked: 18,
  binKept: 22,
  crash: 23,
  update: 24,
} as const;
export const Exchange = { pickup: 1, dropoff: 2 } as const;
export const Result = { done: 1, leftOpen: 2, notOpened: 3, unconfirmed: 4 } as const;
export const Target = { bin: 1, all: 2, unmount: 3 } as const;
export const Door = { unexpected: 3 } as const;
export const Fault = { cleared: 3 } as const;
export const Belief = { empty: 1, holds: 2, taken: 3, doubt: 4 } as const;
export const Command = { enableBin: 2, disableBin: 3, closeSheets: 5 } as const;

const HELD = "?3 key whole, ?5 fob text16";

/** Of each kind: its fields as key, name and what it may be; `?`: it may be absent. */
export const RULES: Readonly<Record<number, string>> = {
  [Kind.boot]: "18 boot whole, 19 cause 0..255, 24 firmware text48",
  [Kind.intent]: `8 exchange 1..2, 4 bin 0..199, 9 auth 1..5, ?6 user whole, ?7 access whole, ?75 from 0..199, ?81 contested 1..1, ?82 freed 0..199, ?85 short 1..1, ?113 lapsed 1..1, ${HELD}`,
  [Kind.outcome]: "10 of whole, 11 result 1..4",
  [Kind.codeFailure]: "15 count whole, 12 target 0..3, ?4 bin 0..199, ?85 short 1..1",
  [Kind.emergency]: "12 target 1..3, 13 sheet 0..999, 14 number 0..99, ?4 bin 0..199, ?10 of whole, ?86 stockTake 1..1",
  [Kind.emergencyOutcome]: "10 of whole, ?4 bin 0..199, 11 result 1..4",
  [Kind.door]: "4 bin 0..199, 16 event 1..3",
  [Kind.binFault]: "4 bin 0..199, 16 event 1..3",
  [Kind.power]: "16 event 0..255, ?17 charge 0..100",
  [Kind.link]: "16 event 0..255, 25 link text16, ?23 reason text64, ?90 synced whole",
  [Kind.snapshotApplied]: "20 version whole, 22 slot 0..1, 29 asOf whole, 13 sheet 0..999, ?136 binsCrc 0..4294967295",
  [Kind.ack]: "21 through whole",
  [Kind.gap]: "23 reason 0..255, 15 count whole",
  [Kind.command]: "26 id whole, 27 command 1..255, ?4 bin 0..199, ?13 sheet 0..999",
  [Kind.clockSet]: "?71 previous whole",
  [Kind.refused]: `23 reason text32, ?6 user whole, ?7 access whole, ${HELD}`,
  [Kind.device]: "74 name text32, ?23 reason text64",
  [Kind.binChecked]: `4 bin 0..199, ?10 of whole, ?9 auth 1..5, ?80 doubt 1..1, ${HELD}`,
  [Kind.binKept]: `4 bin 0..199, 107 belief 1..4, ${HELD}`,
  [Kind.crash]: "23 reason text64, 112 lines text128",
  [Kind.update]: "16 event 0..255, 124 release whole, ?23 reason text32",
};
const HEAD = "1 at whole, 2 flags 0..255";
const KIND_KEY = 0;
const BIN_KEY = 4;
const BINS = 200;

/** A record by the names of the document; which fields it has, its kind says. What the document does not know is under its key. */
export interface FlashRecord {
  readonly kind: number;
  readonly at: number;
  readonly flags: number;
  readonly boot?: number;
  readonly cause?: number;
  readonly count?: number;
  readonly exchange?: number;
  readonly bin?: number;
  readonly key?: number;
  readonly fob?: string;
  readonly from?: number;
  readonly freed?: number;
  readonly contested?: number;
  readonly of?: number;
  readonly result?: number;
  readonly target?: number;
  readonly sheet?: number;
  readonly stockTake?: number;
  readonly event?: number;
  readonly version?: number;
  readonly slot?: number;
  readonly asOf?: number;
  readonly id?: number;
  readonly command?: number;
  readonly name?: string;
  readonly reason?: string | number;
  readonly belief?: number;
  readonly doubt?: number;
  readonly release?: number;
}

interface Field {
  readonly key: number;
  readonly name: string;
  readonly isOptional: boolean;
  /** The value as it counts, or undefined: it may not be that. */
  readonly take: (value: Cbor) => number | string | undefined;
}

const FIELDS = new Map<Cbor, readonly Field[]>(
  Object.entries(RULES).map(([kind, rule]) => [Number(kind), `${HEAD}, ${rule}`.split(", ").map(fieldOf)]),
);

function fieldOf(rule: string): Field {
  const [, mark, key, name, type] = /^(\?)?(\d+) (\w+) (.+)$/.exec(rule)!;
  return { key: Number(key), name: name!, isOptional: mark !== undefined, take: takerOf(type!) };
}

function takerOf(type: string): Field["take"] {
  if (type.startsWith("text")) {
    const most = Number(type.slice(4));
    return (value) => (typeof value === "string" && value.length <= most ? value : undefined);
  }
  const [least, most] = type === "whole" ? [0, Number.MAX_SAFE_INTEGER] : type.split("..").map(Number);
  return (value) => {
    const number = typeof value === "bigint" ? Number(value) : value;
    return Number.isInteger(number) && (number as number) >= least! && (number as number) <= most!
      ? (number as number)
      : undefined;
  };
}

/** Throws UnreadRecord. */
export function readRecord(bytes: Uint8Array): FlashRecord {
  const map = mapIn(bytes);
  const kind = map.get(KIND_KEY);
  const fields = FIELDS.get(kind);
  if (fields === undefined) throw new UnreadRecord(`record of unknown kind ${String(kind)}`);
  const record: Record<string, unknown> = { kind };
  for (const { key, name, isOptional, take } of fields) {
    const value = map.get(key);
    const taken = take(value);
    if (taken !== undefined) record[name] = taken;
    else if (!isOptional || value !== undefined) throw new UnreadRecord(`record kind ${String(kind)}: bad ${name}`);
  }
  const known = new Set<Cbor>([KIND_KEY, ...fields.map(({ key }) => key)]);
  for (const [key, value] of map) if (!known.has(key)) record[String(key)] = value;
  return record as unknown as FlashRecord;
}

/** The bin that an unread record names, if it does: nobody knows what is in it then. */
export function binOfUnread(bytes: Uint8Array): number | undefined {
  try {
    const bin = mapIn(bytes).get(BIN_KEY);
    return Number.isInteger(bin) && (bin as number) >= 0 && (bin as number) < BINS ? (bin as number) : undefined;
  } catch (error) {
    if (error instanceof UnreadRecord) return undefined;
    throw error;
  }
}

/** Throws UnreadRecord. */
function mapIn(bytes: Uint8Array): ReadonlyMap<Cbor, Cbor> {
  try {
    const value = readCbor(bytes);
    if (value instanceof Map) return value;
  } catch (error) {
    if (!(error instanceof CborSyntaxError)) throw error;
    throw new UnreadRecord(error.message);
  }
  throw new UnreadRecord("malformed CBOR: not a map");
}
