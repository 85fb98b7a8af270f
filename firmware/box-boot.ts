import type { BoxTasks } from "./box-tasks.js";
import type { CrashReport } from "./crash/last-words.js";
import { GapReason, Kind } from "./records/records.js";
import { FIRMWARE_VERSION } from "./version.js";

/** What a boot puts on record before anything else: that it happened, how the one before ended, and what it found damaged. */
export class BootRecord {
  readonly #box: BoxTasks;
  /** The last boot ended by a fault; undefined: it did not. */
  readonly #crash: CrashReport | undefined;
  #isWritten = false;

  constructor(box: BoxTasks, crash: CrashReport | undefined) {
    this.#box = box;
    this.#crash = crash;
  }

  /** Whether this boot is on record. */
  get isWritten(): boolean {
    return this.#isWritten;
  }

  write(): void {
    const { ledger, hal } = this.#box;
    const cause = hal.sleep.wakeCause;
    // Vital: the boot's number tells its uptimes, its grace and (without entropy) its sessions from those of the last one.
    const boot = ledger.state.boots + 1;
    ledger.note({ kind: Kind.boot, boot, cause, firmware: FIRMWARE_VERSION }, "vital");
    this.#isWritten = ledger.state.boots === boot;
    if (this.#crash !== undefined) ledger.note({ kind: Kind.crash, ...this.#crash });
    this.#noteIdentity();
    const unreadable = ledger.journal.skippedPlaces + ledger.undecodable;
    ledger.tellLost();
    if (unreadable > 0) ledger.note({ kind: Kind.gap, reason: GapReason.unreadable, count: unreadable });
  }

  /** A copy that was damaged, and, where it was written anew, that it is whole again. */
  #noteIdentity(): void {
    const { ledger, loaded } = this.#box;
    const { damage, repaired } = loaded;
    if (damage === undefined) return;
    ledger.note({ kind: Kind.device, name: "identity", reason: damage.slice(0, 64) });
    if (repaired === true) ledger.note({ kind: Kind.device, name: "identity" });
  }
}
