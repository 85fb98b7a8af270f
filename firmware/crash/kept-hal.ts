import type { Hal } from "../../hal/ports/hal.js";
import { type CrashReport, LastWords } from "./last-words.js";

export interface KeptHal {
  /** The same board: its trace is kept as well, and sleep and restart are told from the end by a fault. */
  readonly hal: Hal;
  /** What the boot before left when it ended by a fault. */
  readonly crash: CrashReport | undefined;
  /** Boots before this one that faults ended, one after the other. */
  readonly inARow: number;
  /** This boot is not one of them. */
  steady(): void;
}

/** Takes what the last boot left, and has the words of this one kept, where the board has memory for it. */
export function keepLastWords(hal: Hal): KeptHal {
  const port = hal.crash;
  if (port === undefined) return { hal, crash: undefined, inARow: 0, steady: () => {} };
  const words = new LastWords(port.kept);
  const { sleep, trace } = hal;
  const crash = words.take(sleep.wakeCause, port.resetReason);
  port.onFault = (reason) => words.fault(reason);
  return {
    crash,
    inARow: words.inARow,
    steady: () => words.steady(),
    hal: {
      ...hal,
      trace: {
        line: (text) => {
          words.line(text);
          trace.line(text);
        },
      },
      sleep: {
        wakeCause: sleep.wakeCause,
        sleep: (options) => {
          words.end();
          return sleep.sleep(options);
        },
        restart: () => {
          words.end();
          return sleep.restart();
        },
      },
    },
  };
}
