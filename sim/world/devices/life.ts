import type { WakeCause } from "../../../hal/ports/power.js";
import { PowerCut } from "./power-cut.js";
import type { Processor } from "./processor.js";

/** A processor that is never busy. */
const UNBURDENED: Pick<Processor, "idle" | "run"> = { idle: true, run: (work) => work() };

/**
 * One boot of the firmware, from reset to sleep, restart or loss of power. Every port that a boot gets is bound to its life:
 * when that is over, its callbacks are dropped and its calls throw PowerCut, so nothing of an old boot runs on.
 */
export class Life {
  readonly wakeCause: WakeCause;
  readonly bornMs: number;
  readonly #enter: (life: Life, work: () => void) => void;
  readonly #processor: Pick<Processor, "idle" | "run">;
  readonly #endings: (() => void)[] = [];
  #running = true;

  /** `enter`: the machine's loop edge; it runs firmware code and takes what that throws. */
  constructor(
    wakeCause: WakeCause,
    bornMs: number,
    enter: (life: Life, work: () => void) => void,
    processor: Pick<Processor, "idle" | "run"> = UNBURDENED,
  ) {
    this.#processor = processor;
    this.wakeCause = wakeCause;
    this.bornMs = bornMs;
    this.#enter = enter;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Throws PowerCut when this boot is over. First and, after anything that may cut the power, last in every HAL call. */
  check(): void {
    if (!this.#running) throw new PowerCut("this boot is over");
  }

  /** What is called next runs at once. */
  get idle(): boolean {
    return this.#processor.idle;
  }

  /** Runs firmware code from the loop, when the processor has done what came before; does nothing when this boot is over. */
  call(work: (() => void) | undefined): void {
    if (!this.#running || work === undefined) return;
    this.#processor.run(() => {
      if (this.#running) this.#enter(this, work);
    });
  }

  /** `ending` runs once when this boot ends: timers, radios and locks let go. */
  onEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  end(): void {
    if (!this.#running) return;
    this.#running = false;
    for (const ending of this.#endings) ending();
  }
}
