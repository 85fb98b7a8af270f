import type { EntropyPort } from "../../hal/ports/entropy.js";
import type { FlashPort } from "../../hal/ports/flash.js";
import { Appender } from "./appender.js";
import { isWhole } from "./checkpoint.js";
import {
  type JournalCursor,
  JournalFaultError,
  JournalFullError,
  type JournalOwner,
  type JournalStore,
  type JournalVisitor,
  MAX_PAYLOAD,
  type Rank,
  type Room,
} from "./contract.js";
import { Cursor } from "./cursor.js";
import { FlashWindow } from "./flash-window.js";
import { FlashWriter } from "./flash-writer.js";
import { MAX_FRAME_BYTES, maxRecords } from "./frame.js";
import { type Geometry, geometryOf } from "./geometry.js";
import type { HeadState } from "./head-state.js";
import { settleHead } from "./mount.js";
import { repair, type TornOpening } from "./repair.js";
import { Ring } from "./ring.js";
import { SectorReader } from "./sector-reader.js";
import type { Sector } from "./sector-scan.js";
import { Space } from "./space.js";

export interface JournalNeeds {
  readonly flash: FlashPort;
  readonly entropy: EntropyPort;
  readonly owner: JournalOwner;
}

/** What the mount found, and what was passed over since. Counts start at 0 with each mount. */
export interface JournalReport {
  /** Sectors with records of this journal. */
  readonly liveSectors: number;
  /** Sectors that were being opened when the power went. */
  readonly tornOpenings: number;
  /** Sectors with a sound header that is not of this journal, or out of its turn. */
  readonly foreignSectors: number;
  /** Sectors that begin with something that is no header. */
  readonly damagedHeaders: number;
  /** Places in the head sector that hold no valid frame. */
  readonly damagedPlaces: number;
  /** Places that did not take a frame. */
  readonly failedPlaces: number;
  /** Sectors that could not be opened. */
  readonly failedSectors: number;
  /** The last replay found no whole checkpoint: it told all that is left. */
  readonly checkpointLost: boolean;
}

/** Sectors that a replay looks back for a whole checkpoint; one is the rule. */
const MAX_REPLAY_SECTORS = 4;

/** The journal of SPEC.md. One object at a time on a partition, and nobody else writes there. */
export class Journal implements JournalStore {
  readonly #geometry: Geometry;
  readonly #ring: Ring;
  readonly #space: Space;
  readonly #reader: SectorReader;
  readonly #writer: FlashWriter;
  readonly #appender: Appender;
  readonly #head: HeadState;
  readonly #found: Omit<JournalReport, "failedPlaces" | "failedSectors" | "checkpointLost">;
  /** What the repair has to do yet; undefined: it is done. */
  #torn: readonly TornOpening[] | undefined;
  #checkpointLost = false;
  /** The answer of the last search, and the lowest counter that it was for. */
  #oldest: { readonly counter: number; readonly seq: number } | undefined;

  /**
   * Finds the head of the ring; reads only, and gets through any content. Throws RangeError on a partition that no journal
   * fits, FlashError if the part cannot be read.
   */
  static mount(needs: JournalNeeds): Journal {
    return new Journal(needs);
  }

  private constructor({ flash, entropy, owner }: JournalNeeds) {
    const geometry = geometryOf(flash);
    const ring = new Ring(flash, geometry);
    const space = new Space(ring, geometry);
    const window = new FlashWindow(flash);
    const writer = new FlashWriter(flash, geometry, window);
    const survey = ring.survey();
    const { head, torn, damagedPlaces } = settleHead({ ring, window, geometry });
    const liveSectors = ring.countLive();
    const firstCounter = survey.highestCounter + 1;
    this.#geometry = geometry;
    this.#ring = ring;
    this.#space = space;
    this.#reader = new SectorReader({ geometry, ring, window, head });
    this.#writer = writer;
    this.#head = head;
    this.#torn = torn;
    this.#appender = new Appender({ geometry, ring, space, writer, entropy, owner, head, firstCounter });
    this.#found = {
      liveSectors,
      tornOpenings: torn.length,
      foreignSectors: survey.verifiedHeaders - liveSectors - torn.length,
      damagedHeaders: survey.damagedHeaders,
      damagedPlaces,
    };
  }

  get report(): JournalReport {
    const { failedPlaces, failedSectors } = this.#appender;
    return { ...this.#found, failedPlaces, failedSectors, checkpointLost: this.#checkpointLost };
  }

  get epoch(): Uint8Array | undefined {
    return this.#ring.head?.header.epoch;
  }

  get nextSeq(): number {
    return this.#head.nextSeq;
  }

  get oldestSeq(): number {
    const { head, oldest } = this.#ring;
    if (head === undefined) return this.#head.nextSeq;
    if (this.#oldest?.counter !== oldest) {
      this.#oldest = { counter: oldest, seq: this.#ring.liveFrom(oldest).header.firstSeq };
    }
    return this.#oldest.seq;
  }

  get skippedPlaces(): number {
    const { foreignSectors, damagedHeaders, damagedPlaces, failedPlaces, failedSectors } = this.report;
    return foreignSectors + damagedHeaders + damagedPlaces + failedPlaces + failedSectors;
  }

  get room(): Room {
    return this.#space.room(this.#appender.fits(MAX_FRAME_BYTES));
  }

  get acknowledged(): number {
    return this.#space.acknowledged;
  }

  acknowledge(seq: number): void {
    if (seq > this.#space.acknowledged && seq < this.#head.nextSeq) this.#space.acknowledge(seq);
  }

  continueAfter(seq: number): boolean {
    const { nextSeq } = this.#head;
    if (seq < nextSeq) return true;
    const wholeJournal = this.#geometry.sectors * maxRecords(this.#geometry);
    if (seq - nextSeq > wholeJournal || seq >= Number.MAX_SAFE_INTEGER) return false;
    this.#head.nextSeq = seq + 1;
    return true;
  }

  read(fromSeq: number): JournalCursor {
    return new Cursor(this.#reader, fromSeq);
  }

  replay(visitor: JournalVisitor): void {
    const head = this.#ring.head;
    if (head === undefined) return;
    const { sector: first, whole } = this.#replayStart(head);
    const { firstSeq } = first.header;
    this.#checkpointLost = !whole && firstSeq > 1;
    if (this.#checkpointLost) visitor.missing(firstSeq - 1, firstSeq - 1);
    let next = firstSeq;
    for (let sector = first; ; sector = this.#ring.liveFrom(sector.header.counter + 1)) {
      const scan = this.#reader.scan(sector);
      for (let frame = scan.next(); frame !== undefined; frame = scan.next()) {
        if (frame.kind === "piece" && whole && sector === first) visitor.checkpoint(frame.payload.slice());
        if (frame.kind !== "record") continue;
        const { seq } = frame;
        const payload = frame.payload.slice();
        if (seq > next) visitor.missing(seq - 1, seq - next);
        next = seq + 1;
        visitor.record(seq, payload);
      }
      if (sector.header.counter >= head.header.counter) return;
    }
  }

  append(payload: Uint8Array, rank: Rank): number {
    if (payload.length < 1 || payload.length > MAX_PAYLOAD) {
      throw new RangeError(`a journal record has 1 to ${MAX_PAYLOAD} bytes, not ${payload.length}`);
    }
    if (this.#head.nextSeq > Number.MAX_SAFE_INTEGER - 1) {
      throw new JournalFaultError("the sequence numbers are used up");
    }
    if (this.#torn !== undefined) repair(this.#writer, this.#ring.head, this.#head, this.#torn);
    this.#torn = undefined;
    if (!this.#space.admits(rank)) throw new JournalFullError(`no space for ${rank} records until the cloud has more`);
    return this.#appender.append(payload, rank);
  }

  /** The sector with the newest whole checkpoint; if there is none, the last one that was looked at. */
  #replayStart(head: Sector): { sector: Sector; whole: boolean } {
    let sector = head;
    let whole = this.#head.whole;
    for (let looked = 1; !whole && looked < MAX_REPLAY_SECTORS; looked++) {
      const before = this.#ring.liveBefore(sector.header.counter);
      if (before === undefined) break;
      sector = before;
      whole = isWhole(this.#reader.scan(sector));
    }
    return { sector, whole };
  }
}
