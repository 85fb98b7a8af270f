import { LowSync, MemorySync, type SyncAdapter } from "lowdb";
import { CloudError, type Organisation } from "./domain.js";
import { DurableJsonFile } from "./durable-file.js";
import type { BoxState, CloudData } from "./state.js";

const FORMAT = 1;

function emptyData(): CloudData {
  return {
    format: FORMAT,
    organisation: { locations: [], boxes: [], keys: [], users: [], accesses: [] },
    boxes: {},
    inventory: {},
    exchanges: [],
    emergencies: [],
    events: [],
    gaps: [],
  };
}

/**
 * Everything that the cloud knows, in one lowdb document. `organisation` is replaced as a whole and only by `organise`;
 * the rest is changed in place by ingest and the service, and counts only once `commit` returned.
 */
export class CloudStore {
  readonly #db: LowSync<CloudData>;
  #dirty = false;
  /** Called after each change of what boxes are told: the organisation, and what another box's report moved. */
  onPermissions: (() => void) | undefined;

  constructor(adapter: SyncAdapter<CloudData> = new MemorySync<CloudData>()) {
    this.#db = new LowSync(adapter, emptyData());
    this.#db.read();
    if (this.#db.data.format !== FORMAT) {
      throw new CloudError(
        `the cloud database has format ${String(this.#db.data.format)}, this version reads ${FORMAT}: use the version that wrote it`,
      );
    }
  }

  static inFile(path: string): CloudStore {
    return new CloudStore(new DurableJsonFile<CloudData>(path));
  }

  get data(): CloudData {
    return this.#db.data;
  }

  get organisation(): Organisation {
    return this.#db.data.organisation;
  }

  /** Whether there is something that `commit` has yet to write. */
  get dirty(): boolean {
    return this.#dirty;
  }

  touch(): void {
    this.#dirty = true;
  }

  touchPermissions(): void {
    this.#dirty = true;
    this.onPermissions?.();
  }

  /** Durable when it returns. Throws CloudError when the adapter does not take it; it may be tried again. */
  commit(): void {
    if (!this.#dirty) return;
    try {
      this.#db.write();
    } catch (error) {
      throw new CloudError(`the cloud database could not be written: ${(error as Error).message}`);
    }
    this.#dirty = false;
  }

  /** Replaces the organisation, with what is to be remembered of the one before, and commits; on failure the old one stays. */
  organise(next: Organisation, remembered: Pick<CloudData, "formerKeys" | "lastIds"> = {}): void {
    const { data } = this.#db;
    const before = { ...data };
    Object.assign(data, { organisation: next, ...remembered });
    this.#dirty = true;
    try {
      this.commit();
    } catch (error) {
      Object.assign(data, before);
      throw error;
    }
    this.touchPermissions();
  }

  /** The box's moving state, made when it is first asked for. Throws CloudError for a box that the organisation lacks. */
  boxState(box: string): BoxState {
    const there = this.data.boxes[box];
    if (there !== undefined) return there;
    if (!this.organisation.boxes.some((b) => b.id === box))
      throw new CloudError(`there is no box ${box}: add it first`);
    const made: BoxState = {
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
    this.data.boxes[box] = made;
    return made;
  }
}
