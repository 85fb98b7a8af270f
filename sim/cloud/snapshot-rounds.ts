import type { TimerId, TimersPort } from "../../hal/ports/clock.js";
import { CloudError } from "./domain.js";
import type { MadeSnapshot, Snapshots } from "./snapshots.js";

/** Changes to the organisation come in runs: snapshots are made when none came for this long, ms. */
const DEBOUNCE_MS = 1_000;
/** Snapshots that are made in one go, and committed together: so many boxes may keep the others waiting. */
const AT_ONCE = 50;

export interface SnapshotRoundsNeeds {
  readonly snapshots: Snapshots;
  readonly timers: TimersPort;
  readonly boxes: () => readonly string[];
  /** Calls back when everything up to now is durable. */
  readonly whenDurable: (then: () => void) => void;
  /** Tells the box, if it is there, of its newest snapshot. */
  readonly offer: (box: string) => void;
  readonly onProblem: (message: string) => void;
}

/** After a change, looks at every box whether it needs a newer snapshot, and offers it: a commit for each round, not for each box. */
export class SnapshotRounds {
  readonly #needs: SnapshotRoundsNeeds;
  #timer: TimerId | undefined;
  /** Boxes still to be looked at. */
  #left: string[] = [];
  #isClosed = false;

  constructor(needs: SnapshotRoundsNeeds) {
    this.#needs = needs;
  }

  /** Something changed that boxes may have to know. */
  soon(): void {
    this.#again(DEBOUNCE_MS, () => {
      const { boxes, snapshots } = this.#needs;
      // Boxes that never said hello get theirs when they do.
      this.#left = boxes().filter((box) => snapshots.newest(box) !== undefined);
      this.#round();
    });
  }

  /** A new version for the box, to be installed when it is durable; undefined: it needs none, or none can be made, which is told. */
  tryMake(box: string): MadeSnapshot | undefined {
    try {
      return this.#needs.snapshots.make(box);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      this.#needs.onProblem(error.message);
      return undefined;
    }
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#needs.timers.clear(this.#timer);
  }

  #round(): void {
    const made = this.#left.splice(0, AT_ONCE).flatMap((box) => {
      const snapshot = this.tryMake(box);
      return snapshot === undefined ? [] : [{ box, snapshot }];
    });
    if (made.length > 0) this.#needs.whenDurable(() => this.#install(made));
    if (this.#left.length > 0) this.#again(0, () => this.#round());
  }

  #install(made: readonly { readonly box: string; readonly snapshot: MadeSnapshot }[]): void {
    for (const { box, snapshot } of made) {
      this.#needs.snapshots.install(box, snapshot);
      this.#needs.offer(box);
    }
  }

  #again(delayMs: number, act: () => void): void {
    if (this.#isClosed) return;
    const { timers } = this.#needs;
    if (this.#timer !== undefined) timers.clear(this.#timer);
    this.#timer = timers.set(delayMs, () => {
      this.#timer = undefined;
      act();
    });
  }
}
