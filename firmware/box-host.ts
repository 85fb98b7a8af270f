import { FlashError } from "../hal/ports/flash.js";
import type { Hal } from "../hal/ports/hal.js";
import type { BootRecord } from "./box-boot.js";
import type { BoxStatus } from "./box-status.js";
import type { CommandTask } from "./commands/command-task.js";
import type { Identity } from "./identity/contract.js";
import type { PowerTask } from "./power/power-task.js";
import { Kind, LinkEvent } from "./records/records.js";
import { SnapshotError, type SnapshotView, type SnapshotWriter } from "./snapshot/contract.js";
import type { BinBeliefs } from "./state/bin-beliefs.js";
import type { CurrentSnapshot } from "./state/current-snapshot.js";
import { plausibleCelsius } from "./state/gauge-reading.js";
import { tellAllBins } from "./state/kept-bins.js";
import { type Ledger, WriteRefused } from "./state/ledger.js";
import type { SyncHost } from "./sync/contract.js";
import { type LinkChange, LinkLog, type LinkLogHost } from "./sync/link-log.js";
import type { UpdateTask } from "./update/update-task.js";
import { FIRMWARE_VERSION } from "./version.js";
import { type Command, Reads } from "./wire/messages.js";
import type { Changes } from "./wiring/changes.js";

export interface BoxHostNeeds {
  readonly hal: Hal;
  readonly identity: Identity;
  readonly ledger: Ledger;
  readonly snapshot: CurrentSnapshot;
  readonly beliefs: BinBeliefs;
  readonly commands: CommandTask;
  readonly power: PowerTask;
  readonly update: UpdateTask | undefined;
  readonly boot: BootRecord;
  readonly status: BoxStatus;
  readonly changes: Changes;
}

/** What the sync task may do to the box. */
export class BoxHost implements SyncHost, LinkLogHost {
  readonly #needs: BoxHostNeeds;
  readonly #linkLog: LinkLog;
  #link = "";
  /** Where the last gap began of which the cloud was told. */
  #missingFrom: number | undefined;

  constructor(needs: BoxHostNeeds) {
    this.#needs = needs;
    const { clock, timers } = needs.hal;
    this.#linkLog = new LinkLog({ clock, timers, host: this });
  }

  get journal() {
    return this.#needs.ledger.journal;
  }

  get identity(): Identity {
    return this.#needs.identity;
  }

  get update(): UpdateTask | undefined {
    return this.#needs.update;
  }

  hello(): ReturnType<SyncHost["hello"]> {
    const { hal, ledger } = this.#needs;
    const { boots: boot, command: id } = ledger.state;
    return {
      model: hal.board.model,
      firmware: FIRMWARE_VERSION,
      boot,
      bins: hal.bins.count,
      id,
      reads: Reads.taken,
      ...this.#needs.update?.hello(),
    };
  }

  recordedBoot(): number | undefined {
    return this.#needs.boot.isWritten ? this.#needs.ledger.state.boots : undefined;
  }

  snapshotVersion(): number {
    return this.#needs.snapshot.version;
  }

  wholeSnapshotVersion(): number {
    return this.#needs.snapshot.wholeVersion;
  }

  beginSnapshot(version: number, totalBytes: number): SnapshotWriter {
    return this.#needs.snapshot.begin(version, totalBytes);
  }

  /** A snapshot that cannot be put on record stays unused; the cloud offers it again in the next session. */
  activateSnapshot(view: SnapshotView): void {
    try {
      this.#needs.snapshot.activate(view, this.#needs.hal.bins.count);
    } catch (error) {
      if (!(error instanceof WriteRefused || error instanceof SnapshotError || error instanceof FlashError))
        throw error;
      this.#needs.hal.trace.line(`snapshot ${view.version} not activated: ${error.message}`.slice(0, 200));
    }
    this.#needs.changes.tell();
  }

  acknowledged(through: number): void {
    this.#needs.ledger.acknowledge(through);
  }

  /** Once a boot for each gap: a broker that lets no acknowledgement through must not fill the journal with it. */
  missing(from: number): void {
    if (this.#missingFrom === from) return;
    this.#missingFrom = from;
    const { ledger, beliefs, hal } = this.#needs;
    tellAllBins(ledger, beliefs, hal.bins.count);
  }

  setTime(seconds: number): void {
    const previous = this.#needs.hal.clock.wallSeconds();
    this.#needs.hal.clock.setWall(seconds);
    this.#needs.ledger.note({ kind: Kind.clockSet, previous });
  }

  command(command: Command, ageSeconds: number | undefined): void {
    this.#needs.commands.take(command, ageSeconds);
  }

  status(): ReturnType<SyncHost["status"]> {
    const { hal, power, status } = this.#needs;
    const reading = power.reading();
    const celsius = reading && plausibleCelsius(reading);
    return {
      uptime: Math.floor(hal.clock.monotonicMs() / 1_000),
      mains: hal.mains.present(),
      charge: reading && Math.round(reading.chargePercent),
      millivolts: reading && Math.round(reading.millivolts),
      celsius: celsius === undefined ? undefined : Math.round(celsius),
      sinceMains: power.secondsSinceMains(),
      timeLeft: power.timeLeft(),
      faults: status.faults(),
    };
  }

  online(link: string): void {
    this.#link = link;
    this.#needs.ledger.online = true;
    this.#linkLog.changed({ isUp: true, link });
    this.#needs.changes.tell();
  }

  offline(reason: string, sinceSyncSeconds: number): void {
    this.#needs.ledger.online = false;
    this.#linkLog.changed({ isUp: false, link: this.#link, reason: reason.slice(0, 64), synced: sinceSyncSeconds });
    this.#needs.changes.tell();
  }

  /** `LinkLogHost`. */
  recordLink({ isUp, link, reason, synced }: LinkChange): void {
    const event = isUp ? LinkEvent.sessionUp : LinkEvent.sessionDown;
    this.#needs.ledger.note({ kind: Kind.link, event, link, reason, synced });
  }
}
