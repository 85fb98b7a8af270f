import { frameBytes } from "../../firmware/journal/frame.js";
import { Journal } from "../../firmware/journal/journal.js";
import { Belief } from "../../firmware/records/records.js";
import { type BoxState, emptyState } from "../../firmware/state/box-state.js";
import { encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { NorFlash } from "../world/devices/nor-flash.js";
import { Random } from "../world/random.js";

/** The smallest block that a part of the W25Q family erases: what erases are counted in, whatever the sector. */
export const ERASE_BLOCK_BYTES = 4_096;
/** The sectors of the board's journal (sim/world/machine). */
export const BOARD_SECTOR_BYTES = 16_384;
export const MIB = 1_048_576;

export interface JournalShape {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly alignBytes: number;
}

/** A checkpoint as a box writes it, with a name for people. */
export interface StateSample {
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
}

/** A box just synced, and one of 200 bins after a long outage: every bin changed, ten emergency codes burnt, four bins faulty. */
export const IDLE: StateSample = sample("idle", emptyState());
export const BUSY: StateSample = sample("busy, 200 bins changed", busyState());

function sample(name: string, state: BoxState): StateSample {
  return { name, pieces: [...encodeCheckpoint(state)] };
}

function busyState(): BoxState {
  const state = emptyState();
  const asOf = 3_000_000;
  Object.assign(state, { boots: 5_000, acked: asOf, lastSync: 1_790_000_000, command: 4_000 });
  state.snapshot = { version: 4_000, slot: 1, asOf, binsCrc: 0xcbf4_3926 };
  for (let bin = 0; bin < 200; bin++) {
    const item = { key: 100_000 + bin };
    const belief = bin % 20 === 0 ? Belief.doubt : bin % 3 === 0 ? Belief.taken : Belief.holds;
    state.bins.set(bin, { seq: asOf + 40 * bin, belief, item });
  }
  for (let bin = 0; bin < 10; bin++) state.codes.used.set(bin, 3);
  for (let bin = 0; bin < 4; bin++) {
    state.enabled.set(bin, { enabled: false, seq: asOf + bin });
    state.faulty.add(bin);
  }
  return state;
}

/** Bytes on flash of a checkpoint with its frames. */
export function checkpointBytes({ pieces }: StateSample, alignBytes: number): number {
  return pieces.reduce((sum, piece) => sum + frameBytes(piece.length, alignBytes), frameBytes(2, alignBytes));
}

export function newFlash(shape: JournalShape): NorFlash {
  return new NorFlash({ ...shape, seed: 1 });
}

export function mountOn(flash: NorFlash, { pieces }: StateSample): Journal {
  const random = new Random(1);
  return Journal.mount({
    flash,
    entropy: { fill: (into) => into.set(random.bytes(into.length)) },
    owner: { checkpoint: () => pieces },
  });
}
