import type { CloudDocument, EventEntry } from "../state.js";
import type { Line, LogEntry, Newest, Placed, WholeLog } from "./lines.js";

/** What is committed together: all of it is durable, or none. */
export interface Group {
  /** What only grows, in order. */
  readonly lines: readonly Line[];
  /** What changed of the document, by key (`document.ts`), as JSON; undefined: it is gone. Costs something, so ask once. */
  changes(): readonly Change[];
}

export interface Change {
  readonly key: string;
  readonly json: string | undefined;
}

/**
 * Where one organisation's data lies. The document is small, whole in memory, and changed there; the log only grows, and is read
 * by ranges.
 */
export interface StoreEngine {
  /** As it was last committed, when the engine was opened. Whoever opened it changes it from then on. */
  readonly document: CloudDocument;
  /** Absent where the log lies elsewhere and is asked for (`postgres`): then only `history` reads it. */
  readonly log?: LogReader;
  readonly history: History;
  /** Absent: what is put back knows no more of erasures than it did. */
  readonly erased?: ErasedList | undefined;
  /**
   * Writes a group; the one before it has been answered. `done` without an error: durable, whatever loses power. With one: none of it
   * is there, and it may be tried again. An engine on this machine answers before it returns.
   */
  commit(group: Group, done: (error?: Error) => void): void;
  /** Lines that are committed say something else from now on, each in its place, and none of it longer than before. Durable when it resolves. */
  edit(lines: readonly Placed[]): Promise<void>;
  /** That name stands nowhere any more in what is kept of the document as it was before. Durable when it resolves. */
  forget(name: string): Promise<void>;
  close(): void;
}

/** Somebody who was erased, by number, since when, s since 1970 UTC. */
export interface Erased {
  readonly user: number;
  readonly since: number;
}

/** What outlives an older copy that is put back. */
export interface ErasedList {
  read(): readonly Erased[];
  /** Durable when it returns. Throws CloudError. */
  add(erased: Erased): void;
}

/** What only grows, for readers that can wait, wherever it lies; what is committed of it. */
export interface History {
  /** Exchanges and emergency openings of a box, `last` of them. */
  box(box: string, last: number): Promise<Newest<LogEntry>>;
  /** Of all boxes, the oldest first: at most `most` after the place `after`; 0: from the beginning. Rejects for a place that is none. */
  after(after: number, most: number): Promise<readonly Placed[]>;
  /** Place of the newest; 0: there is none. */
  newest(): Promise<number>;
}

/** Reads what is committed. */
export interface LogReader {
  /** Exchanges and emergency openings of a box, `last` of them. */
  box(box: string, last?: number): Newest<LogEntry>;
  /** What the box told of its supply. */
  power(box: string, last?: number): Newest<EventEntry>;
  whole(): WholeLog;
  /** As of `History`. Throws CloudError for a place that is none. */
  after(after: number, most: number): readonly Placed[];
  readonly newestPlace: number;
  /** Grows with each line. */
  readonly end: number;
}
