import { createHash } from "node:crypto";
import { type BoxModel, fingerprintOf, modelOf } from "./box-snapshot.js";
import { CloudError } from "./domain.js";
import type { ExchangeLog } from "./ingest/exchange-log.js";
import { buildSnapshot } from "./snapshot/build.js";
import { SnapshotModelError } from "./snapshot/model.js";
import type { CloudStore } from "./store.js";

/** Bytes of the largest snapshot offered: what every board's slot holds. */
export const MAX_SNAPSHOT_BYTES = 512 * 1024;
/** A box with more acknowledged records than this above the snapshot's `asOf` is due for a new one (PROTOCOL.md section 5). */
export const MAX_RECORDS_ABOVE = 500;

export interface MadeSnapshot {
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** Makes the boxes' snapshots, and knows the newest of each. Files are kept in RAM only: after a restart a new version is made. */
export class Snapshots {
  readonly #store: CloudStore;
  readonly #log: ExchangeLog;
  readonly #now: () => number;
  readonly #made = new Map<string, MadeSnapshot>();

  constructor(store: CloudStore, log: ExchangeLog, now: () => number) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
  }

  newest(box: string): MadeSnapshot | undefined {
    return this.#made.get(box);
  }

  /** Whether the box's own records have left the snapshot behind. */
  isBehind(box: string): boolean {
    const { epoch, epochs, snapshot } = this.#store.boxState(box);
    if (epoch === undefined) return false;
    return epoch !== snapshot.epoch || (epochs[epoch]?.through ?? 0) - snapshot.asOf > MAX_RECORDS_ABOVE;
  }

  /**
   * The box holds `version`, which this cloud did not give it: its database was put back from a copy. What comes next must be
   * above it, or the box would never take it. Answers whether that was so.
   */
  continueAbove(box: string, version: number): boolean {
    const { snapshot } = this.#store.boxState(box);
    if (version <= snapshot.version) return false;
    snapshot.version = version;
    this.#made.delete(box);
    this.#store.touch();
    return true;
  }

  /**
   * Makes a new version if there is none, if the box is behind, or if something in it changed; answers whether it did. The
   * version is durable before it is told to anybody, since it may never be given to other content. Throws CloudError.
   */
  refresh(box: string): boolean {
    const model = modelOf(this.#store, this.#log.index, this.#log.inventory, box, Math.floor(this.#now()));
    const fingerprint = createHash("sha256")
      .update(fingerprintOf(model, this.#log.inventory.edits(box)))
      .digest("hex");
    const { snapshot } = this.#store.boxState(box);
    const isSame = snapshot.fingerprint === fingerprint && !this.isBehind(box);
    if (isSame && this.#made.has(box)) return false;
    const version = snapshot.version + 1;
    const bytes = build(model, version);
    this.#store.boxState(box).snapshot = {
      version,
      asOf: model.asOf,
      epoch: this.#store.boxState(box).epoch,
      fingerprint,
    };
    this.#store.touch();
    this.#store.commit();
    this.#made.set(box, { version, bytes });
    return true;
  }
}

function build(model: BoxModel, version: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = buildSnapshot({ ...model, version });
  } catch (error) {
    if (!(error instanceof SnapshotModelError)) throw error;
    throw new CloudError(`box ${model.box} keeps its old snapshot: ${error.message}`);
  }
  if (bytes.length <= MAX_SNAPSHOT_BYTES) return bytes;
  throw new CloudError(
    `box ${model.box} keeps its old snapshot: the new one has ${bytes.length} bytes, boxes hold ${MAX_SNAPSHOT_BYTES}; remove old accesses or keys`,
  );
}
