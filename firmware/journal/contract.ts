/**
 * What the rest of the firmware sees of the journal. `SPEC.md` beside this file tells the bytes; `journal.ts` does the work.
 *
 * Payloads are opaque here. Each append is durable, whole or not there at all, when the call returns.
 */
export interface JournalStore {
  /** Random id of this journal's life, 8 bytes; drawn when the first record is ever written. Undefined until then. */
  readonly epoch: Uint8Array | undefined;
  /** Sequence number that the next record will get; the first is 1. Below 2^53. */
  readonly nextSeq: number;
  /** Lowest sequence number still on flash; equals `nextSeq` when there is none. */
  readonly oldestSeq: number;
  /** Where recovery had to pass over something, since the mount. */
  readonly skippedPlaces: number;
  readonly room: Room;

  /**
   * Replays what boot needs: every payload of the newest whole checkpoint, then every record since, in order. Reads one
   * sector, the head; one more for each checkpoint in a row that damage (never a power cut) took, four at most.
   */
  replay(visitor: JournalVisitor): void;

  /**
   * Writes a record and reads it back. `payload`: 1 to MAX_PAYLOAD bytes. `diagnostic` records may be reclaimed before the
   * cloud has them, `vital` ones never.
   * Throws JournalFullError when the space left is kept for others or the checkpoint outgrew its half sector, JournalFaultError when the flash does not take it; the
   * journal is as it was before the call in both cases.
   */
  append(payload: Uint8Array, rank: Rank): number;

  /** Every record through `seq` may be reclaimed from now on. Lower than before, or beyond `nextSeq - 1`: ignored. RAM only. */
  acknowledge(seq: number): void;
  readonly acknowledged: number;

  /**
   * The cloud has records through `seq`, which is beyond this journal's last: damage took its end. The next record gets a
   * number above `seq`, for the cloud would take a lower one for a record that it has. False, and nothing is done, if `seq` is
   * farther ahead than a whole journal is long: no damage explains that. RAM only until the next record.
   */
  continueAfter(seq: number): boolean;

  /** Reads on from `fromSeq` (or from `oldestSeq` when that is higher). Stays valid while records are appended. */
  read(fromSeq: number): JournalCursor;
}

/** Whoever takes into account what a journal tells at boot. */
export interface JournalVisitor {
  /** One piece of the checkpoint. */
  checkpoint(payload: Uint8Array): void;
  record(seq: number, payload: Uint8Array): void;
  /** Damage took `count` records here, the last of them `through`; or the checkpoint that told of them. */
  missing(through: number, count: number): void;
}

/** Whose state the journal's records add up to. */
export interface JournalOwner {
  /**
   * The owner's whole live state as of the last record that `append` returned, in pieces of 1 to MAX_PAYLOAD bytes. While it takes
   * more than half a sector with its frames, no further sector is opened (JournalFullError): choose larger sectors. Called
   * twice in a row (to measure, then to write) from inside `append`, and must give the same
   * both times. The owner must have replayed before its first append, or its state would be written over.
   */
  checkpoint(): Iterable<Uint8Array>;
}

/** Where a journal is. One owner at a time, for as long as the program runs. */
export interface JournalPartition {
  /**
   * Finds the end of the journal; reads only, and gets through any content. Throws GeometryError on a partition that no journal
   * fits, FlashError if the part cannot be read.
   */
  mount(owner: JournalOwner): JournalStore;
}

export interface JournalCursor {
  /** The next record in order, or undefined at the end (more may come later). The payload is the caller's own copy. */
  next(): { readonly seq: number; readonly payload: Uint8Array } | undefined;
}

/**
 * Who may write when space runs out, in the order in which they stop. `vital` (emergency openings, outcomes, failed codes) goes
 * on until the last sector is full: anybody with two tags can write drop-offs, and must not use up what emergencies need.
 */
const RANKS = ["diagnostic", "pickup", "dropoff", "vital"] as const;
export type Rank = (typeof RANKS)[number];

/** What is refused now: nothing, then one rank more at each step. */
export const ROOMS = ["all", "no-diagnostics", "no-pickups", "vital-only", "none"] as const;
export type Room = (typeof ROOMS)[number];

/** Whether a record of this rank would be taken where there is so much room. */
export function admits(room: Room, rank: Rank): boolean {
  return RANKS.indexOf(rank) >= ROOMS.indexOf(room);
}

/** Bytes of the largest payload. */
export const MAX_PAYLOAD = 240;

export class JournalFullError extends Error {}
export class JournalFaultError extends Error {}
