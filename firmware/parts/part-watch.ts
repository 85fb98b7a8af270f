import type { ClockPort, TimersPort } from "../../hal/ports/clock.js";
import type { PartFault } from "../../hal/ports/parts.js";
import { Kind } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";

const LOOK_MS = 10_000;
/** A part counts as working again after so long without a fault: one that comes and goes must not fill the journal. */
const WORKS_AGAIN_MS = 60_000;

/** Puts on record which of the board's parts stop and start to work, and knows which do not. */
export class PartWatch {
  readonly #faults: () => readonly PartFault[];
  readonly #ledger: Ledger;
  readonly #clock: ClockPort;
  readonly #timers: TimersPort;
  readonly #changed: () => void;
  /** By name of the part: when its fault was last seen, monotonic ms. */
  readonly #broken = new Map<string, number>();

  constructor(parts: {
    /** What is wrong now, a bounded set of names. */
    faults: () => readonly PartFault[];
    ledger: Ledger;
    clock: ClockPort;
    timers: TimersPort;
    /** The status strip and the cloud want to know. */
    changed: () => void;
  }) {
    this.#faults = parts.faults;
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
    this.#timers = parts.timers;
    this.#changed = parts.changed;
  }

  start(): void {
    this.look();
    this.#timers.set(LOOK_MS, () => this.start());
  }

  /** Names of the parts that do not work. */
  get broken(): readonly string[] {
    return [...this.#broken.keys()];
  }

  look(): void {
    const nowMs = this.#clock.monotonicMs();
    let isNews = false;
    for (const { name, reason } of this.#faults()) {
      if (!this.#broken.has(name)) {
        isNews = true;
        this.#ledger.note({ kind: Kind.device, name, reason });
      }
      this.#broken.set(name, nowMs);
    }
    for (const [name, seenMs] of this.#broken) {
      if (nowMs - seenMs < WORKS_AGAIN_MS) continue;
      isNews = true;
      this.#broken.delete(name);
      this.#ledger.note({ kind: Kind.device, name });
    }
    if (isNews) this.#changed();
  }
}
