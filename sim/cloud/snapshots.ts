import { createHash } from "node:crypto";
import type { Alerts } from "./alerts.js";
import { fingerprintOf, modelOf } from "./box-snapshot.js";
import { CloudError } from "./domain.js";
import type { ExchangeLog } from "./ingest/exchange-log.js";
import type { Permissions } from "./permissions.js";
import { type Fitting, fitSnapshot } from "./snapshot/fit.js";
import { type SnapshotModel, SnapshotModelError } from "./snapshot/model.js";
import { soundModel } from "./snapshot/sound-model.js";
import type { Alert } from "./state.js";
import type { CloudStore } from "./store.js";

/** Bytes of the largest snapshot offered: what every board's slot holds. */
const MAX_SNAPSHOT_BYTES = 512 * 1024;
/** A box with more acknowledged records than this above the snapshot's `asOf` is due for a new one (PROTOCOL.md section 5). */
const MAX_RECORDS_ABOVE = 500;

/** Causes that an alert lists. */
const CAUSES_LISTED = 4;

export interface MadeSnapshot {
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** Makes the boxes' snapshots, and knows the newest of each. Files are kept in RAM only: after a restart a new version is made. */
export class Snapshots {
  readonly #store: CloudStore;
  readonly #log: ExchangeLog;
  readonly #permissions: Permissions;
  readonly #alerts: Alerts;
  readonly #now: () => number;
  readonly #file: (bytes: Uint8Array) => Uint8Array;
  readonly #made = new Map<string, MadeSnapshot>();

  constructor(
    store: CloudStore,
    log: ExchangeLog,
    permissions: Permissions,
    alerts: Alerts,
    now: () => number,
    file: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
  ) {
    this.#file = file;
    this.#store = store;
    this.#log = log;
    this.#permissions = permissions;
    this.#alerts = alerts;
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
   * Makes a new version if there is none, if the box is behind, or if something in it changed; undefined: none of that. It may be
   * told to anybody, by `install`, only once the store is durable: its number may never be given to other content. What makes no
   * sense in it is left out, and an alert says so. Throws CloudError where nothing can be made of the rest; the alert stays until it can.
   */
  make(box: string): MadeSnapshot | undefined {
    try {
      const made = this.#make(box);
      this.#alerts.clear(`snapshot/${box}`);
      return made;
    } catch (error) {
      if (!(error instanceof SnapshotModelError)) throw error;
      const what = `no new snapshot can be made, and what was taken from somebody still works there: ${error.message}`;
      this.#alerts.raise({ id: `snapshot/${box}`, box, what, wayOut: "correct it at the cloud" });
      throw new CloudError(`box ${box}: ${what}`);
    }
  }

  /** From now on it is the box's newest. */
  install(box: string, made: MadeSnapshot): void {
    // One that was overtaken while it was committed has a number that the box may know already.
    if (made.version === this.#store.boxState(box).snapshot.version) this.#made.set(box, made);
  }

  #make(box: string): MadeSnapshot | undefined {
    const model = modelOf(this.#store, this.#log.index, this.#log.inventory, box, Math.floor(this.#now()));
    const fingerprint = createHash("sha256")
      .update(fingerprintOf(model, this.#log.inventory.edits(box), this.#store.boxState(box).reads ?? 0))
      .digest("hex");
    const { snapshot } = this.#store.boxState(box);
    const isSame = snapshot.fingerprint === fingerprint && !this.isBehind(box);
    if (isSame && this.#made.has(box)) {
      this.#permissions.unchanged(box);
      return undefined;
    }
    const version = snapshot.version + 1;
    const bytes = this.#file(this.#build(box, { ...model, version }));
    this.#store.boxState(box).snapshot = {
      version,
      asOf: model.asOf,
      epoch: this.#store.boxState(box).epoch,
      fingerprint,
    };
    this.#permissions.made(box, version, this.#now());
    this.#store.touch();
    return { version, bytes };
  }

  #build(box: string, whole: SnapshotModel): Uint8Array {
    const { model, leftOut } = soundModel(whole);
    this.#tellLeftOut(box, leftOut);
    const fitting = fitSnapshot(model, MAX_SNAPSHOT_BYTES);
    this.#tellTooLarge(box, fitting);
    return fitting.bytes;
  }

  #tellLeftOut(box: string, leftOut: readonly string[]): void {
    const bins = this.#log.index.boxes.get(box)!.bins;
    const named = leftOut.map((cause) => cause.replace(/\bbin (\d+)/g, (_, bin) => `bin ${bins[bin]?.label ?? bin}`));
    const more = named.length > CAUSES_LISTED ? `, and ${named.length - CAUSES_LISTED} more` : "";
    const what = `left out of its snapshot: ${named.slice(0, CAUSES_LISTED).join("; ")}${more}`;
    const wayOut =
      "correct it; of a bin, look into it and say `cloud empty BIN --sure` or `cloud holds BIN KEY --sure`";
    this.#tell(named.length > 0, { id: `left-out/${box}`, box, what, wayOut });
  }

  #tellTooLarge(box: string, { idleKeys, lateAccesses, keyCodes }: Omit<Fitting, "bytes">): void {
    const what =
      `its snapshot is full: ${idleKeys} keys that nobody may take there are not in it, ` +
      `and ${lateAccesses} of the accesses that begin last${keyCodes > 0 ? `, and ${keyCodes} key codes` : ""}`;
    const wayOut =
      "remove old accesses, or keys that are not used; or make a location of its own for a part of the keys, so that each box has fewer";
    this.#tell(idleKeys + lateAccesses + keyCodes > 0, { id: `too-large/${box}`, box, what, wayOut });
  }

  #tell(isSo: boolean, alert: Omit<Alert, "since">): void {
    if (isSo) this.#alerts.raise(alert);
    else this.#alerts.clear(alert.id);
  }
}
