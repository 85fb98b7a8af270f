import type { Hal } from "../../hal/ports/hal.js";
import type { SleepPort, WakeCause } from "../../hal/ports/power.js";
import type { TracePort } from "../../hal/ports/trace.js";
import { type CrashReport, LastWords } from "./last-words.js";

export interface KeptHal {
  /** The same board: its trace is kept as well, and sleep and restart are told from the end by a fault. */
  readonly hal: Hal;
  /** What the boot before left when it ended by a fault. */
  readonly crash: CrashReport | undefined;
  /** Boots before this one that faults ended, one after the other. */
  readonly inARow: number;
  /** Undefined: the board has no memory for them. */
  readonly words: LastWords | undefined;
}

/** The board's trace; the last lines are kept. */
class KeptTrace implements TracePort {
  readonly #words: LastWords;
  readonly #trace: TracePort;

  constructor(words: LastWords, trace: TracePort) {
    this.#words = words;
    this.#trace = trace;
  }

  line(text: string): void {
    this.#words.line(text);
    this.#trace.line(text);
  }
}

/** The board's sleep; an end that was meant is no crash. */
class MeantSleep implements SleepPort {
  readonly wakeCause: WakeCause;
  readonly #words: LastWords;
  readonly #sleep: SleepPort;

  constructor(words: LastWords, sleep: SleepPort) {
    this.wakeCause = sleep.wakeCause;
    this.#words = words;
    this.#sleep = sleep;
  }

  sleep(options: Parameters<SleepPort["sleep"]>[0]): never {
    this.#words.end();
    return this.#sleep.sleep(options);
  }

  restart(): never {
    this.#words.end();
    return this.#sleep.restart();
  }
}

/** Takes what the last boot left, and has the words of this one kept, where the board has memory for it. */
export function keepLastWords(hal: Hal): KeptHal {
  const port = hal.crash;
  if (port === undefined) return { hal, crash: undefined, inARow: 0, words: undefined };
  const words = new LastWords(port.kept);
  const { sleep, trace } = hal;
  const crash = words.take(sleep.wakeCause, port.resetReason);
  port.onFault = (reason) => words.fault(reason);
  const kept = { ...hal, trace: new KeptTrace(words, trace), sleep: new MeantSleep(words, sleep) };
  return { hal: kept, crash, inARow: words.inARow, words };
}
