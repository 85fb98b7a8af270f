import type { Site } from "./site.js";

/** Of a board, at 24 instructions each and one a cycle at 240 MHz. */
const COMPUTRONS_A_MS = 10_000;
const MINUTE_MS = 60_000;

/** How busy a box was with sealed messages, over all boots. */
export class SealingLoad {
  /** In all, ms. */
  busyMs = 0;
  /** In the minute, by the world's clock, in which it was most, ms. */
  busiestMinuteMs = 0;
  #minute = 0;
  #minuteMs = 0;

  add(ms: number, nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    this.#minuteMs = minute === this.#minute ? this.#minuteMs + ms : ms;
    this.#minute = minute;
    this.busyMs += ms;
    this.busiestMinuteMs = Math.max(this.busiestMinuteMs, this.#minuteMs);
  }
}

/** What one boot's processor is busy with. What happens at its ports meanwhile waits, in its order, as in the board's loop. */
export class Processor {
  readonly #site: Site;
  readonly #openingComputrons: () => number;
  readonly #load: SealingLoad;
  readonly #waiting: (() => void)[] = [];
  #busyUntilMs = 0;
  #isInside = false;

  /** `openingComputrons`: what sealed messages have cost the engine so far. */
  constructor(site: Site, load: SealingLoad, openingComputrons: () => number) {
    this.#site = site;
    this.#load = load;
    this.#openingComputrons = openingComputrons;
  }

  /** Nothing waits, and the next call is run at once. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#site.scheduler.nowMs >= this.#busyUntilMs;
  }

  /** Runs firmware code from the loop: now, or when what came before is done. */
  run(work: () => void): void {
    if (this.#isInside || this.idle) {
      this.#now(work);
      return;
    }
    this.#waiting.push(work);
    if (this.#waiting.length === 1) this.#goOnLater();
  }

  #now(work: () => void): void {
    if (this.#isInside) {
      work();
      return;
    }
    const before = this.#openingComputrons();
    this.#isInside = true;
    try {
      work();
    } finally {
      this.#isInside = false;
      const ms = Math.ceil((this.#openingComputrons() - before) / COMPUTRONS_A_MS);
      const { nowMs } = this.#site.scheduler;
      this.#load.add(ms, nowMs);
      this.#busyUntilMs = nowMs + ms;
    }
  }

  #goOnLater(): void {
    this.#site.scheduler.at(this.#busyUntilMs, () => {
      while (this.#waiting.length > 0 && this.#site.scheduler.nowMs >= this.#busyUntilMs) {
        // Still in the queue: what comes from inside its work has to line up behind the others.
        this.#now(this.#waiting[0]!);
        this.#waiting.shift();
      }
      if (this.#waiting.length > 0) this.#goOnLater();
    });
  }
}
