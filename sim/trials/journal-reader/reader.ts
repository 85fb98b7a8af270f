import { type Item, readItems } from "./frames.js";
import { isBlank, readSectorHeader, type SectorHeader } from "./sector-header.js";

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
export function readJournalImage(image: Uint8Array, given: Partial<Geometry> = {}, cache?: SectorCache): JournalDump {
  const sizes = sectorSizes(image.length, given.sectorBytes);
  const dumps = sizes.map((sectorBytes) => readWith(image, sectorBytes, given.alignBytes, cache));
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

function weightOf(dump: JournalDump): number {
  return dump.sectors.reduce(
    (sum, { items }) => sum + items.reduce((count, item) => (item.type === "skipped" ? count : count + 1), 0),
    0,
  );
}

interface Found {
  readonly index: number;
  readonly header: SectorHeader | undefined;
}

function readWith(
  image: Uint8Array,
  sectorBytes: number,
  givenAlign: number | undefined,
  cache: SectorCache | undefined,
): JournalDump {
  const count = image.length / sectorBytes;
  const found: Found[] = Array.from({ length: count }, (_, index) => ({
    index,
    header: readSectorHeader(image, index * sectorBytes),
  }));
  const alignBytes =
    givenAlign ?? newest(found.filter(({ header }) => header?.format === FORMAT))?.header?.alignBytes ?? 1;
  const bytesOf = (index: number) => image.subarray(index * sectorBytes, (index + 1) * sectorBytes);
  const isOurs = ({ header }: Found) => header?.format === FORMAT && header.alignBytes === alignBytes;
  const ringOf = (newest: Found) => {
    const isInRing = ({ index, header }: Found) =>
      header!.epoch === newest.header!.epoch &&
      (newest.index - index + count) % count === newest.header!.counter - header!.counter;
    const ring = found.filter((one) => isOurs(one) && isInRing(one));
    ring.sort((a, b) => a.header!.counter - b.header!.counter);
    return ring.map(({ index, header }) => {
      const bytes = bytesOf(index);
      return cache?.look(index, bytes) ?? keep(cache, bytes, examine(index, header!, bytes));
    });
  };
  let top = newest(found.filter(isOurs));
  let ring = top === undefined ? [] : ringOf(top);
  const torn: typeof ring = [];
  while (torn.length < TORN_AT_MOST && ring.length > 0 && isTorn(ring.at(-1)!)) {
    const { counter } = ring.at(-1)!.header;
    torn.unshift(ring.pop()!);
    if (ring.length > 0) continue;
    // Nothing of this epoch is left: another may be.
    const next = newest(found.filter((one) => isOurs(one) && one.header!.counter < counter));
    if (next === undefined) break;
    top = next;
    ring = ringOf(top);
  }
  const counted = [...ring, ...torn];
  const sectors: SectorDump[] = counted.map((one, at) => ({
    ...one,
    offset: one.index * sectorBytes,
    state: at < ring.length - 1 ? "live" : at === ring.length - 1 ? "head" : "torn opening",
  }));
  for (const one of found.filter(({ index }) => !counted.some((each) => each.index === index))) {
    sectors.push({
      index: one.index,
      offset: one.index * sectorBytes,
      header: one.header,
      items: [],
      checkpointWhole: undefined,
      state: stateOf(one, isOurs(one), top?.header, bytesOf(one.index)),
    });
  }
  const head = sectors.find(({ state }) => state === "head");
  return {
    sizeBytes: image.length,
    sectorBytes,
    alignBytes,
    epoch: head?.header?.epoch,
    nextSeq: head === undefined ? 1 : lastSeq(head) + 1,
    sectors,
  };
}

function newest(found: readonly Found[]): Found | undefined {
  return found.reduce<Found | undefined>(
    (best, one) => (one.header !== undefined && one.header.counter > (best?.header?.counter ?? 0) ? one : best),
    undefined,
  );
}

type Examined = ReturnType<typeof examine>;

/** Sectors as they were last read, for whoever looks at the same journal again and again. */
export class SectorCache {
  readonly #kept = new Map<number, { readonly bytes: Uint8Array; readonly examined: Examined }>();

  /** Undefined: a byte of it is another one, or it was never read. */
  look(index: number, bytes: Uint8Array): Examined | undefined {
    const kept = this.#kept.get(index);
    return kept !== undefined && Buffer.compare(kept.bytes, bytes) === 0 ? kept.examined : undefined;
  }

  keep(bytes: Uint8Array, examined: Examined): void {
    this.#kept.set(examined.index, { bytes: bytes.slice(), examined });
  }
}

function keep(cache: SectorCache | undefined, bytes: Uint8Array, examined: Examined): Examined {
  cache?.keep(bytes, examined);
  return examined;
}

function examine(index: number, header: SectorHeader, bytes: Uint8Array) {
  const items = readItems(bytes, header);
  const end = items.find((item) => item.type === "checkpointEnd");
  const pieces = items.filter((item) => item.type === "checkpoint").length;
  return { index, header, items, checkpointWhole: end?.pieces === pieces };
}

function isTorn({
  items,
  checkpointWhole,
}: {
  readonly items: readonly Item[];
  readonly checkpointWhole: boolean;
}): boolean {
  return !checkpointWhole && !items.some((item) => item.type === "record");
}

function stateOf({ header }: Found, isOurs: boolean, top: SectorHeader | undefined, bytes: Uint8Array): SectorState {
  if (header === undefined) return isBlank(bytes) ? "blank" : "without a header";
  if (!isOurs) return "of another format or alignment";
  return header.epoch === top?.epoch ? "stale" : "of another epoch";
}

function lastSeq({ items, header }: SectorDump): number {
  return items.reduce((last, item) => (item.type === "record" ? item.seq : last), header!.firstSeq - 1);
}
