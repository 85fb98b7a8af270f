import type { Pace } from "../../page/shared/state.js";

/** `next` is as fast as the host can. */
const NEXT_RATE = 1_000_000;
/** Nothing to notice for so long: it gives up, virtual ms. */
const NEXT_LIMIT_MS = 7 * 86_400_000;
/** What is noticed is compared at most so often, virtual ms. */
const LOOK_MS = 250;

/** How fast the clock is to go, while nothing is on its way between box, broker and cloud. */
export class PaceKeeper {
  #pace: Pace = 1;
  #noticed: () => string = () => "";
  #before = "";
  #begunMs: number | undefined;
  #lookAtMs = 0;

  get pace(): Pace {
    return this.#pace;
  }

  get isFast(): boolean {
    return this.#pace === "next" || this.#pace > 1;
  }

  get isPaused(): boolean {
    return this.#pace === 0;
  }

  get rate(): number {
    return this.#pace === "next" ? NEXT_RATE : this.#pace;
  }

  /** `noticed`: what `next` waits for a change of. */
  set(pace: Pace, noticed: () => string): void {
    this.#pace = pace;
    this.#noticed = noticed;
    this.#before = pace === "next" ? noticed() : "";
    this.#begunMs = undefined;
    this.#lookAtMs = 0;
  }

  /** To be called as time goes by: ends `next` when something happened. */
  look(nowMs: number): void {
    if (this.#pace !== "next" || nowMs < this.#lookAtMs) return;
    this.#begunMs ??= nowMs;
    this.#lookAtMs = nowMs + LOOK_MS;
    if (this.#noticed() !== this.#before || nowMs - this.#begunMs > NEXT_LIMIT_MS) this.#pace = 1;
  }
}
