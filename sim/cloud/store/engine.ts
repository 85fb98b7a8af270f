import type { CloudDocument, EventEntry } from "../state.js";
import type { Line, LogEntry, Newest, WholeLog } from "./lines.js";

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
  /** Absent where the log lies elsewhere and is asked for (`postgres`). */
  readonly log?: LogReader;
  /**
   * Writes a group; the one before it has been answered. `done` without an error: durable, whatever loses power. With one: none of it
   * is there, and it may be tried again. An engine on this machine answers before it returns.
   */
  commit(group: Group, done: (error?: Error) => void): void;
  close(): void;
}

/** Reads what is committed. */
export interface LogReader {
  /** Exchanges and emergency openings of a box, `last` of them. */
  box(box: string, last?: number): Newest<LogEntry>;
  /** What the box told of its supply. */
  power(box: string, last?: number): Newest<EventEntry>;
  whole(): WholeLog;
  /** Grows with each line. */
  readonly end: number;
}
