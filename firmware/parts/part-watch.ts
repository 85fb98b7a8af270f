import type { Hal } from "../../hal/ports/hal.js";
import type { PartFault } from "../../hal/ports/parts.js";
import { Kind } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";
import type { Changes } from "../wiring/changes.js";

const LOOK_MS = 10_000;
/** A part counts as working again after so long without a fault: one that comes and goes must not fill the journal. */
const WORKS_AGAIN_MS = 60_000;

export interface PartWatchHost {
  /** What is wrong now, a bounded set of names. */
  partFaults(): readonly PartFault[];
}

export interface PartWatchNeeds {
  readonly hal: Pick<Hal, "clock" | "timers">;
  readonly ledger: Ledger;
  readonly host: PartWatchHost;
  readonly changes: Changes;
}

/** Puts on record which of the board's parts stop and start to work, and knows which do not. */
export class PartWatch {
  readonly #hal: PartWatchNeeds["hal"];
  readonly #ledger: Ledger;
  readonly #host: PartWatchHost;
  readonly #changes: Changes;
  /** By name of the part: when its fault was last seen, monotonic ms. */
  readonly #broken = new Map<string, number>();

  constructor({ hal, ledger, host, changes }: PartWatchNeeds) {
    this.#hal = hal;
    this.#ledger = ledger;
    this.#host = host;
    this.#changes = changes;
  }

  start(): void {
    this.look();
    this.#hal.timers.set(LOOK_MS, () => this.start());
  }

  /** Names of the parts that do not work. */
  get broken(): readonly string[] {
    return [...this.#broken.keys()];
  }

  look(): void {
    const nowMs = this.#hal.clock.monotonicMs();
    let isNews = false;
    this.#host.partFaults().forEach(({ name, reason }) => {
      if (!this.#broken.has(name)) {
        isNews = true;
        this.#ledger.note({ kind: Kind.device, name, reason });
      }
      this.#broken.set(name, nowMs);
    });
    this.#broken.forEach((seenMs, name) => {
      if (nowMs - seenMs < WORKS_AGAIN_MS) return;
      isNews = true;
      this.#broken.delete(name);
      this.#ledger.note({ kind: Kind.device, name });
    });
    if (isNews) this.#changes.tell();
  }
}
