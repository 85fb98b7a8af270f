import type { Group } from "../../cloud/store/engine.js";
import type { AnyFormat } from "../../cloud/store/formats.js";
import { MemoryEngine } from "../../cloud/store/memory.js";
import type { CloudRecord } from "../judge/cloud-record.js";

/** The cloud's database of a trial: hands everything that is committed on to the judge, as text. */
export class WitnessedEngine extends MemoryEngine {
  readonly #record: CloudRecord;

  /** `copy`: what it begins with, as for MemoryEngine. */
  constructor(record: CloudRecord, copy?: AnyFormat) {
    super(copy);
    this.#record = record;
  }

  override commit(group: Group, done: (error?: Error) => void): void {
    const lines = JSON.stringify(group.lines);
    const changes = group.changes();
    super.commit(group, (error) => {
      if (error === undefined) this.#record.committed(lines, changes);
      done(error);
    });
  }
}
