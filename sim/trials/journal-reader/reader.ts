import type { Item } from "./frames.js";
import { Sector } from "./sector.js";
import type { SectorHeader } from "./sector-header.js";

/*
 * A second implementation of firmware/journal/SPEC.md, for support and for tests that hold the firmware against it. It shares
 * no code with the firmware's, keeps everything in memory, and cannot write.
 */

export interface Geometry {
  readonly sectorBytes: number;
  readonly alignBytes: number;
}

/** What a sector is to the journal. Only `head` and `live` sectors count; the others are free space with a history. */
export type SectorState =
  | "head"
  | "live"
  /** A cut fell into its opening: it has neither a whole checkpoint nor a record. */
  | "torn opening"
  /** A sound header whose ring counter is not the one of this place: from an earlier turn. */
  | "stale"
  | "of another epoch"
  | "of another format or alignment"
  | "without a header"
  | "blank";

export interface SectorDump {
  readonly index: number;
  readonly offset: number;
  readonly state: SectorState;
  readonly header: SectorHeader | undefined;
  readonly items: readonly Item[];
  /** True if the checkpoint's end is there and so are its pieces; undefined in sectors that do not count. */
  readonly checkpointWhole: boolean | undefined;
}

export interface JournalDump extends Geometry {
  readonly sizeBytes: number;
  readonly epoch: string | undefined;
  readonly nextSeq: number;
  /** In the order of the records, then the sectors that hold none of the journal. */
  readonly sectors: readonly SectorDump[];
}

/** The image is no journal's, or options are missing to tell; the message says which. */
export class JournalImageError extends Error {}

const SMALLEST_SECTOR = 4096;
const LARGEST_SECTOR = 65_536;
const FEWEST_SECTORS = 4;
const FORMAT = 1;
const TORN_AT_MOST = 3;

/** Reads a journal image. What is not given is found out. Throws JournalImageError. */
export function readJournalImage(image: Uint8Array, given: Partial<Geometry> = {}): JournalDump {
  const sizes = sectorSizes(image.length, given.sectorBytes);
  const dumps = sizes.map((sectorBytes) => readSectors(sectorsOf(image, sectorBytes), given.alignBytes));
  // Frames are tied to their place in the sector: under a size that is not the true one, few or none verify.
  return dumps.reduce((best, one) => (weightOf(one) > weightOf(best) ? one : best));
}

function sectorSizes(imageBytes: number, given: number | undefined): number[] {
  const sizes: number[] = [];
  for (let size = SMALLEST_SECTOR; size <= LARGEST_SECTOR; size *= 2) {
    if ((given ?? size) === size && imageBytes % size === 0 && imageBytes / size >= FEWEST_SECTORS) sizes.push(size);
  }
  if (sizes.length > 0) return sizes;
  throw new JournalImageError(
    `${imageBytes} bytes are not ${FEWEST_SECTORS} or more sectors of ${given ?? "4096 to 65536"} bytes (a power of two)`,
  );
}

function sectorsOf(image: Uint8Array, sectorBytes: number): Sector[] {
  return Array.from(
    { length: image.length / sectorBytes },
    (_, index) => new Sector(index, image.subarray(index * sectorBytes, (index + 1) * sectorBytes)),
  );
}

function weightOf(dump: JournalDump): number {
  return dump.sectors.reduce(
    (sum, { items }) => sum + items.reduce((count, item) => (item.type === "skipped" ? count : count + 1), 0),
    0,
  );
}

type WithHeader = Sector & { readonly header: SectorHeader };

/** Reads all sectors of a journal, in the order of their places. Without an alignment it is found out. */
export function readSectors(all: readonly Sector[], givenAlign?: number): JournalDump {
  const { sectorBytes } = all[0]!;
  const found = all.filter((sector): sector is WithHeader => sector.header?.format === FORMAT);
  const alignBytes = givenAlign ?? newest(found)?.header.alignBytes ?? 1;
  const ours = found.filter(({ header }) => header.alignBytes === alignBytes);
  const { ring, torn, top } = ringIn(ours, all.length);
  const head = ring.at(-1);
  const counted = new Set<Sector>([...ring, ...torn]);
  return {
    sizeBytes: all.length * sectorBytes,
    sectorBytes,
    alignBytes,
    epoch: head?.header.epoch,
    nextSeq: head === undefined ? 1 : lastSeq(head) + 1,
    sectors: [
      ...ring.map((one) => dumpOf(one, one === head ? "head" : "live", true)),
      ...torn.map((one) => dumpOf(one, "torn opening", true)),
      ...all.filter((one) => !counted.has(one)).map((one) => dumpOf(one, stateOf(one, alignBytes, top?.header), false)),
    ],
  };
}

/** The journal that counts, oldest sector first, and the sectors before its end whose opening a cut tore. */
function ringIn(ours: readonly WithHeader[], count: number) {
  let top = newest(ours);
  let ring = top === undefined ? [] : ringUpTo(top, ours, count);
  const torn: WithHeader[] = [];
  while (torn.length < TORN_AT_MOST && ring.length > 0 && isTorn(ring.at(-1)!)) {
    const { counter } = ring.at(-1)!.header;
    torn.unshift(ring.pop()!);
    if (ring.length > 0) continue;
    // Nothing of this epoch is left: another may be.
    const next = newest(ours.filter(({ header }) => header.counter < counter));
    if (next === undefined) break;
    top = next;
    ring = ringUpTo(top, ours, count);
  }
  return { ring, torn, top };
}

function ringUpTo(top: WithHeader, ours: readonly WithHeader[], count: number): WithHeader[] {
  const ring = ours.filter(
    ({ index, header }) =>
      header.epoch === top.header.epoch && (top.index - index + count) % count === top.header.counter - header.counter,
  );
  return ring.sort((a, b) => a.header.counter - b.header.counter);
}

function newest(found: readonly WithHeader[]): WithHeader | undefined {
  return found.reduce<WithHeader | undefined>(
    (best, one) => (one.header.counter > (best?.header.counter ?? 0) ? one : best),
    undefined,
  );
}

function dumpOf(sector: Sector, state: SectorState, counts: boolean): SectorDump {
  const { index, header, sectorBytes } = sector;
  return {
    index,
    header,
    offset: index * sectorBytes,
    state,
    items: counts ? sector.items : [],
    checkpointWhole: counts ? sector.isCheckpointWhole : undefined,
  };
}

function isTorn({ items, isCheckpointWhole }: Sector): boolean {
  return !isCheckpointWhole && !items.some((item) => item.type === "record");
}

function stateOf(sector: Sector, alignBytes: number, top: SectorHeader | undefined): SectorState {
  const { header } = sector;
  if (header === undefined) return sector.isBlank ? "blank" : "without a header";
  if (header.format !== FORMAT || header.alignBytes !== alignBytes) return "of another format or alignment";
  return header.epoch === top?.epoch ? "stale" : "of another epoch";
}

function lastSeq({ items, header }: WithHeader): number {
  const last = items.findLast((item) => item.type === "record");
  return last === undefined ? header.firstSeq - 1 : last.seq;
}
