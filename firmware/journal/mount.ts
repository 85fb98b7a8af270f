import { CheckpointCheck } from "./checkpoint.js";
import type { FlashWindow } from "./flash-window.js";
import { sectorSeed, verifies } from "./frame.js";
import type { Geometry } from "./geometry.js";
import { type HeadState, noHead } from "./head-state.js";
import type { TornOpening } from "./repair.js";
import type { Ring } from "./ring.js";
import { type Frame, type HeldFrame, type Sector, SectorScan } from "./sector-scan.js";

/** Torn openings that a mount looks behind; power cuts alone leave one. */
const MAX_TORN_OPENINGS = 3;
/**
 * Units behind the dirty end that may be unstable and read blank: the first unit of a torn frame, and the one behind it, where
 * a repair was cut.
 */
const UNSEEN_UNITS = 2;
/** How often the last frame is read again at mount: an unstable bit passes for a steady one once in 256 times. */
const STEADY_READS = 8;

/** Where a mount reads. */
export interface MountedFrom {
  readonly ring: Ring;
  readonly window: FlashWindow;
  readonly geometry: Geometry;
}

/** The head, as SPEC.md section 6 finds it. */
export interface Settled {
  readonly head: HeadState;
  readonly torn: readonly TornOpening[];
  /** Places in the head that hold no valid frame. */
  readonly damagedPlaces: number;
}

/**
 * Takes for the head the newest sector whose opening was completed. A torn opening holds nothing that the sector before it has
 * not, and its header may be unstable. Where nothing of its epoch is before it, another epoch may be: a header alone must not
 * make an empty journal of one that has records. Reads only.
 */
export function settleHead(from: MountedFrom): Settled {
  const { ring } = from;
  const torn: TornOpening[] = [];
  for (;;) {
    const sector = ring.head;
    if (sector === undefined) return { head: noHead(), torn, damagedPlaces: 0 };
    const { opened, head, damagedPlaces } = examine(from, sector);
    if (opened || torn.length === MAX_TORN_OPENINGS) return { head, torn, damagedPlaces };
    torn.push({ start: sector.start, end: sector.start + head.writeAt });
    ring.head = ring.liveBefore(sector.header.counter) ?? ring.newestBelow(sector.header.counter);
  }
}

/** One walk only: a second one might read unstable bits differently. */
function examine(from: MountedFrom, sector: Sector): { opened: boolean; head: HeadState; damagedPlaces: number } {
  const { alignBytes, sectorBytes } = from.geometry;
  const { firstSeq, vitalBefore } = sector.header;
  const head = { ...noHead(), nextSeq: firstSeq, lastVital: vitalBefore };
  const scan = new SectorScan(from.window, from.geometry, sector, undefined);
  const check = new CheckpointCheck();
  let records = 0;
  const take = (frame: Frame): void => {
    head.readEnd = frame.end;
    check.take(frame);
    if (frame.kind !== "record") return;
    records++;
    head.nextSeq = frame.seq + 1;
    if (frame.vital) head.lastVital = frame.seq;
  };
  let before: Frame | undefined;
  let last: Frame | undefined;
  for (let frame = scan.next(); frame !== undefined; frame = scan.next()) {
    if (last !== undefined) take(last);
    before = last;
    // The next read overwrites its bytes; of other kinds nobody asks for them here.
    last = frame.kind === "checkpoint-end" ? { ...frame, payload: frame.payload.slice() } : frame;
  }
  head.held = last && hold(from, sector, last);
  const isSteady = head.held !== undefined && readsAgain(from.window, head.held);
  if (last !== undefined && isSteady) take(last);
  else head.held = before && hold(from, sector, before);
  const tornAt = isSteady ? scan.tornAt : last?.offset;
  head.whole = check.whole;
  head.writeAt = Math.min(scan.dirtyEnd + UNSEEN_UNITS * alignBytes, sectorBytes);
  head.tornAt = Math.min(tornAt ?? scan.tornAt ?? head.readEnd, head.writeAt - alignBytes);
  return { opened: check.whole || records > 0, head, damagedPlaces: scan.damagedPlaces };
}

/**
 * Only the last frame may be unstable. Where a cut stopped its destruction, its ones may be as well, and no programming
 * makes those firm: a frame that does not read alike each time was never promised, and does not count (SPEC.md section 6).
 */
function readsAgain(window: FlashWindow, { start, bytes }: HeldFrame): boolean {
  const { length } = bytes;
  const { bytes: now } = window;
  for (let again = 0; again < STEADY_READS; again++) {
    window.close();
    const at = window.at(start, length, start + length);
    for (let i = 0; i < length; i++) if (now[at + i] !== bytes[i]) return false;
  }
  return true;
}

/** The bytes of a frame that the walk found, read again if the window has moved on. Undefined: they do not verify any more. */
function hold(
  { window, geometry }: MountedFrom,
  sector: Sector,
  { offset, end, payload }: Frame,
): HeldFrame | undefined {
  const start = sector.start + offset;
  const at = window.at(start, end - offset, sector.start + geometry.sectorBytes);
  const isSame = window.bytes[at] === payload.length && verifies(sectorSeed(sector.header), offset, window.bytes, at);
  return isSame ? { start, bytes: window.bytes.slice(at, at + end - offset) } : undefined;
}
