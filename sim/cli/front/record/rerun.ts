import { CloudError } from "../../../cloud/domain.js";
import type { Input } from "../../../page/server/acts.js";
import { perform } from "../../../page/server/play.js";
import { WorldError } from "../../../world/devices/site.js";
import type { House } from "../house.js";
import { isBy, type Moment, type WorldRecord } from "./world-record.js";

/** It lets others have their turn after so long, real ms. */
const TURN_MS = 15;

/** Does again in a house what was done in another one, each at its moment, as fast as this machine can. */
export class Rerun {
  /** Inputs that the world did not allow, as it did not the first time. */
  refused = 0;
  readonly #house: House;
  readonly #done: WorldRecord["done"];
  readonly #onInput: ((input: Input) => (() => void) | undefined) | undefined;
  #next = 0;
  #isEnded = false;

  /** `onInput`: something is about to be done; what it answers is called once it was. */
  constructor(house: House, done: WorldRecord["done"], onInput?: (input: Input) => (() => void) | undefined) {
    this.#house = house;
    this.#done = done;
    this.#onInput = onInput;
  }

  /** Goes on to `moment`, which may not be past; in turns. */
  async runTo(moment: Moment): Promise<void> {
    for (let one = this.#done[this.#next]; one !== undefined && isBy(one, moment); one = this.#done[this.#next]) {
      await this.#advance(one);
      if (this.#isEnded) return;
      this.#next++;
      this.#redo(one.input);
    }
    await this.#advance(moment);
  }

  /** Makes a run that is under way end early. */
  end(): void {
    this.#isEnded = true;
  }

  #redo(input: Input): void {
    const then = this.#onInput?.(input);
    try {
      perform(this.#house, input);
      then?.();
    } catch (error) {
      if (!(error instanceof WorldError) && !(error instanceof CloudError)) throw error;
      this.refused++;
    }
  }

  async #advance({ at, n }: Moment): Promise<void> {
    const { scheduler } = this.#house.world;
    let turnEndsMs = performance.now() + TURN_MS;
    while (!this.#isEnded) {
      const next = scheduler.nextAtMs;
      const ran = scheduler.nowMs === at ? scheduler.ranNow : 0;
      if (next === undefined || next > at || (next === at && ran >= n)) break;
      scheduler.runNext();
      if (performance.now() < turnEndsMs) continue;
      await new Promise(setImmediate);
      turnEndsMs = performance.now() + TURN_MS;
    }
    if (!this.#isEnded) scheduler.idleTo(at);
  }
}
