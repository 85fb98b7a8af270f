import type { Group, History, LogReader, StoreEngine } from "../../cloud/store/engine.js";
import type { Placed } from "../../cloud/store/lines.js";
import type { CloudRecord } from "../judge/cloud-record.js";

/** The cloud's database of a trial: hands everything that is committed on to the judge, as text. */
export class WitnessedEngine implements StoreEngine {
  readonly document: StoreEngine["document"];
  readonly log?: LogReader;
  readonly history: History;
  readonly #record: CloudRecord;
  readonly #inner: StoreEngine;
  readonly #isOver: () => boolean;

  /** `isOver`: whoever commits is dead by now, and learns nothing of what became of it. Never, if absent. */
  constructor(record: CloudRecord, inner: StoreEngine, isOver: () => boolean = () => false) {
    this.#record = record;
    this.#inner = inner;
    this.#isOver = isOver;
    this.document = inner.document;
    if (inner.log !== undefined) this.log = inner.log;
    this.history = inner.history;
  }

  commit(group: Group, done: (error?: Error) => void): void {
    const lines = JSON.stringify(group.lines);
    const changes = group.changes();
    this.#inner.commit(group, (error) => {
      if (error === undefined && !this.#isOver()) this.#record.committed(lines, changes);
      done(error);
    });
  }

  edit(lines: readonly Placed[]): Promise<void> {
    return this.#inner.edit(lines);
  }

  forget(name: string): Promise<void> {
    return this.#inner.forget(name);
  }

  close(): void {
    this.#inner.close();
  }
}
