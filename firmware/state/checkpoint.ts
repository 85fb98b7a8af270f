import { decodeRecord, RecordError } from "../records/codec.js";
import { Kind, type Rec } from "../records/records.js";
import { CborError, decodeCbor, encodeCbor } from "../wire/cbor.js";
import { MessageError } from "../wire/shape.js";
import { type BoxState, type MainsLost, ORDINARY_INDEX } from "./box-state.js";
import { Chapter, ENTRIES_BYTES, IGNORABLE_FROM, ListPiece, MainPiece, OpeningPiece } from "./checkpoint-pieces.js";
import { inPieces, PackedReader, packBin, packNumber, unpackBin, unpackOldBin } from "./packed.js";

/** The state as the pieces that `checkpoint-pieces.ts` declares, the main one first. */
export function* encodeCheckpoint(state: BoxState): Iterable<Uint8Array> {
  const { throttles, codes, exchange, opening, openAll, snapshot, mainsLost } = state;
  // Here and not in chapter 10: an older firmware demands it.
  const ordinary = throttles.get(ORDINARY_INDEX);
  yield MainPiece.encode({
    chapter: Chapter.main,
    boot: state.boots,
    acked: state.acked,
    command: state.command,
    time: state.lastSync,
    mains: mainsLost && [mainsLost.at ?? null, mainsLost.synced ? 1 : 0, mainsLost.charge ?? null],
    charge: state.batteryLow ? 0 : undefined,
    ...snapshot,
    throttle: [ordinary?.failures ?? 0, ordinary?.at ?? null],
    sheet: codes.sheet,
  });
  if (exchange !== undefined || openAll !== undefined || codes.grace !== undefined) {
    const { grace } = codes;
    yield MainPiece.encode({
      chapter: Chapter.main,
      pending: exchange && encodeCbor(exchange),
      next: exchange?.seq,
      openAll: openAll && [openAll.seq, openAll.sheet, openAll.number, openAll.bin, openAll.at ?? null],
      grace: grace && [grace.seq, grace.target, grace.sheet, grace.number, grace.at ?? null, grace.boot, grace.reuses],
    });
  }
  if (opening !== undefined) {
    const { seq, bin, before } = opening;
    const entries = Uint8Array.from(before === undefined ? [bin] : packBin(bin, before, before.seq));
    yield OpeningPiece.encode({ chapter: Chapter.opening, next: seq, first: before?.seq, entries });
  }
  const first = lowestSeq(state);
  const chapters: [number, Iterable<readonly number[]>][] = [
    [Chapter.bins, map(state.bins, ([bin, change]) => packBin(bin, change, first))],
    [Chapter.used, map(codes.used, (pair) => pair)],
    [
      Chapter.enabled,
      map(state.enabled, ([bin, { enabled, seq }]) => [bin, ...packNumber((seq - first) * 2 + (enabled ? 1 : 0))]),
    ],
    [Chapter.faulty, map(state.faulty, (bin) => [bin])],
    [Chapter.cutOff, map(openAll?.cutOff ?? [], (bin) => [bin])],
  ];
  for (const [chapter, list] of chapters) {
    for (const entries of inPieces(list, ENTRIES_BYTES)) yield ListPiece.encode({ chapter, first, entries });
  }
  yield* encodeThrottles(throttles);
}

/** Each entry: what was guessed at, how often, and when last, from `first` on and one more; 0: nobody knows. */
function* encodeThrottles(throttles: BoxState["throttles"]): Iterable<Uint8Array> {
  let first = Number.MAX_SAFE_INTEGER;
  throttles.forEach(({ at }) => {
    first = Math.min(first, at ?? first);
  });
  const entriesOf = function* (): Iterable<readonly number[]> {
    for (const [index, { failures, at }] of throttles) {
      if (index === ORDINARY_INDEX) continue;
      yield [index, ...packNumber(failures), ...packNumber(at === undefined ? 0 : at - first + 1)];
    }
  };
  for (const entries of inPieces(entriesOf(), ENTRIES_BYTES))
    yield ListPiece.encode({ chapter: Chapter.throttles, first, entries });
}

function* map<From, To>(list: Iterable<From>, change: (from: From) => To): Iterable<To> {
  for (const one of list) yield change(one);
}

/** What the sequence numbers of the entries count from. */
function lowestSeq(state: BoxState): number {
  let lowest = Number.MAX_SAFE_INTEGER;
  const see = ({ seq }: { readonly seq: number }) => {
    lowest = Math.min(lowest, seq);
  };
  state.bins.forEach(see);
  state.enabled.forEach(see);
  return lowest;
}

/**
 * Takes one piece back. The journal's CRC has vouched for it, so its shape is what this firmware, an older or a newer one wrote. False: a newer
 * one, and what it says may be about any bin; the caller doubts them all.
 */
export function applyCheckpoint(state: BoxState, piece: Uint8Array): boolean {
  try {
    const { chapter } = decodeCbor(piece);
    if (chapter === Chapter.main) applyMain(state, MainPiece.decode(piece));
    else if (chapter === Chapter.opening) applyOpening(state, OpeningPiece.decode(piece));
    else if (LISTS.some((known) => known === chapter)) applyList(state, ListPiece.decode(piece));
    else return typeof chapter === "number" && chapter >= IGNORABLE_FROM;
    return true;
  } catch (error) {
    if (error instanceof CborError || error instanceof MessageError || error instanceof RecordError) return false;
    throw error;
  }
}

/** Those that are none are taken before these. */
const LISTS: readonly number[] = Object.values(Chapter);

function applyOpening(state: BoxState, { next, first, entries }: OpeningPiece): void {
  const packed = new PackedReader(entries);
  const [bin, before] = first === undefined ? [packed.byte(), undefined] : unpackBin(packed, first);
  state.opening = { seq: next, bin, before };
}

function applyList(state: BoxState, { chapter, first, entries }: ListPiece): void {
  const packed = new PackedReader(entries);
  while (packed.more) applyEntry(state, chapter, packed, first);
}

/** Takes one entry at least one byte on, whatever the chapter is. */
function applyEntry(state: BoxState, chapter: number, packed: PackedReader, first: number): void {
  if (chapter === Chapter.bins || chapter === Chapter.oldBins) {
    state.bins.set(...(chapter === Chapter.bins ? unpackBin(packed, first) : unpackOldBin(packed, first)));
    return;
  }
  const bin = packed.byte();
  if (chapter === Chapter.used) state.codes.used.set(bin, packed.byte());
  if (chapter === Chapter.faulty) state.faulty.add(bin);
  if (chapter === Chapter.cutOff) state.openAll?.cutOff.add(bin);
  if (chapter === Chapter.throttles) {
    const failures = packed.number();
    const since = packed.number();
    state.throttles.set(bin, { failures, at: since === 0 ? undefined : first + since - 1 });
  }
  if (chapter === Chapter.enabled) {
    const number = packed.number();
    state.enabled.set(bin, { enabled: number % 2 === 1, seq: first + Math.floor(number / 2) });
  }
}

function applyMain(state: BoxState, main: MainPiece): void {
  // Before anything is changed: an exchange that cannot be read costs the whole piece.
  const exchange = main.pending === undefined || main.next === undefined ? undefined : intentIn(main.pending);
  if (main.boot !== undefined) applyScalars(state, main);
  if (main.version !== undefined) {
    const { version, slot, asOf, binsCrc } = main;
    state.snapshot = { version, slot: slot as 0 | 1, asOf: asOf!, binsCrc };
  }
  if (exchange !== undefined) state.exchange = { ...exchange, seq: main.next! };
  if (main.openAll !== undefined) {
    const run = main.openAll;
    state.openAll = {
      seq: run[0],
      sheet: run[1],
      number: run[2],
      bin: run[3],
      at: run[4] ?? undefined,
      cutOff: new Set(),
    };
  }
  if (main.grace !== undefined) {
    const code = main.grace;
    state.codes.grace = {
      seq: code[0],
      target: code[1],
      sheet: code[2],
      number: code[3],
      at: code[4] ?? undefined,
      boot: code[5],
      reuses: code[6],
    };
  }
}

/** With `boot`, MainPiece vouches for the others that are always there. */
function applyScalars(state: BoxState, main: MainPiece): void {
  state.boots = main.boot!;
  state.acked = main.acked!;
  state.command = main.command!;
  state.lastSync = main.time;
  state.batteryLow = main.charge !== undefined;
  state.mainsLost = main.mains && mainsLostOf(main.mains);
  const wrong = main.throttle!;
  if (wrong[0] > 0) state.throttles.set(ORDINARY_INDEX, { failures: wrong[0], at: wrong[1] ?? undefined });
  state.codes.sheet = main.sheet!;
}

function mainsLostOf(mains: NonNullable<MainPiece["mains"]>): MainsLost {
  return { at: mains[0] ?? undefined, synced: mains[1] === 1, charge: mains[2] ?? undefined };
}

/** Throws RecordError. */
function intentIn(pending: Uint8Array): Extract<Rec, { kind: typeof Kind.intent }> {
  const record = decodeRecord(pending);
  if (record.kind !== Kind.intent) throw new RecordError(`an exchange by a record of kind ${record.kind}`);
  return record;
}
