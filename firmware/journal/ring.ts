import { erasedRun } from "../../hal/bytes/erased.js";
import type { FlashPort } from "../../hal/ports/flash.js";
import { EPOCH_BYTES } from "../wire/epoch.js";
import type { Geometry } from "./geometry.js";
import { decodeHeader, HEADER_BYTES, type SectorHeader } from "./sector-header.js";
import type { Sector } from "./sector-scan.js";

/** What a survey of all headers found. */
export interface Survey {
  /** Sound headers, whosever. */
  readonly verifiedHeaders: number;
  /** Highest counter of any of them, of whatever format; 0 if none. */
  readonly highestCounter: number;
  /** Sectors that begin with neither a header nor blank flash. */
  readonly damagedHeaders: number;
}

/** The order of the sectors (SPEC.md section 2): ring counters to positions and headers. Reads only. */
export class Ring {
  /** The newest sector; its header is served from RAM, for it may be unstable on flash. */
  head: Sector | undefined;
  /** No sector with a lower counter is looked at. */
  oldest = 1;

  readonly #flash: FlashPort;
  readonly #geometry: Geometry;
  readonly #header = new Uint8Array(HEADER_BYTES);

  constructor(flash: FlashPort, geometry: Geometry) {
    this.#flash = flash;
    this.#geometry = geometry;
  }

  /** Reads every header and sets `head`. */
  survey(): Survey {
    let verifiedHeaders = 0;
    let damagedHeaders = 0;
    let highestCounter = 0;
    for (let position = 0; position < this.#geometry.sectors; position++) {
      const header = this.#headerAt(position);
      if (header === "blank") continue;
      if (header === undefined) {
        damagedHeaders++;
        continue;
      }
      verifiedHeaders++;
      highestCounter = Math.max(highestCounter, header.counter);
      if (header.readable && header.counter > (this.head?.header.counter ?? 0)) {
        this.head = { start: position * this.#geometry.sectorBytes, header };
      }
    }
    return { verifiedHeaders, highestCounter, damagedHeaders };
  }

  /** The sector with the highest counter below `counter` of all sound headers, of whatever epoch. */
  newestBelow(counter: number): Sector | undefined {
    let newest: Sector | undefined;
    for (let position = 0; position < this.#geometry.sectors; position++) {
      const header = this.#readableAt(position);
      if (header === undefined || header.counter >= counter) continue;
      if (header.counter > (newest?.header.counter ?? 0)) {
        newest = { start: position * this.#geometry.sectorBytes, header };
      }
    }
    return newest;
  }

  /** Sets `oldest`, once the head is settled; how many sectors are live. */
  countLive(): number {
    let live = 0;
    let oldest = 1;
    for (let sector = this.head; sector !== undefined; sector = this.liveBefore(sector.header.counter)) {
      live++;
      oldest = sector.header.counter;
    }
    this.oldest = oldest;
    return live;
  }

  /** Where the sector with `counter` lies, live or not; the first of all lies at 0. */
  startOf(counter: number): number {
    const { sectors, sectorBytes } = this.#geometry;
    if (this.head === undefined) return ((counter - 1) % sectors) * sectorBytes;
    const position = this.head.start / sectorBytes + counter - this.head.header.counter;
    return (((position % sectors) + sectors) % sectors) * sectorBytes;
  }

  /** The live sector with `counter`, which is at most the head's. */
  live(counter: number): Sector | undefined {
    const head = this.head;
    if (head === undefined || counter < this.oldest) return undefined;
    if (counter === head.header.counter) return head;
    const start = this.startOf(counter);
    const header = this.#readableAt(start / this.#geometry.sectorBytes);
    if (header === undefined || header.counter !== counter) return undefined;
    for (let i = 0; i < EPOCH_BYTES; i++) if (header.epoch[i] !== head.header.epoch[i]) return undefined;
    return { start, header };
  }

  /** The first live sector with a counter of `counter` or above: the head at the latest. Needs a head. */
  liveFrom(counter: number): Sector {
    for (let candidate = Math.max(counter, this.oldest); candidate < this.head!.header.counter; candidate++) {
      const sector = this.live(candidate);
      if (sector !== undefined) return sector;
    }
    return this.head!;
  }

  /** The last live sector with a counter below `counter`. */
  liveBefore(counter: number): Sector | undefined {
    if (this.head === undefined) return undefined;
    const last = Math.max(this.oldest, this.head.header.counter - this.#geometry.sectors + 1);
    for (let candidate = counter - 1; candidate >= last; candidate--) {
      const sector = this.live(candidate);
      if (sector !== undefined) return sector;
    }
    return undefined;
  }

  /** The live sector in which `seq` stands, or would; the oldest if it is gone. Needs a head. */
  holding(seq: number): Sector {
    let found = this.liveFrom(this.oldest);
    let low = found.header.counter;
    let high = this.head!.header.counter;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const sector = this.liveFrom(middle);
      if (sector.header.firstSeq <= seq) {
        found = sector;
        low = sector.header.counter;
      } else high = middle - 1;
    }
    return found;
  }

  /**
   * Counter of the first sector that holds a vital record above `acknowledged`, the head's at the latest; and the highest
   * vital sequence number through that sector, undefined for the head. Needs a head.
   */
  firstUnacknowledged(acknowledged: number): { counter: number; vitalThrough: number | undefined } {
    const newest = this.head!.header.counter;
    let low = this.oldest;
    let high = newest;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.liveFrom(middle + 1).header.vitalBefore <= acknowledged) low = middle + 1;
      else high = middle;
    }
    return { counter: low, vitalThrough: low < newest ? this.liveFrom(low + 1).header.vitalBefore : undefined };
  }

  #readableAt(position: number): SectorHeader | undefined {
    const header = this.#headerAt(position);
    return header !== undefined && header !== "blank" && header.readable ? header : undefined;
  }

  /** Undefined: what stands there is no header. */
  #headerAt(position: number): SectorHeader | "blank" | undefined {
    const start = position * this.#geometry.sectorBytes;
    for (let copy = 0; copy < 2; copy++) {
      this.#flash.read(start + copy * HEADER_BYTES, this.#header);
      const header = decodeHeader(this.#header, this.#geometry.alignLog2);
      if (header !== undefined) return header;
      if (copy === 0 && this.#isBlank()) return "blank";
    }
    return undefined;
  }

  #isBlank(): boolean {
    return erasedRun(this.#header, 0, HEADER_BYTES) === HEADER_BYTES;
  }
}
