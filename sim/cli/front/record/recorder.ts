import { CloudError } from "../../../cloud/domain.js";
import type { Input } from "../../../page/server/acts.js";
import type { World } from "../../../world/machine/world.js";
import type { SavedStand } from "../stand.js";
import { type Begins, type Done, MOST_INPUTS, type WorldRecord } from "./world-record.js";

/** Keeps what is done to a world, each at its moment. */
export class Recorder {
  readonly #world: World;
  readonly #begins: Begins;
  readonly #box: string;
  readonly #kept: Record<string, SavedStand> = {};
  readonly #done: Done[] = [];
  #isSpoilt = false;

  /** `box`: where somebody stands at first. */
  constructor(world: World, begins: Begins, box: string) {
    this.#world = world;
    this.#begins = begins;
    this.#box = box;
  }

  /** Something was done that is not in it. */
  spoil(): void {
    this.#isSpoilt = true;
  }

  get isSpoilt(): boolean {
    return this.#isSpoilt;
  }

  /** A box goes on from an earlier start. */
  keep(box: string, saved: SavedStand): void {
    this.#kept[box] = saved;
  }

  /** What was done before is done again. */
  goOn(done: readonly Done[]): void {
    this.#done.push(...done);
  }

  /** Throws CloudError when it is full. */
  note(input: Input): void {
    if (this.#done.length >= MOST_INPUTS)
      throw new CloudError(`${MOST_INPUTS} things were done in this world: start over, or start again`);
    const { nowMs, ranNow } = this.#world.scheduler;
    this.#done.push({ at: nowMs, n: ranNow, input });
  }

  get done(): readonly Done[] {
    return this.#done;
  }

  /** The whole world up to now. */
  get record(): WorldRecord {
    const { seed, startWallSeconds, scheduler, trace } = this.#world;
    return {
      seed,
      startWallSeconds,
      box: this.#box,
      begins: this.#begins,
      kept: { ...this.#kept },
      done: [...this.#done],
      end: { at: scheduler.nowMs, n: scheduler.ranNow },
      traceHash: trace.hash(),
    };
  }
}
