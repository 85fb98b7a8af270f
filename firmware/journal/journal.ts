import type { EntropyPort } from "../../hal/ports/entropy.js";
import type { FlashPort } from "../../hal/ports/flash.js";
import { EPOCH_BYTES } from "../wire/epoch.js";
import { CheckpointCheck, checkCheckpoint, endPayload, isWhole } from "./checkpoint.js";
import {
  type JournalCursor,
  JournalFaultError,
  JournalFullError,
  type JournalStore,
  MAX_PAYLOAD,
  type Rank,
  type Room,
} from "./contract.js";
import { Cursor } from "./cursor.js";
import { FlashWindow } from "./flash-window.js";
import { FlashWriter } from "./flash-writer.js";
import { encodeFrame, FRAME_PREFIX_BYTES, frameBytes, MAX_FRAME_BYTES, maxRecords } from "./frame.js";
import { FIRST_FRAME, type Geometry, geometryOf } from "./geometry.js";
import { Ring } from "./ring.js";
import { decodeHeader, encodeHeader, MAX_COUNTER } from "./sector-header.js";
import { type Frame, type HeldFrame, type Sector, SectorScan } from "./sector-scan.js";
import { Space } from "./space.js";

export interface JournalOptions {
  readonly flash: FlashPort;
  readonly entropy: EntropyPort;
  /**
   * The owner's whole live state as of the last record that `append` returned, in pieces of 1 to MAX_PAYLOAD bytes. While it takes
   * more than half a sector with its frames, no further sector is opened (JournalFullError): choose larger sectors. Called
   * twice in a row (to measure, then to write) from inside `append`, and must give the same
   * both times. The owner must have replayed before its first append, or its state would be written over.
   */
  readonly checkpoint: () => Iterable<Uint8Array>;
}

/** What the mount found, and what was passed over since. Counts start at 0 with each mount. */
export interface JournalReport {
  /** Sectors with records of this journal. */
  liveSectors: number;
  /** Sectors that were being opened when the power went. */
  tornOpenings: number;
  /** Sectors with a sound header that is not of this journal, or out of its turn. */
  foreignSectors: number;
  /** Sectors that begin with something that is no header. */
  damagedHeaders: number;
  /** Places in the head sector that hold no valid frame. */
  damagedPlaces: number;
  /** Places that did not take a frame. */
  failedPlaces: number;
  /** Sectors that could not be opened. */
  failedSectors: number;
  /** The last replay found no whole checkpoint: it told all that is left. */
  checkpointLost: boolean;
}

/** Times a frame is tried in one sector. */
const PLACES_PER_SECTOR = 2;
/** Torn openings that a mount looks behind; power cuts alone leave one. */
const MAX_TORN_OPENINGS = 3;
/**
 * Units behind the dirty end that may be unstable and read blank: the first unit of a torn frame, and the one behind it, where
 * a repair was cut.
 */
const UNSEEN_UNITS = 2;
/** How often the last frame is read again at mount: an unstable bit passes for a steady one once in 256 times. */
const STEADY_READS = 8;
/** Sectors that a replay looks back for a whole checkpoint; one is the rule. */
const MAX_REPLAY_SECTORS = 4;

/** The journal of SPEC.md. One object at a time on a partition, and nobody else writes there. */
export class Journal implements JournalStore {
  readonly report: JournalReport;

  readonly #flash: FlashPort;
  readonly #entropy: EntropyPort;
  readonly #checkpoint: () => Iterable<Uint8Array>;
  readonly #geometry: Geometry;
  readonly #ring: Ring;
  readonly #space: Space;
  readonly #window: FlashWindow;
  readonly #writer: FlashWriter;
  readonly #firstCounter: number;
  #nextSeq = 1;
  #lastVital = 0;
  #oldestSeq: number | undefined;
  /** In the head: what may be read ends here. */
  #readEnd = FIRST_FRAME;
  /** In the head: the next frame goes here, once the repair is done. */
  #writeAt = FIRST_FRAME;
  /** In the head: where the frame that the repair is to destroy begins, if there is one. */
  #tornAt = FIRST_FRAME;
  #held: HeldFrame | undefined;
  #headWhole = true;
  #renewalTried = false;
  #repaired = false;
  /** Sectors that a torn opening left behind, to be made unreadable by the repair. */
  #torn: readonly { readonly start: number; readonly end: number }[] = [];

  /**
   * Finds the head of the ring; reads only, and gets through any content. Throws RangeError on a partition that no journal
   * fits, FlashError if the part cannot be read.
   */
  static mount(options: JournalOptions): Journal {
    return new Journal(options);
  }

  private constructor(options: JournalOptions) {
    this.#flash = options.flash;
    this.#entropy = options.entropy;
    this.#checkpoint = options.checkpoint;
    this.#geometry = geometryOf(this.#flash);
    this.#ring = new Ring(this.#flash, this.#geometry);
    this.#space = new Space(this.#ring, this.#geometry);
    this.#window = new FlashWindow(this.#flash);
    this.#writer = new FlashWriter(this.#flash, this.#geometry, this.#window);
    const survey = this.#ring.survey();
    this.#firstCounter = survey.highestCounter + 1;
    const damagedPlaces = this.#settleHead();
    const liveSectors = this.#ring.countLive();
    this.report = {
      liveSectors,
      tornOpenings: this.#torn.length,
      foreignSectors: survey.verifiedHeaders - liveSectors - this.#torn.length,
      damagedHeaders: survey.damagedHeaders,
      damagedPlaces,
      failedPlaces: 0,
      failedSectors: 0,
      checkpointLost: false,
    };
  }

  get epoch(): Uint8Array | undefined {
    return this.#ring.head?.header.epoch;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  get oldestSeq(): number {
    if (this.#ring.head === undefined) return this.#nextSeq;
    this.#oldestSeq ??= this.#ring.liveFrom(this.#ring.oldest).header.firstSeq;
    return this.#oldestSeq;
  }

  get skippedPlaces(): number {
    const { foreignSectors, damagedHeaders, damagedPlaces, failedPlaces, failedSectors } = this.report;
    return foreignSectors + damagedHeaders + damagedPlaces + failedPlaces + failedSectors;
  }

  get room(): Room {
    return this.#space.room(this.#fits(MAX_FRAME_BYTES));
  }

  get acknowledged(): number {
    return this.#space.acknowledged;
  }

  acknowledge(seq: number): void {
    if (seq > this.#space.acknowledged && seq < this.#nextSeq) this.#space.acknowledge(seq);
  }

  continueAfter(seq: number): boolean {
    const { sectors } = this.#geometry;
    if (seq < this.#nextSeq) return true;
    if (seq - this.#nextSeq > sectors * maxRecords(this.#geometry) || seq >= Number.MAX_SAFE_INTEGER) return false;
    this.#nextSeq = seq + 1;
    return true;
  }

  read(fromSeq: number): JournalCursor {
    return new Cursor({ ring: this.#ring, scan: (sector, from) => this.#scan(sector, from) }, fromSeq);
  }

  replay(visitor: { checkpoint(payload: Uint8Array): void; record(seq: number, payload: Uint8Array): void }): void {
    const head = this.#ring.head;
    if (head === undefined) return;
    const { sector: first, whole } = this.#replayStart(head);
    this.report.checkpointLost = !whole && first.header.firstSeq > 1;
    for (let sector = first; ; sector = this.#ring.liveFrom(sector.header.counter + 1)) {
      const scan = this.#scan(sector, FIRST_FRAME);
      for (let frame = scan.next(); frame !== undefined; frame = scan.next()) {
        if (frame.kind === "record") visitor.record(frame.seq, frame.payload.slice());
        else if (frame.kind === "piece" && whole && sector === first) visitor.checkpoint(frame.payload.slice());
      }
      if (sector.header.counter >= head.header.counter) return;
    }
  }

  append(payload: Uint8Array, rank: Rank): number {
    if (payload.length < 1 || payload.length > MAX_PAYLOAD) {
      throw new RangeError(`a journal record has 1 to ${MAX_PAYLOAD} bytes, not ${payload.length}`);
    }
    if (this.#nextSeq > Number.MAX_SAFE_INTEGER - 1) throw new JournalFaultError("the sequence numbers are used up");
    this.#repair();
    if (!this.#space.admits(rank)) throw new JournalFullError(`no space for ${rank} records until the cloud has more`);
    this.#renewHead();
    if (!this.#numberFits()) this.#openNext(false);
    const bytes = frameBytes(payload.length, this.#geometry.alignBytes);
    for (let tried = 0; tried < 2 * PLACES_PER_SECTOR; tried++) {
      if (this.#ring.head === undefined || !this.#fits(bytes) || tried === PLACES_PER_SECTOR) {
        this.#openNext(tried > 0);
      }
      if (this.#placeRecord(this.#ring.head!, payload, rank !== "diagnostic")) return this.#nextSeq++;
    }
    throw new JournalFaultError(`the flash did not take record ${this.#nextSeq} in two sectors`);
  }

  /**
   * Takes for the head the newest sector whose opening was completed; how many places in it are damaged. A torn opening
   * holds nothing that the sector before it has not, and its header may be unstable. Where nothing of its epoch is before it,
   * another epoch may be: a header alone must not make an empty journal of one that has records.
   */
  #settleHead(): number {
    const torn: { start: number; end: number }[] = [];
    for (;;) {
      const head = this.#ring.head;
      if (head === undefined) break;
      const { opened, damagedPlaces } = this.#examineHead(head);
      if (opened || torn.length === MAX_TORN_OPENINGS) {
        this.#torn = torn;
        return damagedPlaces;
      }
      torn.push({ start: head.start, end: head.start + this.#writeAt });
      this.#ring.head = this.#ring.liveBefore(head.header.counter) ?? this.#ring.newestBelow(head.header.counter);
    }
    this.#torn = torn;
    this.#headWhole = true;
    this.#nextSeq = 1;
    this.#lastVital = 0;
    return 0;
  }

  /** One walk only: a second one might read unstable bits differently. */
  #examineHead(head: Sector): { opened: boolean; damagedPlaces: number } {
    const scan = new SectorScan(this.#window, this.#geometry, head, undefined);
    const check = new CheckpointCheck();
    let records = 0;
    this.#held = undefined;
    this.#readEnd = FIRST_FRAME;
    this.#nextSeq = head.header.firstSeq;
    this.#lastVital = head.header.vitalBefore;
    const take = (frame: Frame, held: HeldFrame): void => {
      this.#readEnd = frame.end;
      this.#held = held;
      check.take(frame);
      if (frame.kind !== "record") return;
      records++;
      this.#nextSeq = frame.seq + 1;
      if (frame.vital) this.#lastVital = frame.seq;
    };
    let last: { readonly frame: Frame; readonly held: HeldFrame } | undefined;
    for (let frame = scan.next(); frame !== undefined; frame = scan.next()) {
      if (last !== undefined) take(last.frame, last.held);
      const bytes = this.#bytesOf(head, frame.offset, frame.end);
      const payload = bytes.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + frame.payload.length);
      last = { frame: { ...frame, payload }, held: { start: head.start + frame.offset, bytes } };
    }
    const isSteady = last !== undefined && this.#readsAgain(last.held);
    if (last !== undefined && isSteady) take(last.frame, last.held);
    const tornAt = isSteady ? scan.tornAt : last?.frame.offset;
    this.#headWhole = check.whole;
    this.#writeAt = Math.min(scan.dirtyEnd + UNSEEN_UNITS * this.#geometry.alignBytes, this.#geometry.sectorBytes);
    this.#tornAt = Math.min(tornAt ?? scan.tornAt ?? this.#readEnd, this.#writeAt - this.#geometry.alignBytes);
    return { opened: check.whole || records > 0, damagedPlaces: scan.damagedPlaces };
  }

  /**
   * Only the last frame may be unstable. Where a cut stopped its destruction, its ones may be as well, and no programming
   * makes those firm: a frame that does not read alike each time was never promised, and does not count (SPEC.md section 6).
   */
  #readsAgain({ start, bytes }: HeldFrame): boolean {
    for (let again = 0; again < STEADY_READS; again++) {
      this.#window.close();
      const at = this.#window.at(start, bytes.length, start + bytes.length);
      for (let i = 0; i < bytes.length; i++) if (this.#window.bytes[at + i] !== bytes[i]) return false;
    }
    return true;
  }

  /** From the window, so that they are the very bytes that verified. */
  #bytesOf(sector: Sector, offset: number, end: number): Uint8Array {
    const at = this.#window.at(sector.start + offset, end - offset, sector.start + this.#geometry.sectorBytes);
    return this.#window.bytes.slice(at, at + end - offset);
  }

  #scan(sector: Sector, from: number): SectorScan {
    const isHead = sector.header.counter === this.#ring.head?.header.counter;
    const to = isHead ? this.#readEnd : this.#geometry.sectorBytes;
    return new SectorScan(this.#window, this.#geometry, sector, isHead ? this.#held : undefined, from, to);
  }

  /** The sector with the newest whole checkpoint; if there is none, the last one that was looked at. */
  #replayStart(head: Sector): { sector: Sector; whole: boolean } {
    let sector = head;
    let whole = this.#headWhole;
    for (let looked = 1; !whole && looked < MAX_REPLAY_SECTORS; looked++) {
      const before = this.#ring.liveBefore(sector.header.counter);
      if (before === undefined) break;
      sector = before;
      whole = isWhole(this.#scan(sector, FIRST_FRAME));
    }
    return { sector, whole };
  }

  /** SPEC.md section 6: makes firm what the mount read, and destroys what it did not accept. */
  #repair(): void {
    if (this.#repaired) return;
    for (const { start, end } of this.#torn) {
      this.#writer.destroy(start + FIRST_FRAME, end);
      this.#writer.destroyHeader(start);
    }
    const head = this.#ring.head;
    if (head !== undefined) {
      if (this.#held !== undefined) this.#writer.firm(this.#held.start, this.#held.bytes);
      if (this.#writeAt > this.#readEnd) {
        this.#writer.destroy(head.start + this.#readEnd, head.start + this.#writeAt, head.start + this.#tornAt);
      }
    }
    this.#readEnd = this.#writeAt;
    this.#held = undefined;
    this.#torn = [];
    this.#repaired = true;
  }

  /**
   * Damage took the head's checkpoint: the next one must not be lost as well. Tried once a boot, and no record hangs on it:
   * the head still takes some.
   */
  #renewHead(): void {
    if (this.#headWhole || this.#renewalTried || this.#space.freeSectors() < 1) return;
    this.#renewalTried = true;
    try {
      this.#openNext(false);
    } catch (error) {
      if (!(error instanceof JournalFaultError || error instanceof JournalFullError)) throw error;
    }
  }

  /** A tag tells numbers apart within a sector's worth only: what `continueAfter` skips to may need a sector of its own. */
  #numberFits(): boolean {
    const head = this.#ring.head;
    return head === undefined || this.#nextSeq - head.header.firstSeq <= maxRecords(this.#geometry);
  }

  #fits(bytes: number): boolean {
    return this.#writeAt + bytes <= this.#geometry.sectorBytes;
  }

  #placeRecord(head: Sector, payload: Uint8Array, vital: boolean): boolean {
    const end = this.#place(head, this.#writeAt, this.#nextSeq, vital, payload);
    if (end === undefined) {
      // Not farther: a boot finds what is torn next to what is not blank, and nowhere else.
      const from = head.start + this.#writeAt;
      const to = from + frameBytes(payload.length, this.#geometry.alignBytes);
      this.#readEnd = this.#writeAt = this.#writer.dirtyEnd(from, to) - head.start;
      return false;
    }
    this.#readEnd = this.#writeAt = end;
    if (vital) this.#lastVital = this.#nextSeq;
    return true;
  }

  /** Writes one frame at `offset` of the sector; where it ends, or undefined if the place is bad. */
  #place(sector: Sector, offset: number, seq: number, flag: boolean, payload: Uint8Array): number | undefined {
    const frame = encodeFrame(sector.header, offset, seq, flag, payload, this.#geometry.alignBytes);
    if (this.#writer.writeFrame(sector.start + offset, frame)) return offset + frame.length;
    this.report.failedPlaces++;
    return undefined;
  }

  /**
   * Makes a new head of the next sector that works. Throws JournalFullError if the next one may not be erased or the checkpoint
   * is too large, JournalFaultError if sectors or, with `placesFailed`, places in the head failed before it came to that.
   */
  #openNext(placesFailed: boolean): void {
    checkCheckpoint(this.#checkpoint(), this.#geometry);
    const head = this.#ring.head;
    const epoch = head?.header.epoch ?? this.#drawEpoch();
    const first = head === undefined ? this.#firstCounter : head.header.counter + 1;
    for (let tried = 0; tried < this.#geometry.sectors; tried++) {
      const counter = first + tried;
      if (counter > MAX_COUNTER) throw new JournalFaultError("the ring counter is used up");
      if (!this.#space.mayOpen(counter)) {
        if (tried > 0 || placesFailed) throw new JournalFaultError(`${tried} sectors failed and the rest is in use`);
        throw new JournalFullError("every sector holds vital records that the cloud does not have");
      }
      if (this.#open(counter, epoch)) return;
      this.report.failedSectors++;
    }
    throw new JournalFaultError(`all ${this.#geometry.sectors} sectors of the journal failed`);
  }

  #drawEpoch(): Uint8Array {
    const epoch = new Uint8Array(EPOCH_BYTES);
    this.#entropy.fill(epoch);
    return epoch;
  }

  #open(counter: number, epoch: Uint8Array): boolean {
    const { alignLog2, sectors } = this.#geometry;
    const start = this.#ring.startOf(counter);
    this.#ring.oldest = Math.max(this.#ring.oldest, counter - sectors + 1);
    this.#oldestSeq = undefined;
    const fields = { epoch, counter, firstSeq: this.#nextSeq, vitalBefore: this.#lastVital };
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
    this.#space.headMoved();
    this.#readEnd = this.#writeAt = end;
    this.#headWhole = true;
    return true;
  }

  /** Where the checkpoint ends, or undefined if the sector does not take it. */
  #writeCheckpoint(sector: Sector): number | undefined {
    let offset: number | undefined = FIRST_FRAME;
    let pieces = 0;
    for (const piece of this.#checkpoint()) {
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
