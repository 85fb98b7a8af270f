import { decodeCbor, encodeCbor } from "../wire/cbor.js";
import type { BinChange, BoxState } from "./box-state.js";

/**
 * The state as a few CBOR maps, which the journal writes at the start of each sector so that boot never reads further back.
 * `part` 1 is everything but the maps; 2 is up to BINS_A_PIECE entries of `bins`; 3 the used codes; 4 enabled and faulty bins.
 */
const Part = { main: 1, bins: 2, used: 3, flags: 4 } as const;

/** At most 26 bytes an entry: 9 for a sequence number above 2^32, 18 for an unknown fob's serial with its map. */
const BINS_A_PIECE = 6;
const PAIRS_A_PIECE = 40;
const FLAGS_A_PIECE = 16;

export function* encodeCheckpoint(state: BoxState): Iterable<Uint8Array> {
  const { throttle, codes, exchange, opening, openAll, snapshot } = state;
  yield encodeCbor({
    part: Part.main,
    boot: state.boots,
    acked: state.acked,
    command: state.command,
    time: state.lastSync,
    ...(snapshot && { version: snapshot.version, slot: snapshot.slot, asOf: snapshot.asOf }),
    throttle: [throttle.failures, throttle.at ?? null],
    sheet: codes.sheet,
  });
  if (exchange !== undefined || opening !== undefined || openAll !== undefined || codes.grace !== undefined) {
    const { grace } = codes;
    yield encodeCbor({
      part: Part.main,
      pending: exchange && encodeCbor(exchange),
      ...(exchange && { next: exchange.seq }),
      ...(opening && { entries: [opening.seq, opening.bin] }),
      ...(openAll && { openAll: [openAll.seq, openAll.sheet, openAll.number, openAll.bin] }),
      ...(grace && {
        grace: [grace.seq, grace.target, grace.sheet, grace.number, grace.at ?? null, grace.boot, grace.reuses],
      }),
    });
  }
  for (const piece of pieces([...state.bins], BINS_A_PIECE)) {
    yield encodeCbor({ part: Part.bins, entries: piece.map(([bin, change]) => packChange(bin, change)) });
  }
  for (const piece of pieces([...codes.used], PAIRS_A_PIECE)) {
    yield encodeCbor({ part: Part.used, used: piece });
  }
  const flags = [...state.enabled].map(([bin, change]) => [bin, change.enabled ? 1 : 0, change.seq]);
  for (const piece of pieces(flags, FLAGS_A_PIECE)) yield encodeCbor({ part: Part.flags, entries: piece });
  for (const piece of pieces([...state.faulty], PAIRS_A_PIECE)) yield encodeCbor({ part: Part.flags, faults: piece });
}

function* pieces<T>(list: readonly T[], size: number): Iterable<readonly T[]> {
  for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size);
}

/** [bin, seq, uncertain, content]: content is a key's number, a fob's serial, null (empty), or absent (as in the snapshot). */
function packChange(bin: number, { seq, content, uncertain }: BinChange): unknown[] {
  const head = [bin, seq, uncertain ? 1 : 0];
  if (content === "same") return head;
  if (content === "empty") return [...head, null];
  return [...head, content.key ?? content.fob];
}

function unpackContent(entry: readonly unknown[]): BinChange["content"] {
  if (entry.length < 4) return "same";
  const value = entry[3];
  if (value === null) return "empty";
  return typeof value === "number" ? { key: value } : { fob: String(value) };
}

/** Takes one piece back. The journal's CRC has vouched for it, so its shape is what this firmware or an older one wrote. */
export function applyCheckpoint(state: BoxState, piece: Uint8Array): void {
  const map = decodeCbor(piece);
  switch (map.part) {
    case Part.main:
      applyMain(state, map);
      break;
    case Part.bins:
      for (const entry of map.entries as readonly [number, number, number][]) {
        state.bins.set(entry[0], { seq: entry[1], content: unpackContent(entry), uncertain: entry[2] === 1 });
      }
      break;
    case Part.used:
      for (const [target, number] of map.used as readonly [number, number][]) state.codes.used.set(target, number);
      break;
    case Part.flags:
      for (const [bin, enabled, seq] of (map.entries ?? []) as readonly [number, number, number][]) {
        state.enabled.set(bin, { enabled: enabled === 1, seq });
      }
      for (const bin of (map.faults ?? []) as readonly number[]) state.faulty.add(bin);
      break;
    default:
      break;
  }
}

interface MainPart {
  readonly boot?: number;
  readonly acked: number;
  readonly command: number;
  readonly time?: number;
  readonly version?: number;
  readonly slot: 0 | 1;
  readonly asOf: number;
  readonly throttle: readonly [number, number | null];
  readonly sheet: number;
  readonly pending?: Uint8Array;
  readonly next?: number;
  readonly entries?: readonly [number, number];
  readonly openAll?: readonly [number, number, number, number];
  readonly grace?: readonly [number, number, number, number, number | null, number, number];
}

function applyMain(state: BoxState, map: object): void {
  const main = map as MainPart;
  if (main.boot !== undefined) {
    state.boots = main.boot;
    state.acked = main.acked;
    state.command = main.command;
    state.lastSync = main.time;
    state.throttle.failures = main.throttle[0];
    state.throttle.at = main.throttle[1] ?? undefined;
    state.codes.sheet = main.sheet;
  }
  if (main.version !== undefined) state.snapshot = { version: main.version, slot: main.slot, asOf: main.asOf };
  if (main.pending !== undefined && main.next !== undefined) {
    state.exchange = { ...(decodeCbor(main.pending) as object), seq: main.next } as NonNullable<BoxState["exchange"]>;
  }
  if (main.entries !== undefined) state.opening = { seq: main.entries[0], bin: main.entries[1] };
  if (main.openAll !== undefined) {
    const [seq, sheet, number, bin] = main.openAll;
    state.openAll = { seq, sheet, number, bin };
  }
  if (main.grace !== undefined) {
    const [seq, target, sheet, number, at, boot, reuses] = main.grace;
    state.codes.grace = { seq, target, sheet, number, at: at ?? undefined, boot, reuses };
  }
}
