import type { TimersPort } from "../../hal/ports/clock.js";
import { FlashError } from "../../hal/ports/flash.js";
import type { ContentLook, SnapshotView } from "../snapshot/contract.js";
import { Deadline } from "../wiring/deadline.js";
import type { CurrentSnapshot } from "./current-snapshot.js";

/** From the start, and from one piece to the next, ms: it is in no hurry, and whoever is at the box is. */
const FIRST_MS = 60_000;
const PIECE_MS = 1_000;
/** From the end of one look to the next, ms. */
const PAUSE_MS = 86_400_000;

/**
 * Looks once a day whether the snapshot in force still is what came. A look-up cannot tell: of a flipped bit it sees a code that nobody
 * has, or a window that was never given.
 */
export class SnapshotWatch {
  readonly #snapshot: CurrentSnapshot;
  readonly #next: Deadline;
  /** The one that is looked at. */
  #view: SnapshotView | undefined;
  #look: ContentLook | undefined;

  constructor({ snapshot, timers }: SnapshotWatchNeeds) {
    this.#snapshot = snapshot;
    this.#next = new Deadline(timers);
  }

  start(): void {
    this.#next.set(FIRST_MS, () => this.#step());
  }

  #step(): void {
    const { view } = this.#snapshot;
    if (view !== this.#view) this.#look = undefined;
    this.#view = view;
    this.#look ??= view?.look();
    const found = this.#found();
    if (found === "rotten") this.#snapshot.rotted();
    if (found !== undefined) this.#look = undefined;
    this.#next.set(this.#look === undefined ? PAUSE_MS : PIECE_MS, () => this.#step());
  }

  /** Bytes that the part does not give are as bad as wrong ones. */
  #found(): ReturnType<ContentLook["step"]> {
    try {
      return this.#look?.step();
    } catch (error) {
      if (!(error instanceof FlashError)) throw error;
      return "rotten";
    }
  }
}

export interface SnapshotWatchNeeds {
  readonly snapshot: CurrentSnapshot;
  readonly timers: TimersPort;
}
