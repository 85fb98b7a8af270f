import { LowSync, MemorySync, type SyncAdapter } from "lowdb";
import { CloudError, type Organisation } from "./domain.js";
import { DurableJsonFile } from "./durable-file.js";
import type { BoxEntry, CloudData } from "./state.js";

const FORMAT = 2;
/** Formats that are read; older ones are brought up to date when they are opened. */
const OLDEST_FORMAT = 1;

function emptyData(): CloudData {
  return {
    format: FORMAT,
    organisation: { locations: [], boxes: [], keys: [], users: [], accesses: [] },
    boxes: {},
    bins: {},
    holders: {},
    told: 0,
    exchanges: [],
    emergencies: [],
    events: [],
    gaps: [],
  };
}

/** Throws CloudError: a newer version may mean other things by the same words, and would be written over. */
function checkFormat(format: unknown): void {
  if (typeof format === "number" && format >= OLDEST_FORMAT && format <= FORMAT) return;
  const by = typeof format === "number" && format > FORMAT ? "a newer version" : "no version that is known";
  throw new CloudError(
    `the cloud database has format ${String(format)}, of ${by}; this version reads ${OLDEST_FORMAT} to ${FORMAT}: ` +
      "use the version that wrote it",
  );
}

interface Format1 {
  inventory?: Record<string, { place?: { box: string; bin: number; certain: boolean }; holder?: string }>;
  doubtful?: Record<string, true>;
}

/** Format 1 had places by thing and not by bin, and took a bin for surely empty as soon as somebody had opened it for a pick-up. */
function upgrade(data: CloudData & Format1): true {
  const bins: CloudData["bins"] = {};
  const holders: CloudData["holders"] = {};
  for (const [item, { place, holder }] of Object.entries(data.inventory ?? {})) {
    if (holder !== undefined) holders[item] = holder;
    if (place === undefined) continue;
    bins[`${place.box}/${place.bin}`] = { belief: place.certain ? "holds" : "doubt", item, told: 0 };
  }
  for (const id of Object.keys(data.doubtful ?? {})) bins[id] ??= { belief: "doubt", told: 0 };
  delete data.inventory;
  delete data.doubtful;
  Object.assign(data, { format: FORMAT, bins, holders, told: 0 });
  return true;
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
    checkFormat(this.#db.data.format);
    if (this.#db.data.format < FORMAT) this.#dirty = upgrade(this.#db.data);
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
  organise(next: Organisation, remembered: Pick<CloudData, "formerKeys" | "formerFobs" | "lastIds"> = {}): void {
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
  boxState(box: string): BoxEntry {
    const there = this.data.boxes[box];
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
    this.data.boxes[box] = made;
    return made;
  }
}
