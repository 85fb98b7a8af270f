import type { TimersPort } from "../../hal/ports/clock.js";
import { FlashError } from "../../hal/ports/flash.js";
import { SnapshotError, type SnapshotView, type SnapshotWriter } from "../snapshot/contract.js";
import type { Fetch, Offer, Piece } from "../wire/messages.js";
import { Deadline } from "../wiring/deadline.js";
import type { SyncHost } from "./contract.js";
import {
  PIECE_TIMEOUT_MAX_MS,
  PIECE_TIMEOUT_MS,
  SNAPSHOT_AGAIN_MAX_MS,
  SNAPSHOT_AGAIN_MS,
  SNAPSHOT_ATTEMPTS_MAX,
  UNANSWERED_FETCHES_MAX,
} from "./limits.js";
import { PieceSize } from "./piece-size.js";
import type { Standing } from "./standing.js";

/** What it asks of the sync task, and tells it. */
export interface SnapshotPullHost {
  /** `nextFetch` has something. */
  wantsToSend(): void;
  /** The cloud left UNANSWERED_FETCHES_MAX fetches in a row without an answer. */
  unanswered(): void;
}

type Slots = Pick<SyncHost, "wholeSnapshotVersion" | "beginSnapshot" | "activateSnapshot">;

export interface SnapshotPullNeeds {
  readonly slots: Slots;
  readonly timers: TimersPort;
  readonly standing: Pick<Standing, "trace">;
  readonly host: SnapshotPullHost;
}

const NO_ATTEMPTS = { version: 0, count: 0, againMs: SNAPSHOT_AGAIN_MS };

interface Download extends Offer {
  readonly writer: SnapshotWriter;
}

/**
 * Pulls snapshots piece by piece into flash (PROTOCOL.md section 5). It outlives sessions: a download goes on where it was.
 */
export class SnapshotPull {
  readonly #slots: Slots;
  readonly #standing: Pick<Standing, "trace">;
  readonly #host: SnapshotPullHost;
  #download: Download | undefined;
  /** The newest that the cloud told of. */
  #newest: Offer | undefined;
  #attempts = NO_ATTEMPTS;
  #failure: string | undefined;
  readonly #againDeadline: Deadline;
  /** End of what the last fetch asked for. */
  #fetchedTo = 0;
  #active = false;
  #wantsFetch = false;
  #unanswered = 0;
  readonly #size = new PieceSize();
  readonly #pieceDeadline: Deadline;

  constructor({ slots, timers, standing, host }: SnapshotPullNeeds) {
    this.#slots = slots;
    this.#standing = standing;
    this.#host = host;
    this.#againDeadline = new Deadline(timers);
    this.#pieceDeadline = new Deadline(timers);
  }

  /** Whether a snapshot is under way. */
  get busy(): boolean {
    return this.#download !== undefined;
  }

  /** Why the newest snapshot could not be taken at the last attempt; undefined: none failed since the last that could. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** What the broker does not carry, in words with the way out; undefined: nothing of that is known. */
  get lacks(): string | undefined {
    return this.#size.lacks;
  }

  /** Whether the cloud told of permissions that are newer than the box's. */
  get hasNewer(): boolean {
    return this.#newest !== undefined && this.#newest.version > this.#slots.wholeSnapshotVersion();
  }

  /** The cloud has this snapshot. One that is under way is finished first, as long as the cloud goes on serving it. */
  offer(offer: Offer): void {
    this.#newest = offer;
    if (offer.version <= this.#slots.wholeSnapshotVersion()) this.#failure = undefined;
    if (this.#download === undefined) this.#begin();
  }

  /** The snapshot in force counts no more: the one that the cloud told of last is newer than none. */
  again(): void {
    if (this.#download === undefined) this.#begin();
  }

  /** There is a session to fetch in. */
  resume(): void {
    this.#active = true;
    this.#fetchSoon();
  }

  /** The session is over; what has been taken stays. */
  suspend(): void {
    this.#active = false;
    this.#wantsFetch = false;
    this.#pieceDeadline.clear();
  }

  /** The next `fetch`, which the caller sends now. */
  nextFetch(): Fetch | undefined {
    const download = this.#download;
    if (!this.#wantsFetch || download === undefined) return undefined;
    this.#wantsFetch = false;
    const { offset } = download.writer;
    const count = Math.min(this.#size.fetchBytes, download.total - offset);
    this.#fetchedTo = offset + count;
    // One that runs goes on: welcomes, each with a fetch, would else put the end of a long wait off for ever.
    this.#pieceDeadline.setOnce(this.#waitMs, () => this.#timeout());
    return { version: download.version, offset, count };
  }

  /** Takes a piece. False: it is not the one expected, and nothing was done. */
  piece(piece: Piece): boolean {
    const download = this.#download;
    if (download === undefined || piece.version !== download.version) return false;
    if (piece.offset !== download.writer.offset || piece.offset + piece.bytes.length > this.#fetchedTo) return false;
    this.#unanswered = 0;
    this.#size.came(piece.bytes.length);
    this.#pieceDeadline.set(this.#waitMs, () => this.#timeout());
    if (this.#attempt(() => download.writer.write(piece.bytes)) === undefined) return true;
    if (download.writer.offset >= download.total) this.#finish(download);
    else if (download.writer.offset >= this.#fetchedTo) this.#fetchSoon();
    return true;
  }

  #finish(download: Download): void {
    const done = this.#attempt((): SnapshotView => download.writer.finish());
    if (done === undefined) return;
    this.#drop();
    this.#slots.activateSnapshot(done.value);
    if (this.#slots.wholeSnapshotVersion() === download.version) {
      this.#failure = undefined;
      this.#attempts = NO_ATTEMPTS;
      this.#standing.trace(`snapshot ${download.version} is active`);
    } else {
      this.#failure = "cannot be put on record";
    }
    this.#begin();
  }

  /** Starts on the newest snapshot if it is newer than the active one. */
  #begin(): void {
    const offer = this.#newest;
    if (offer === undefined || offer.total === 0 || offer.version <= this.#slots.wholeSnapshotVersion()) return;
    if (this.#attempts.version !== offer.version) {
      this.#attempts = { ...NO_ATTEMPTS, version: offer.version };
    }
    if (this.#attempts.count >= SNAPSHOT_ATTEMPTS_MAX) {
      this.#againLater();
      return;
    }
    this.#attempts = { ...this.#attempts, count: this.#attempts.count + 1 };
    const begun = this.#attempt(() => this.#slots.beginSnapshot(offer.version, offer.total));
    if (begun === undefined) return;
    this.#download = { ...offer, writer: begun.value };
    this.#size.begin();
    this.#fetchSoon();
  }

  /**
   * Runs one call on the slot. Its failure drops the download and starts over, SNAPSHOT_ATTEMPTS_MAX times at most; then
   * undefined is returned.
   */
  #attempt<T>(call: () => T): { readonly value: T } | undefined {
    try {
      return { value: call() };
    } catch (error) {
      if (!(error instanceof SnapshotError) && !(error instanceof FlashError)) throw error;
      this.#failure = error.message;
      this.#standing.trace(`snapshot failed: ${error.message}`);
    }
    this.#drop();
    this.#begin();
    return undefined;
  }

  /** A part that did not take it may take it later; until then the box goes on by what it has, and says so. */
  #againLater(): void {
    this.#againDeadline.setOnce(this.#attempts.againMs, () => {
      const { againMs } = this.#attempts;
      this.#attempts = { ...this.#attempts, count: 0, againMs: Math.min(2 * againMs, SNAPSHOT_AGAIN_MAX_MS) };
      if (this.#download === undefined) this.#begin();
    });
  }

  #drop(): void {
    this.#download = undefined;
    this.#wantsFetch = false;
    this.#pieceDeadline.clear();
  }

  #fetchSoon(): void {
    if (!this.#active || this.#download === undefined) return;
    this.#wantsFetch = true;
    this.#host.wantsToSend();
  }

  #timeout(): void {
    this.#unanswered++;
    const isCloudAsked = this.#unanswered % UNANSWERED_FETCHES_MAX === 0;
    this.#size.lost(isCloudAsked);
    if (this.#newest?.version !== this.#download?.version) {
      // The cloud may serve only the one that it told of last.
      this.#drop();
      this.#begin();
    } else {
      this.#fetchSoon();
    }
    if (isCloudAsked) this.#host.unanswered();
  }

  /** Doubled with each fetch that nobody answers: a broker that keeps the pieces back is not asked 8,640 times a day. */
  get #waitMs(): number {
    return Math.min(PIECE_TIMEOUT_MAX_MS, PIECE_TIMEOUT_MS * 2 ** Math.min(this.#unanswered, 10));
  }
}
