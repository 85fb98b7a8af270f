import type { NorFlash } from "../../world/devices/nor-flash.js";
import type { Machine } from "../../world/machine/machine.js";
import { Beliefs, type Thing } from "../journal-reader/beliefs.js";
import { takePiece } from "../journal-reader/checkpoint.js";
import type { JournalDump, SectorDump } from "../journal-reader/reader.js";
import { Belief, binOfUnread, type FlashRecord, Kind, readRecord, UnreadRecord } from "../journal-reader/records.js";
import { type BinRow, readBinRows } from "../journal-reader/snapshot.js";
import { journalOn } from "./journal-look.js";

/** What a box believes of a bin. */
export interface BinContent {
  /** One of `Belief`. */
  readonly belief: number;
  readonly item: Thing | undefined;
}

/** What a box would know if it booted now, read from its flash by the specifications alone: no code of the box runs, and it is not touched. */
export interface BoxMemory {
  readonly nextSeq: number;
  /** 0: none that can be read. */
  readonly snapshotVersion: number;
  readonly beliefs: {
    content(bin: number): BinContent;
    enabled(bin: number): boolean;
    faulty(bin: number): boolean;
  };
}

/** Sectors before the head in which a checkpoint is looked for (firmware/journal/SPEC.md, section 6). */
const SECTORS_REPLAYED = 4;

export function readMemory(machine: Machine): BoxMemory {
  const dump = journalOn(machine.flash.journal);
  const beliefs = replay(dump);
  const rows = rowsOf(machine, beliefs);
  const isThere = (bin: number) => bin < machine.bins.count;
  return {
    nextSeq: dump.nextSeq,
    snapshotVersion: rows === undefined ? 0 : beliefs.snapshot!.version,
    beliefs: {
      content: (bin) => contentOf(beliefs, bin, isThere(bin) ? rows?.get(bin) : undefined),
      enabled: (bin) => beliefs.enabled.get(bin)?.isEnabled ?? rows?.get(bin)?.isEnabled ?? true,
      faulty: (bin) => beliefs.faulty.has(bin),
    },
  };
}

/** The newest whole checkpoint, and the records from there on. */
function replay(dump: JournalDump): Beliefs {
  const sectors = ringOf(dump).slice(-SECTORS_REPLAYED);
  const newest = sectors.findLastIndex(({ checkpointWhole }) => checkpointWhole);
  const beliefs = new Beliefs();
  let hasUnread = false;
  for (const item of sectors[newest]?.items ?? []) {
    if (item.type === "checkpoint" && !takePiece(beliefs, item.payload)) hasUnread = true;
  }
  const from = Math.max(0, newest);
  const { firstSeq = 1 } = sectors[from]?.header ?? {};
  if (newest < 0 && firstSeq > 1) beliefs.doubt(firstSeq - 1);
  let next = firstSeq;
  for (const { items } of sectors.slice(from)) {
    for (const item of items) {
      if (item.type !== "record") continue;
      // What the records said that damage took, nobody knows.
      if (item.seq > next) beliefs.doubt(item.seq - 1);
      next = item.seq + 1;
      if (hasUnread) beliefs.doubt(item.seq - 1);
      hasUnread = false;
      const record = decode(item.payload);
      const bin = record === undefined ? binOfUnread(item.payload) : undefined;
      if (record !== undefined) beliefs.take(item.seq, record);
      else if (bin !== undefined) beliefs.doubt(item.seq, bin);
    }
  }
  if (hasUnread) beliefs.doubt(dump.nextSeq - 1);
  return beliefs;
}

function rowsOf(machine: Machine, { snapshot }: Beliefs): ReadonlyMap<number, BinRow> | undefined {
  if (snapshot === undefined) return undefined;
  const flash = machine.flash.snapshot;
  const port = flash.look(1);
  const read = (offset: number, byteLength: number) => {
    const bytes = new Uint8Array(byteLength);
    port.read(offset, bytes);
    return bytes;
  };
  const { sizeBytes, sectorBytes } = flash;
  return readBinRows({ read, sizeBytes, sectorBytes, slot: snapshot.slot }, machine.name, snapshot.version);
}

function contentOf(beliefs: Beliefs, bin: number, row: BinRow | undefined): BinContent {
  const told = beliefs.bins.get(bin);
  if (told !== undefined) return { belief: told.belief, item: told.item === "same" ? row?.item : told.item };
  if (row === undefined || row.isUncertain) return { belief: Belief.doubt, item: row?.item };
  if (row.item === undefined) return { belief: row.isTaken ? Belief.doubt : Belief.empty, item: undefined };
  return { belief: row.isTaken ? Belief.taken : Belief.holds, item: row.item };
}

function ringOf({ sectors }: JournalDump): readonly SectorDump[] {
  return sectors.filter(({ state }) => state === "live" || state === "head");
}

export interface RecordOnFlash {
  readonly seq: number;
  /** Undefined: a later firmware's. */
  readonly record: FlashRecord | undefined;
}

/** The journal's records from `fromSeq` on. */
export function* readJournal(flash: NorFlash, fromSeq: number): Iterable<RecordOnFlash> {
  yield* recordsOf(journalOn(flash), fromSeq);
}

function* recordsOf(dump: JournalDump, fromSeq: number): Iterable<RecordOnFlash> {
  const ring = ringOf(dump);
  const first = ring.findLastIndex(({ header }) => header!.firstSeq <= fromSeq);
  for (const { items } of ring.slice(Math.max(0, first))) {
    for (const item of items) {
      if (item.type === "record" && item.seq >= fromSeq) yield { seq: item.seq, record: decode(item.payload) };
    }
  }
}

/** Payloads that stay from look to look are decoded once. */
const DECODED = new WeakMap<Uint8Array, FlashRecord | "unread">();

function decode(payload: Uint8Array): FlashRecord | undefined {
  const record = DECODED.get(payload) ?? decodeAnew(payload);
  DECODED.set(payload, record);
  return record === "unread" ? undefined : record;
}

function decodeAnew(payload: Uint8Array): FlashRecord | "unread" {
  try {
    return readRecord(payload);
  } catch (error) {
    if (!(error instanceof UnreadRecord)) throw error;
    return "unread";
  }
}

/** Far more than stand between an intent and its lock. */
const TAIL_RECORDS = 40;

function* tailOf(flash: NorFlash): Iterable<RecordOnFlash> {
  const dump = journalOn(flash);
  yield* recordsOf(dump, dump.nextSeq - TAIL_RECORDS);
}

/** Why `bin` is being opened, as the flash says when it is read as a boot would read it: an opening without an outcome yet. */
export function reasonOnFlash(flash: NorFlash, bin: number): "exchange" | "emergency" | undefined {
  const open = new Map<number, "exchange" | "emergency">();
  for (const { seq, record } of tailOf(flash)) {
    if (record?.kind === Kind.intent && record.bin === bin) open.set(seq, "exchange");
    if (record?.kind === Kind.emergency && record.bin === bin) open.set(seq, "emergency");
    if (record?.kind === Kind.outcome || record?.kind === Kind.emergencyOutcome) open.delete(record.of!);
  }
  return [...open.values()].at(-1);
}

export interface IntentOnFlash {
  readonly seq: number;
  /** One of `Exchange`. */
  readonly exchange: number;
  /** Undefined: none is named. */
  readonly key: number | undefined;
}

/** The exchange for which the flash says that `bin` is being opened; undefined: it is none. */
export function intentOnFlash(flash: NorFlash, bin: number): IntentOnFlash | undefined {
  let intent: IntentOnFlash | undefined;
  for (const { seq, record } of tailOf(flash)) {
    if (record?.kind === Kind.intent && record.bin === bin)
      intent = { seq, exchange: record.exchange!, key: record.key };
  }
  return intent;
}
