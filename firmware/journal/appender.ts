import type { EntropyPort } from "../../hal/ports/entropy.js";
import { EPOCH_BYTES } from "../wire/epoch.js";
import { checkCheckpoint, endPayload } from "./checkpoint.js";
import { JournalFaultError, JournalFullError, type JournalOwner, type Rank } from "./contract.js";
import type { FlashWriter } from "./flash-writer.js";
import { encodeFrame, frameBytes, maxRecords } from "./frame.js";
import { FIRST_FRAME, type Geometry } from "./geometry.js";
import type { HeadState } from "./head-state.js";
import type { Ring } from "./ring.js";
import { decodeHeader, encodeHeader, MAX_COUNTER } from "./sector-header.js";
import type { Sector } from "./sector-scan.js";
import type { Space } from "./space.js";

/** Times a frame is tried in one sector. */
const PLACES_PER_SECTOR = 2;

export interface AppenderNeeds {
  readonly geometry: Geometry;
  readonly ring: Ring;
  readonly space: Space;
  readonly writer: FlashWriter;
  readonly entropy: EntropyPort;
  readonly owner: JournalOwner;
  readonly head: HeadState;
  /** Above every counter that the mount found; for the first sector of a journal. */
  readonly firstCounter: number;
}

/** Puts records into the head, and opens the next sector where the head takes no more (SPEC.md section 5). */
export class Appender {
  /** Places that did not take a frame, and sectors that could not be opened, since the mount. */
  failedPlaces = 0;
  failedSectors = 0;

  readonly #needs: AppenderNeeds;
  readonly #geometry: Geometry;
  readonly #ring: Ring;
  readonly #writer: FlashWriter;
  readonly #head: HeadState;
  #renewalTried = false;

  constructor(needs: AppenderNeeds) {
    this.#needs = needs;
    this.#geometry = needs.geometry;
    this.#ring = needs.ring;
    this.#writer = needs.writer;
    this.#head = needs.head;
  }

  /** The record's sequence number. Throws as `JournalStore.append` does. */
  append(payload: Uint8Array, rank: Rank): number {
    this.#renewHead();
    if (!this.#numberFits()) this.#openNext(false);
    const bytes = frameBytes(payload.length, this.#geometry.alignBytes);
    for (let tried = 0; tried < 2 * PLACES_PER_SECTOR; tried++) {
      if (this.#ring.head === undefined || !this.fits(bytes) || tried === PLACES_PER_SECTOR) this.#openNext(tried > 0);
      if (this.#placeRecord(this.#ring.head!, payload, rank !== "diagnostic")) return this.#head.nextSeq++;
    }
    throw new JournalFaultError(`the flash did not take record ${this.#head.nextSeq} in two sectors`);
  }

  /** Whether a frame of so many bytes has room in the head. */
  fits(bytes: number): boolean {
    return this.#head.writeAt + bytes <= this.#geometry.sectorBytes;
  }

  /**
   * Damage took the head's checkpoint: the next one must not be lost as well. Tried once a boot, and no record hangs on it:
   * the head still takes some.
   */
  #renewHead(): void {
    if (this.#head.whole || this.#renewalTried || this.#needs.space.freeSectors() < 1) return;
    this.#renewalTried = true;
    try {
      this.#openNext(false);
    } catch (error) {
      if (!(error instanceof JournalFaultError || error instanceof JournalFullError)) throw error;
    }
  }

  /** A tag tells numbers apart within a sector's worth only: what `continueAfter` skips to may need a sector of its own. */
  #numberFits(): boolean {
    const sector = this.#ring.head;
    return sector === undefined || this.#head.nextSeq - sector.header.firstSeq <= maxRecords(this.#geometry);
  }

  #placeRecord(sector: Sector, payload: Uint8Array, vital: boolean): boolean {
    const head = this.#head;
    const end = this.#place(sector, head.writeAt, head.nextSeq, vital, payload);
    if (end === undefined) {
      // Not farther: a boot finds what is torn next to what is not blank, and nowhere else.
      const from = sector.start + head.writeAt;
      const to = from + frameBytes(payload.length, this.#geometry.alignBytes);
      head.readEnd = head.writeAt = this.#writer.dirtyEnd(from, to) - sector.start;
      return false;
    }
    head.readEnd = head.writeAt = end;
    if (vital) head.lastVital = head.nextSeq;
    return true;
  }

  /** Writes one frame at `offset` of the sector; where it ends, or undefined if the place is bad. */
  #place(sector: Sector, offset: number, seq: number, flag: boolean, payload: Uint8Array): number | undefined {
    const frame = encodeFrame(sector.header, offset, seq, flag, payload, this.#geometry.alignBytes);
    if (this.#writer.writeFrame(sector.start + offset, frame)) return offset + frame.length;
    this.failedPlaces++;
    return undefined;
  }

  /**
   * Makes a new head of the next sector that works. Throws JournalFullError if the next one may not be erased or the checkpoint
   * is too large, JournalFaultError if sectors or, with `placesFailed`, places in the head failed before it came to that.
   */
  #openNext(placesFailed: boolean): void {
    const { owner, space, firstCounter } = this.#needs;
    checkCheckpoint(owner.checkpoint(), this.#geometry);
    const sector = this.#ring.head;
    const epoch = sector?.header.epoch ?? this.#drawEpoch();
    const first = sector === undefined ? firstCounter : sector.header.counter + 1;
    for (let tried = 0; tried < this.#geometry.sectors; tried++) {
      const counter = first + tried;
      if (counter > MAX_COUNTER) throw new JournalFaultError("the ring counter is used up");
      if (!space.mayOpen(counter)) {
        if (tried > 0 || placesFailed) throw new JournalFaultError(`${tried} sectors failed and the rest is in use`);
        throw new JournalFullError("every sector holds vital records that the cloud does not have");
      }
      if (this.#open(counter, epoch)) return;
      this.failedSectors++;
    }
    throw new JournalFaultError(`all ${this.#geometry.sectors} sectors of the journal failed`);
  }

  #drawEpoch(): Uint8Array {
    const epoch = new Uint8Array(EPOCH_BYTES);
    this.#needs.entropy.fill(epoch);
    return epoch;
  }

  #open(counter: number, epoch: Uint8Array): boolean {
    const { alignLog2, sectors } = this.#geometry;
    const head = this.#head;
    const start = this.#ring.startOf(counter);
    this.#ring.oldest = Math.max(this.#ring.oldest, counter - sectors + 1);
    const fields = { epoch, counter, firstSeq: head.nextSeq, vitalBefore: head.lastVital };
    const bytes = encodeHeader(fields, alignLog2);
    if (!this.#writer.openSector(start, bytes)) return false;
    const sector = { start, header: decodeHeader(bytes, alignLog2)! };
    const end = this.#writeCheckpoint(sector);
    if (end === undefined) {
      this.#writer.destroyHeader(start);
      return false;
    }
    if (this.#ring.head === undefined) this.#ring.oldest = counter;
    this.#ring.head = sector;
    this.#needs.space.headMoved();
    head.readEnd = head.writeAt = end;
    head.whole = true;
    return true;
  }

  /** Where the checkpoint ends, or undefined if the sector does not take it. */
  #writeCheckpoint(sector: Sector): number | undefined {
    let offset: number | undefined = FIRST_FRAME;
    let pieces = 0;
    for (const piece of this.#needs.owner.checkpoint()) {
      offset = this.#placeCheckpointFrame(sector, offset, false, piece);
      if (offset === undefined) return undefined;
      pieces++;
    }
    return this.#placeCheckpointFrame(sector, offset, true, endPayload(pieces));
  }

  #placeCheckpointFrame(sector: Sector, from: number, end: boolean, payload: Uint8Array): number | undefined {
    const bytes = frameBytes(payload.length, this.#geometry.alignBytes);
    for (let tried = 0; tried < PLACES_PER_SECTOR; tried++) {
      const offset = from + tried * bytes;
      if (offset + bytes > this.#geometry.sectorBytes) return undefined;
      const behind = this.#place(sector, offset, sector.header.firstSeq - 1, end, payload);
      if (behind !== undefined) return behind;
    }
    return undefined;
  }
}
