import { CborError, decodeCbor, encodeCbor } from "../wire/cbor.js";
import { type BoxState, type MainsLost, ORDINARY_INDEX } from "./box-state.js";
import { inPieces, PackedReader, packBin, packNumber, unpackBin, unpackOldBin } from "./packed.js";

/**
 * The state as a few CBOR maps, which the journal writes at the start of each sector so that boot never reads further back.
 * `part` 1 is everything but the maps; the others are entries, packed (`packed.ts`): 6 used codes, 7 bins enabled or disabled, 8 faulty
 * bins, 9 bins of an open-all run that a power cut cut off, 10 wrong codes by what they were a guess at, 20 beliefs, 21 an emergency opening. 5 is read where older firmware left it,
 * 2 to 4 are not used again.
 */
const Part = {
  main: 1,
  oldBins: 5,
  used: 6,
  enabled: 7,
  faulty: 8,
  cutOff: 9,
  throttles: 10,
  bins: 20,
  opening: 21,
} as const;

/** A part from this number on says nothing of bins, codes or sheets: a firmware that does not know it goes on as if it were not there. */
const IGNORABLE_FROM = 128;

/** What is left of a record's payload of 240 bytes when the map around the entries is taken off. */
const ENTRIES_BYTES = 220;

export function* encodeCheckpoint(state: BoxState): Iterable<Uint8Array> {
  const { throttles, codes, exchange, opening, openAll, snapshot, mainsLost } = state;
  // Here and not in part 10: an older firmware demands it.
  const ordinary = throttles.get(ORDINARY_INDEX);
  yield encodeCbor({
    part: Part.main,
    boot: state.boots,
    acked: state.acked,
    command: state.command,
    time: state.lastSync,
    ...(mainsLost && { mains: [mainsLost.at ?? null, mainsLost.synced ? 1 : 0, mainsLost.charge ?? null] }),
    ...(state.batteryLow && { charge: 0 }),
    ...(snapshot && { version: snapshot.version, slot: snapshot.slot, asOf: snapshot.asOf }),
    throttle: [ordinary?.failures ?? 0, ordinary?.at ?? null],
    sheet: codes.sheet,
  });
  if (exchange !== undefined || openAll !== undefined || codes.grace !== undefined) {
    const { grace } = codes;
    yield encodeCbor({
      part: Part.main,
      pending: exchange && encodeCbor(exchange),
      ...(exchange && { next: exchange.seq }),
      ...(openAll && { openAll: [openAll.seq, openAll.sheet, openAll.number, openAll.bin, openAll.at ?? null] }),
      ...(grace && {
        grace: [grace.seq, grace.target, grace.sheet, grace.number, grace.at ?? null, grace.boot, grace.reuses],
      }),
    });
  }
  if (opening !== undefined) {
    const { seq, bin, before } = opening;
    const entries = Uint8Array.from(before === undefined ? [bin] : packBin(bin, before, before.seq));
    yield encodeCbor({ part: Part.opening, next: seq, first: before?.seq, entries });
  }
  const first = lowestSeq(state);
  const parts: [number, Iterable<readonly number[]>][] = [
    [Part.bins, map(state.bins, ([bin, change]) => packBin(bin, change, first))],
    [Part.used, map(codes.used, (pair) => pair)],
    [
      Part.enabled,
      map(state.enabled, ([bin, { enabled, seq }]) => [bin, ...packNumber((seq - first) * 2 + (enabled ? 1 : 0))]),
    ],
    [Part.faulty, map(state.faulty, (bin) => [bin])],
    [Part.cutOff, map(openAll?.cutOff ?? [], (bin) => [bin])],
  ];
  for (const [part, list] of parts) {
    for (const entries of inPieces(list, ENTRIES_BYTES)) yield encodeCbor({ part, first, entries });
  }
  yield* encodeThrottles(throttles);
}

/** Each entry: what was guessed at, how often, and when last, from `first` on and one more; 0: nobody knows. */
function* encodeThrottles(throttles: BoxState["throttles"]): Iterable<Uint8Array> {
  let first = Number.MAX_SAFE_INTEGER;
  for (const { at } of throttles.values()) first = Math.min(first, at ?? first);
  const entriesOf = function* (): Iterable<readonly number[]> {
    for (const [index, { failures, at }] of throttles) {
      if (index === ORDINARY_INDEX) continue;
      yield [index, ...packNumber(failures), ...packNumber(at === undefined ? 0 : at - first + 1)];
    }
  };
  for (const entries of inPieces(entriesOf(), ENTRIES_BYTES))
    yield encodeCbor({ part: Part.throttles, first, entries });
}

function* map<From, To>(list: Iterable<From>, change: (from: From) => To): Iterable<To> {
  for (const one of list) yield change(one);
}

/** What the sequence numbers of the entries count from. */
function lowestSeq(state: BoxState): number {
  let lowest = Number.MAX_SAFE_INTEGER;
  for (const { seq } of state.bins.values()) lowest = Math.min(lowest, seq);
  for (const { seq } of state.enabled.values()) lowest = Math.min(lowest, seq);
  return lowest;
}

/**
 * Takes one piece back. The journal's CRC has vouched for it, so its shape is what this firmware, an older or a newer one wrote. False: a newer
 * one, and what it says may be about any bin; the caller doubts them all.
 */
export function applyCheckpoint(state: BoxState, piece: Uint8Array): boolean {
  const map = mapIn(piece);
  if (map === undefined) return false;
  const { part, entries, first } = map;
  if (part === Part.main) return applyMain(state, map);
  if (!PARTS.some((known) => known === part)) return typeof part === "number" && part >= IGNORABLE_FROM;
  if (!(entries instanceof Uint8Array)) return false;
  const packed = new PackedReader(entries);
  if (part === Part.opening) return applyOpening(state, packed, map.next, first);
  if (typeof first !== "number") return false;
  while (packed.more) applyEntry(state, part, packed, first);
  return true;
}

const PARTS: readonly number[] = Object.values(Part);

function mapIn(bytes: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return decodeCbor(bytes);
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

function applyOpening(state: BoxState, packed: PackedReader, seq: unknown, first: unknown): boolean {
  if (typeof seq !== "number" || !(first === undefined || typeof first === "number")) return false;
  const [bin, before] = first === undefined ? [packed.byte(), undefined] : unpackBin(packed, first);
  state.opening = { seq, bin, before };
  return true;
}

/** Takes one entry at least one byte on, whatever the part is. */
function applyEntry(state: BoxState, part: unknown, packed: PackedReader, first: number): void {
  if (part === Part.bins || part === Part.oldBins) {
    state.bins.set(...(part === Part.bins ? unpackBin(packed, first) : unpackOldBin(packed, first)));
    return;
  }
  const bin = packed.byte();
  if (part === Part.used) state.codes.used.set(bin, packed.byte());
  if (part === Part.faulty) state.faulty.add(bin);
  if (part === Part.cutOff) state.openAll?.cutOff.add(bin);
  if (part === Part.throttles) {
    const failures = packed.number();
    const since = packed.number();
    state.throttles.set(bin, { failures, at: since === 0 ? undefined : first + since - 1 });
  }
  if (part === Part.enabled) {
    const number = packed.number();
    state.enabled.set(bin, { enabled: number % 2 === 1, seq: first + Math.floor(number / 2) });
  }
}

interface MainPart {
  readonly boot?: number;
  readonly acked: number;
  readonly command: number;
  readonly time?: number;
  /** There: the battery is low. */
  readonly charge?: number;
  readonly mains?: readonly [number | null, number, number | null];
  readonly version?: number;
  readonly slot: 0 | 1;
  readonly asOf: number;
  readonly throttle: readonly [number, number | null];
  readonly sheet: number;
  readonly pending?: Uint8Array;
  readonly next?: number;
  readonly openAll?: readonly [number, number, number, number, number | null];
  readonly grace?: readonly [number, number, number, number, number | null, number, number];
}

function mainsLostOf([at, synced, charge]: NonNullable<MainPart["mains"]>): MainsLost {
  return { at: at ?? undefined, synced: synced === 1, charge: charge ?? undefined };
}

/** The lists, and how many entries of each this firmware reads. */
const LISTS = { mains: 3, throttle: 2, openAll: 5, grace: 7 } as const;

/** Whether its lists are as this firmware reads them, or longer. */
function isReadable(map: Readonly<Record<string, unknown>>): boolean {
  for (const [name, least] of Object.entries(LISTS)) {
    const list = map[name];
    if (list !== undefined && !(Array.isArray(list) && list.length >= least)) return false;
  }
  return map.boot === undefined || map.throttle !== undefined;
}

function applyMain(state: BoxState, map: Readonly<Record<string, unknown>>): boolean {
  if (!isReadable(map)) return false;
  const main = map as unknown as MainPart;
  if (main.boot !== undefined) {
    state.boots = main.boot;
    state.acked = main.acked;
    state.command = main.command;
    state.lastSync = main.time;
    state.batteryLow = main.charge !== undefined;
    state.mainsLost = main.mains && mainsLostOf(main.mains);
    const [failures, at] = main.throttle;
    if (failures > 0) state.throttles.set(ORDINARY_INDEX, { failures, at: at ?? undefined });
    state.codes.sheet = main.sheet;
  }
  if (main.version !== undefined) state.snapshot = { version: main.version, slot: main.slot, asOf: main.asOf };
  if (main.pending !== undefined && main.next !== undefined) {
    const exchange = mapIn(main.pending);
    if (exchange === undefined) return false;
    state.exchange = { ...exchange, seq: main.next } as NonNullable<BoxState["exchange"]>;
  }
  if (main.openAll !== undefined) {
    const [seq, sheet, number, bin, at] = main.openAll;
    state.openAll = { seq, at: at ?? undefined, sheet, number, bin, cutOff: new Set() };
  }
  if (main.grace !== undefined) {
    const [seq, target, sheet, number, at, boot, reuses] = main.grace;
    state.codes.grace = { seq, target, sheet, number, at: at ?? undefined, boot, reuses };
  }
  return true;
}
