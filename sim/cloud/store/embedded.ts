import { randomBytes } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { LowSync, type SyncAdapter } from "lowdb";
import { CloudError } from "../domain.js";
import { DurableJsonFile } from "../durable-file.js";
import { LockedError, LockFile } from "../lock-file.js";
import type { CloudDocument } from "../state.js";
import { applyChange, emptyDocument } from "./document.js";
import { ChangeItem, EmbeddedLog, IdItem, type LogState } from "./embedded-log.js";
import type { Change, ErasedList, Group, History, StoreEngine } from "./engine.js";
import { ErasedFile } from "./erased-file.js";
import { FileDisk, PlanFile } from "./file-disk.js";
import { type AnyFormat, opened } from "./formats.js";
import { type Line, linesOf, type Placed, type WholeLog } from "./lines.js";
import { LocalHistory } from "./local-history.js";
import { LogEdits, type Plan } from "./log-edits.js";
import { type Disk, type Item, LogFile } from "./log-file.js";

/** What lowdb keeps: the document as of a place in the log, from where on the log has what changed. */
type Stored = AnyFormat & { log?: LogState };

/** When so many bytes of the log stand above the document, it is written anew: reading them must not take long, bytes. */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;
/** Lines of one group while a whole log is written, so that no group is too large. */
const LINES_A_GROUP = 1_000;
/** What is kept in the document alone: it is large, and changes seldom. */
const ONLY_IN_DOCUMENT: readonly string[] = [
  "organisation",
  "formerKeys",
  "formerFobs",
  "lastIds",
  "changes",
  "accessChanges",
];

export interface EmbeddedNeeds {
  readonly json: SyncAdapter<Stored>;
  readonly disk: Disk;
  /** For edits of the log that are under way (`log-edits.ts`). */
  readonly edits: Plan;
  /** Of the log's file, for errors. */
  readonly name: string;
  /** Path of the list of who was erased; none is kept if absent. */
  readonly erasedPath?: string;
  readonly onClose?: () => void;
}

/**
 * One process, one folder: lowdb keeps the document in a JSON file that people can read, and an append-only log beside it keeps what
 * only grows, together with what each group changed of the document. A group is one write and one sync, however long the log is. In
 * memory is the document, and of each box where its newest lines are.
 */
export class EmbeddedEngine implements StoreEngine {
  readonly document: CloudDocument;
  readonly log: EmbeddedLog;
  readonly history: History;
  readonly erased: ErasedList | undefined;
  readonly #db: LowSync<Stored>;
  readonly #file: LogFile;
  readonly #onClose: () => void;
  /** End of the log when the document was last written. */
  #checkpoint: number;

  /** Throws CloudError when the two do not belong together, or are damaged. */
  constructor({ json, disk, edits, name, erasedPath, onClose = () => {} }: EmbeddedNeeds) {
    this.#onClose = onClose;
    this.#db = new LowSync<Stored>(json, emptyDocument());
    this.#db.read();
    const { log: state, ...document } = this.#db.data;
    this.document = document;
    const underWay = new LogEdits(disk, edits);
    underWay.finish();
    if (state === undefined) {
      this.#file = LogFile.open(disk, name, 0, () => {
        throw new CloudError(`${name} is there and its database is not: put that back, or move the log away`);
      });
      this.#file.append([IdItem.encode(randomBytes(8).toString("hex"))]);
      this.log = EmbeddedLog.empty(this.#file, underWay);
      this.history = new LocalHistory(this.log);
      this.#checkpoint = 0;
      this.#writeDocument();
      this.erased = erasedIn(erasedPath, this.log.state.id);
      return;
    }
    const log = new Rebuilding(document, state);
    this.#checkpoint = state.end;
    this.#file = LogFile.open(disk, name, state.end, (items) => log.group(items));
    this.log = new EmbeddedLog(this.#file, log.state, underWay);
    this.log.checkId(state.id, name);
    this.history = new LocalHistory(this.log);
    this.erased = erasedIn(erasedPath, state.id);
  }

  /**
   * `path`: of the JSON file; the log's ends in `.log`. One process at a time. A database of an older format, which had the log in it, is
   * brought up to date first. Throws CloudError.
   */
  static open(path: string): EmbeddedEngine {
    const lock = lockOf(path);
    try {
      const json = new DurableJsonFile<Stored>(path);
      const read = existsSync(path) ? asObject(json.read(), path) : undefined;
      if (read !== undefined && read.log === undefined) rewrite(json, opened(read), path);
      else if (read !== undefined) opened(read);
      const disk = new FileDisk(logPath(path));
      const edits = new PlanFile(`${logPath(path)}.edits`);
      const erasedPath = `${path}.erased`;
      return new EmbeddedEngine({ json, disk, edits, name: logPath(path), erasedPath, onClose: () => lock.release() });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The document in those files as it is now, whoever has them open. Throws CloudError. */
  static copy(path: string): AnyFormat {
    const read = asObject(new DurableJsonFile<Stored>(path).read(), path);
    const { log: state, ...copy } = read;
    if (state === undefined) return copy;
    const disk = new FileDisk(logPath(path), true);
    try {
      const log = new Rebuilding(copy, state);
      LogFile.read(disk, logPath(path), state.end, (items) => log.group(items));
    } finally {
      disk.close();
    }
    return copy;
  }

  commit(group: Group, done: (error?: Error) => void): void {
    try {
      this.#commit(group);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  }

  async edit(lines: readonly Placed[]): Promise<void> {
    this.log.edit(lines);
  }

  async forget(name: string): Promise<void> {
    await this.log.forget(name);
    this.#writeDocument();
  }

  /** The document is written anew. */
  close(): void {
    this.#writeDocument();
    this.#file.close();
    this.#onClose();
  }

  #commit({ lines, changes }: Group): void {
    // Before anything of the group is written: it is all there, or it is tried again as a whole.
    if (this.#file.end - this.#checkpoint > CHECKPOINT_BYTES) this.#writeDocument();
    const all = changes();
    const small = all.filter(({ key }) => !ONLY_IN_DOCUMENT.includes(key));
    const isLarge = small.length < all.length;
    // With no line in it the document takes all of it in one step: an answer and what it is about come together.
    if (lines.length > 0 || (small.length > 0 && !isLarge)) this.log.append(lines, small);
    if (isLarge) this.#writeDocument();
  }

  #writeDocument(): void {
    this.#db.data = { ...this.document, log: this.log.state };
    this.#db.write();
    this.#checkpoint = this.#file.end;
  }
}

function erasedIn(path: string | undefined, id: string): ErasedList | undefined {
  return path === undefined ? undefined : new ErasedFile(path, id);
}

/** Brings document and places up to date with the groups that came after the document was written. */
class Rebuilding {
  readonly #document: CloudDocument;
  readonly state: LogState;

  constructor(document: CloudDocument, state: LogState) {
    this.#document = document;
    this.state = structuredClone(state);
  }

  group(items: readonly Item[]): void {
    for (const item of items) {
      const change: Change | undefined = ChangeItem.decode(item.body);
      if (change !== undefined) applyChange(this.#document, change);
      else EmbeddedLog.note(this.state, item);
    }
  }
}

/** The log of an older database into a file of its own, and the document without it. Begun anew where it was broken off. */
function rewrite(
  json: DurableJsonFile<Stored>,
  { document, log }: { readonly document: CloudDocument; readonly log: WholeLog | undefined },
  path: string,
): void {
  const fresh = `${logPath(path)}.new`;
  rmSync(fresh, { force: true });
  const disk = new FileDisk(fresh);
  const file = LogFile.open(disk, fresh, 0, () => {});
  file.append([IdItem.encode(randomBytes(8).toString("hex"))]);
  const written = EmbeddedLog.empty(file);
  let lines: Line[] = [];
  const flush = () => {
    if (lines.length > 0) written.append(lines, []);
    lines = [];
  };
  for (const line of log === undefined ? [] : linesOf(log)) {
    lines.push(line);
    if (lines.length === LINES_A_GROUP) flush();
  }
  flush();
  file.close();
  renameSync(fresh, logPath(path));
  // Its folder is synced with the rename of the document.
  json.write({ ...document, log: written.state });
}

function asObject(read: Stored | null, path: string): Stored {
  if (read !== null) return read;
  throw new CloudError(`${path} holds nothing, there is no box in it: restore it, or move it away to begin anew`);
}

/** Of the log beside a document. */
export function logPath(path: string): string {
  return path.replace(/(\.json)?$/, ".log");
}

function lockOf(path: string): LockFile {
  const file = path.replace(/(\.json)?$/, ".lock");
  try {
    return new LockFile(file);
  } catch (error) {
    if (!(error instanceof LockedError)) {
      throw new CloudError(`the cloud database ${path} cannot be opened: ${(error as Error).message}`);
    }
    throw new CloudError(
      `the cloud database ${path} is open in process ${error.owner}: stop that cloud, or give this one a database of its own ` +
        `(if process ${error.owner} is no cloud, delete ${file})`,
    );
  }
}
