import { ClockQuality } from "../hal/ports/clock.js";
import type { PartFault } from "../hal/ports/parts.js";
import type { BoxTasks } from "./box-tasks.js";
import type { DeviceStatus } from "./panel/status.js";
import type { PartWatchHost } from "./parts/part-watch.js";
import { FIRMWARE_VERSION } from "./version.js";

/** Faults that the status shows at most. */
const FAULTS_SHOWN = 16;

/** What the box tells of itself: to people at its panel, and to the cloud. */
export class BoxStatus implements PartWatchHost {
  readonly #box: BoxTasks;

  constructor(box: BoxTasks) {
    this.#box = box;
  }

  /** Everything that is shown, as of now. */
  now(): DeviceStatus {
    const { hal, loaded, sync, snapshot, power, ledger, update } = this.#box;
    const reading = power.reading();
    return {
      box: loaded.identity.box,
      model: hal.board.model,
      firmware: FIRMWARE_VERSION,
      online: sync.online,
      offlineReason: sync.lastFailure,
      sinceSync: sync.secondsSinceSync(),
      ...sync.behind,
      snapshotVersion: snapshot.version,
      onBattery: power.onBattery,
      batteryLow: power.batteryLow,
      charge: reading && Math.round(reading.chargePercent),
      timeLeft: power.timeLeft(),
      clockKnown: hal.clock.quality() !== ClockQuality.unknown,
      faults: this.faults(),
      journalRoom: ledger.journal.room,
      heldOpen: this.#heldOpen(),
      update: update?.shown,
    };
  }

  /** Names of the parts and bins that do not work, at most 16. */
  faults(): readonly string[] {
    const { loaded, partWatch, hal, ledger } = this.#box;
    const { bins } = hal;
    const faults: string[] = [];
    if (loaded.damage !== undefined && loaded.repaired !== true) faults.push("identity");
    faults.push(...partWatch.broken);
    // One whose unit was taken away, to be mended, is still on record.
    ledger.state.faulty.forEach((bin) => {
      if (bin < bins.count) faults.push(`bin ${bins.label(bin)}`);
    });
    return faults.slice(0, FAULTS_SHOWN);
  }

  partFaults(): readonly PartFault[] {
    const { hal, snapshot, updateFaults, sync, power, entropy } = this.#box;
    const { damage } = snapshot;
    return [
      ...(damage === undefined ? [] : [{ name: "snapshot", reason: damage.slice(0, 64) }]),
      ...updateFaults,
      ...sync.faults(),
      ...power.faults(),
      ...entropy.faults(),
      ...(hal.parts?.faults() ?? []),
    ];
  }

  #heldOpen(): DeviceStatus["heldOpen"] {
    const { control } = this.#box;
    const held = control.heldOpen;
    return held.length === 0 ? undefined : { count: held.length, bin: control.label(held[0]!) };
  }
}
