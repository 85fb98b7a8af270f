import type { CloudDocument } from "../../cloud/state.js";
import type { Group, StoreEngine } from "../../cloud/store/engine.js";
import type { MemoryEngine } from "../../cloud/store/memory.js";
import type { CloudRecord } from "../judge/cloud-record.js";

/** The cloud's database of a trial: hands everything that is committed on to the judge, as text. */
export class WitnessedEngine implements StoreEngine {
  readonly log: MemoryEngine["log"];
  readonly history: MemoryEngine["history"];
  readonly #engine: MemoryEngine;
  readonly #record: CloudRecord;

  constructor(engine: MemoryEngine, record: CloudRecord) {
    this.#engine = engine;
    this.#record = record;
    this.log = engine.log;
    this.history = engine.history;
  }

  get document(): CloudDocument {
    return this.#engine.document;
  }

  commit(group: Group, done: (error?: Error) => void): void {
    const lines = JSON.stringify(group.lines);
    const changes = group.changes();
    this.#engine.commit(group, (error) => {
      if (error === undefined) this.#record.committed(lines, changes);
      done(error);
    });
  }

  close(): void {
    this.#engine.close();
  }
}
