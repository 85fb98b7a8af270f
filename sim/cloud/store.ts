import { CloudError, NotNow, type Organisation } from "./domain.js";
import type { BoxEntry, CloudData, CloudDocument } from "./state.js";
import { partOf } from "./store/document.js";
import { EmbeddedEngine } from "./store/embedded.js";
import type { Change, ErasedList, History, LogReader, StoreEngine } from "./store/engine.js";
import type { Line, Placed } from "./store/lines.js";
import { MemoryEngine } from "./store/memory.js";

interface Waiter {
  readonly done: () => void;
  readonly failed: (error: CloudError) => void;
}

/**
 * Everything that the cloud knows of one organisation, on an engine that keeps it. The document is changed in place by ingest and the
 * service; `organisation` is replaced as a whole, and only by `organise`. Lines only grow. All of it counts only once it is committed,
 * and what changed since the last commit is committed together.
 */
export class CloudStore {
  readonly #engine: StoreEngine;
  #isDirty = false;
  /** Keys of the document that changed. */
  #changed = new Set<string>();
  /** Boxes whose state somebody asked for, and may have changed. */
  #lookedAt = new Set<string>();
  /** A box's state as it was last committed. */
  readonly #committed = new Map<string, string>();
  #lines: Line[] = [];
  #waiters: Waiter[] = [];
  #isCommitting = false;
  /** Within `together`. */
  #isHeld = false;
  /** Within `together`, once it has changed the organisation: the document before. */
  #before: CloudDocument | undefined;
  /** Called with each line, before it is committed: what is done then is committed with it. */
  onLine: ((line: Line) => void) | undefined;
  /** Called after each commit that brought lines, or another of these parts of the document. */
  onCommitted: ((brought: { readonly lines: number; readonly changed: ReadonlySet<string> }) => void) | undefined;
  /** Called after each change of what boxes are told: the organisation, and what another box's report moved. */
  onPermissions: (() => void) | undefined;

  constructor(engine: StoreEngine = new MemoryEngine()) {
    this.#engine = engine;
    for (const [box, state] of Object.entries(engine.document.boxes)) this.#committed.set(box, JSON.stringify(state));
  }

  /** The embedded engine on this file and its log beside it, for this process alone. Throws CloudError. */
  static inFile(path: string): CloudStore {
    return new CloudStore(EmbeddedEngine.open(path));
  }

  /** What is in those files now, whoever else has them open; what is changed in it goes nowhere. Throws CloudError. */
  static copyOfFile(path: string): CloudStore {
    return new CloudStore(new MemoryEngine(EmbeddedEngine.copy(path)));
  }

  /** As `StoreEngine.edit`. */
  edit(lines: readonly Placed[]): Promise<void> {
    return this.#engine.edit(lines);
  }

  /** As `StoreEngine.forget`. */
  forget(name: string): Promise<void> {
    return this.#engine.forget(name);
  }

  /** As of `StoreEngine`. */
  get erased(): ErasedList | undefined {
    return this.#engine.erased;
  }

  /** Everything that is small. */
  get document(): CloudDocument {
    return this.#engine.document;
  }

  /** All that is committed, the whole log with it, which is read when it is asked for: for trials and copies. */
  get data(): CloudData {
    const { log } = this;
    return {
      ...this.document,
      get exchanges() {
        return log.whole().exchanges;
      },
      get emergencies() {
        return log.whole().emergencies;
      },
      get events() {
        return log.whole().events;
      },
      get gaps() {
        return log.whole().gaps;
      },
      get notices() {
        return log.whole().notices;
      },
    };
  }

  /** What only grows, read by ranges. Throws CloudError where it lies in a database that is asked for itself. */
  get log(): LogReader {
    if (this.#engine.log === undefined) throw new CloudError("the log is not on this machine: ask the database for it");
    return this.#engine.log;
  }

  /** As `log`, for readers that can wait, wherever it lies. */
  get history(): History {
    return this.#engine.history;
  }

  get organisation(): Organisation {
    return this.document.organisation;
  }

  /** Whether there is something that `commit` has yet to write. */
  get dirty(): boolean {
    return this.#isDirty;
  }

  /** Something of a box's state changed that must not wait for the next change. */
  touch(): void {
    this.#isDirty = true;
  }

  touchPermissions(): void {
    this.#isDirty = true;
    this.onPermissions?.();
  }

  /** That part of the document (`store/document.ts`) is another now. Of a box's state nobody need say so. */
  changed(key: string): void {
    this.#changed.add(key);
    this.#isDirty = true;
  }

  append(line: Line): void {
    this.#lines.push(line);
    this.#isDirty = true;
    this.onLine?.(line);
  }

  /**
   * Commits. On an engine of this machine it is durable when this returns, and CloudError is thrown when the engine did not take it; it may
   * be tried again. On another it is on its way: `durable` tells.
   */
  commit(): void {
    let failure: CloudError | undefined;
    this.durable(
      () => {},
      (error) => {
        failure = error;
      },
    );
    if (failure !== undefined) throw failure;
  }

  /**
   * Commits, and calls `done` when everything up to this call is durable, or `failed` when it could not be made so and must be tried
   * again. Calls while a commit is under way share the next one. Where the engine is on this machine, before it returns.
   */
  durable(done: () => void, failed: (error: CloudError) => void): void {
    this.#waiters.push({ done, failed });
    if (!this.#isCommitting && !this.#isHeld) this.#commitNext();
  }

  /**
   * Runs `act`. All that it changes is one group, durable as a whole or not at all: its own calls of `commit` wait for the end of it.
   * Resolves with what it answers once that is durable. Rejects with what `act` throws, or with NotDurable: then the organisation
   * is as before.
   */
  async together<T>(act: () => T): Promise<T> {
    // What came before is no part of it.
    const nobody = (): void => {};
    this.durable(nobody, nobody);
    this.#isHeld = true;
    this.#before = undefined;
    let answer: T;
    let before: CloudDocument | undefined;
    try {
      answer = act();
    } finally {
      before = this.#before;
      this.#before = undefined;
      this.#isHeld = false;
    }
    await new Promise<void>((resolve, reject) => {
      this.durable(resolve, (error) => {
        if (before !== undefined) Object.assign(this.document, before);
        reject(new NotDurable(error.message));
      });
    });
    return answer;
  }

  #commitNext(): void {
    while (this.#waiters.length > 0 && !this.#isCommitting) {
      const waiters = this.#waiters;
      this.#waiters = [];
      if (this.#isDirty) this.#commitFor(waiters);
      else for (const { done } of waiters) done();
    }
  }

  #commitFor(waiters: readonly Waiter[]): void {
    const lines = this.#lines;
    const changed = this.#changed;
    const lookedAt = this.#lookedAt;
    this.#lines = [];
    this.#changed = new Set();
    this.#lookedAt = new Set();
    this.#isDirty = false;
    this.#isCommitting = true;
    let changes: readonly Change[] | undefined;
    const group = {
      lines,
      changes: () => {
        changes ??= [...this.#changesOf(changed), ...this.#boxChanges(lookedAt)];
        return changes;
      },
    };
    this.#engine.commit(group, (error) => {
      this.#isCommitting = false;
      if (error !== undefined) {
        this.#lines = [...lines, ...this.#lines];
        for (const key of changed) this.#changed.add(key);
        for (const box of lookedAt) this.#lookedAt.add(box);
        this.#isDirty = true;
        const told = new CloudError(`the cloud database could not be written: ${error.message}`);
        for (const { failed } of waiters) failed(told);
      } else {
        for (const { key, json } of changes ?? []) {
          if (json !== undefined && key.startsWith(BOXES)) this.#committed.set(key.slice(BOXES.length), json);
        }
        for (const { done } of waiters) done();
        if (lines.length + changed.size > 0) this.onCommitted?.({ lines: lines.length, changed });
      }
      this.#commitNext();
    });
  }

  *#changesOf(keys: Iterable<string>): Iterable<Change> {
    for (const key of keys) {
      const value = partOf(this.document, key);
      yield { key, json: value === undefined ? undefined : JSON.stringify(value) };
    }
  }

  *#boxChanges(boxes: Iterable<string>): Iterable<Change> {
    for (const box of boxes) {
      const json = JSON.stringify(this.document.boxes[box]);
      if (json !== this.#committed.get(box)) yield { key: `${BOXES}${box}`, json };
    }
  }

  /** Replaces the organisation, with what is to be remembered of the one before, and commits; on failure the old one stays. */
  organise(next: Organisation, remembered: Partial<CloudDocument> = {}): void {
    // Lines go first: an engine keeps the organisation in another place than those.
    this.commit();
    const { document } = this;
    const before = { ...document };
    if (this.#isHeld) this.#before ??= before;
    Object.assign(document, { organisation: next, ...remembered });
    for (const key of ["organisation", ...Object.keys(remembered)]) this.changed(key);
    try {
      this.commit();
    } catch (error) {
      Object.assign(document, before);
      throw error;
    }
    this.touchPermissions();
  }

  /** The box's moving state, made when it is first asked for. Throws CloudError for a box that the organisation lacks. */
  boxState(box: string): BoxEntry {
    this.#lookedAt.add(box);
    const there = this.document.boxes[box];
    if (there !== undefined) return there;
    if (!this.organisation.boxes.some((b) => b.id === box))
      throw new CloudError(`there is no box ${box}: add it first`);
    const made: BoxEntry = {
      epoch: undefined,
      epochs: {},
      snapshot: { version: 0, asOf: 0, epoch: undefined, fingerprint: "" },
      nextCommand: 1,
      commands: [],
      sheets: { current: 1, minimum: 1, used: [] },
      online: false,
      lastSeen: undefined,
      status: undefined,
    };
    this.document.boxes[box] = made;
    return made;
  }

  /** Lets go of files; what is not committed is not kept. */
  close(): void {
    this.#engine.close();
  }
}

/** What was asked for could not be made durable: it may be asked for again. */
export class NotDurable extends NotNow {}

const BOXES = "boxes/";
