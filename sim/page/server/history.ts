import type { Machine } from "../../world/machine/machine.js";
import { LINK_KINDS, type Sample } from "../shared/state.js";
import type { Theatre } from "./theatre.js";

/** So many moments are kept; then every other one is dropped, and they are taken half as often. */
const SAMPLES = 600;
const FIRST_STEP_MS = 1_000;

/** Supply and links over virtual time, thinned out as it grows: a minute and a month both fit. */
export class History {
  #samples: Sample[] = [];
  #stepMs = FIRST_STEP_MS;
  #takenMs = Number.NEGATIVE_INFINITY;
  #machine: Machine | undefined;

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Notes how things are: when its turn has come, or something other than the charge has changed. */
  look(theatre: Theatre): void {
    const { world, machine } = theatre;
    // Another box, or another time: what was noted before is not its past.
    if (machine !== this.#machine) {
      this.#machine = machine;
      this.#samples = [];
      this.#stepMs = FIRST_STEP_MS;
      this.#takenMs = Number.NEGATIVE_INFINITY;
    }
    const sample = sampleOf(theatre);
    const last = this.#samples.at(-1);
    const isSame =
      last !== undefined &&
      last.mains === sample.mains &&
      last.link === sample.link &&
      last.online === sample.online &&
      last.lit === sample.lit;
    if (isSame && world.nowMs - this.#takenMs < this.#stepMs) return;
    if (last?.t === sample.t) return;
    this.#takenMs = world.nowMs;
    this.#samples.push(sample);
    if (this.#samples.length < SAMPLES) return;
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    this.#stepMs *= 2;
  }
}

function sampleOf({ world, machine, cloud, isLit }: Theatre): Sample {
  return {
    t: Math.floor(world.wallSeconds()),
    percent: Math.round(machine.battery.chargePercent * 100) / 100,
    milliamps: Math.round(machine.battery.milliamps * 100) / 100,
    mains: machine.mains.present,
    lit: isLit,
    link: LINK_KINDS.find((kind) => machine.net[kind]?.backhaul !== undefined) ?? null,
    online: cloud.store.boxState(machine.name).online,
  };
}
