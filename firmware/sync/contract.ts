import type { Identity } from "../identity/contract.js";
import type { JournalStore } from "../journal/contract.js";
import type { SnapshotView, SnapshotWriter } from "../snapshot/contract.js";
import type { Lane } from "../wire/lanes.js";
import type { Command, Hello, Status } from "../wire/messages.js";

/** What a session carries for updates (firmware/update/SPEC.md section 9). */
export interface UpdateLanes {
  /** The cloud wants this release on the box; undefined: it wants nothing. After each welcome. */
  welcomed(release: number | undefined): void;
  /** The body of the next `pull`, each once; undefined: there is nothing to ask for. */
  nextPull(): Uint8Array | undefined;
  /** Takes the body of a `release` or an `image`. False: malformed or out of turn, and nothing was done. */
  take(lane: Lane, body: Uint8Array): boolean;
}

/**
 * What the sync task asks of the rest of the firmware. It calls these from its own callbacks, one at a time; each may append
 * to the journal and call `SyncTask.recordsAdded`. None may throw but for a fault that ends the program.
 */
export interface SyncHost {
  readonly journal: JournalStore;
  readonly identity: Identity;
  /** Undefined: this box takes none. */
  readonly update?: UpdateLanes | undefined;

  /** What `hello` says besides the journal's numbers. */
  hello(): Pick<Hello, "model" | "firmware" | "boot" | "bins" | "id" | "reads" | "release" | "room" | "list" | "trial">;
  /** Number of this boot, if its record is durable: no other boot of the journal's epoch has it then. */
  recordedBoot(): number | undefined;
  /** Of the active snapshot; 0: none. */
  snapshotVersion(): number;
  /** The same, where every bit of it is as it came; else 0: it is to come again. */
  wholeSnapshotVersion(): number;
  /**
   * Starts to receive a snapshot into the slot that is not active; a writer begun before is void. Throws SnapshotError when
   * it cannot be taken, FlashError when the part fails.
   */
  beginSnapshot(version: number, totalBytes: number): SnapshotWriter;
  /** `view` is whole and checked: make it the active one, durably. */
  activateSnapshot(view: SnapshotView): void;

  /**
   * The cloud has committed every record through `through`. Lower than before when the cloud lost some (restored from a
   * backup).
   */
  acknowledged(through: number): void;
  /** A batch went out that says that records are missing from `from` on: the cloud cannot know what happened in them. */
  missing(from: number): void;
  /** The cloud's time differs from the box's by more than can be told, or the box has none. s since 1970 UTC. */
  setTime(seconds: number): void;
  /**
   * Genuine and well-formed, but perhaps taken already: the host compares `id` with the last that it has a record of.
   * `ageSeconds`: since its `time`, at most, by the box's own measure; undefined: it has none.
   */
  command(command: Command, ageSeconds: number | undefined): void;
  /** What `status` says besides what the sync task knows. Texts and lists that are too long are cut. */
  status(): Pick<
    Status,
    "uptime" | "mains" | "charge" | "millivolts" | "celsius" | "sinceMains" | "timeLeft" | "faults"
  >;

  /** The cloud welcomed the box over the link of kind `link`. */
  online(link: string): void;
  /** The session that `online` told of is over, and the cloud was last heard `sinceSyncSeconds` ago; `reason` is a line of ASCII. */
  offline(reason: string, sinceSyncSeconds: number): void;
}
