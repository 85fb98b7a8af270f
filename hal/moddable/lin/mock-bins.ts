import { binLabel, unitLetter } from "../../ports/bin-label.js";
import { BinError, type BinsPort, type DoorState } from "../../ports/bins.js";
import type { TimersPort } from "../../ports/clock.js";

const PULSE_MS = 300;
const MOUNT_MS = 5_000;
/** From the start of a pulse to an open door that was seen and debounced, ms. */
const OPENS_AFTER_MS = 210;

/** Bins whose doors spring open when they are unlocked and stay so until somebody shuts them. */
export class MockBins implements BinsPort {
  readonly count: number;
  onDoor: ((bin: number, state: DoorState) => void) | undefined;
  readonly #timers: TimersPort;
  readonly #tell: (message: object) => void;
  readonly #open = new Set<number>();
  #isBusy = false;

  constructor(options: { count: number; timers: TimersPort; tell: (message: object) => void }) {
    this.count = options.count;
    this.#timers = options.timers;
    this.#tell = options.tell;
  }

  label(bin: number): string {
    if (!(bin >= 0 && bin < this.count)) throw new RangeError(`no bin ${bin}`);
    return binLabel(unitLetter(Math.floor(bin / 12)), (bin % 12) + 1);
  }

  unlock(bin: number): void {
    this.#energise(this.label(bin), PULSE_MS);
    this.#tell({ tell: "pulse", bin });
    this.#timers.set(OPENS_AFTER_MS, () => this.move(bin, true));
  }

  door(bin: number): DoorState {
    this.label(bin);
    return this.#open.has(bin) ? "open" : "closed";
  }

  releaseMount(): void {
    this.#energise("the wall latch", MOUNT_MS);
    this.#tell({ tell: "mount" });
  }

  /** The door is moved, by the spring or by a hand. */
  move(bin: number, open: boolean): void {
    if (this.#open.has(bin) === open) return;
    if (open) this.#open.add(bin);
    else this.#open.delete(bin);
    this.#tell({ tell: "door", bin, open });
    this.onDoor?.(bin, open ? "open" : "closed");
  }

  #energise(what: string, ms: number): void {
    if (this.#isBusy) throw new BinError(`${what}: another lock is being driven`);
    this.#isBusy = true;
    this.#timers.set(ms, () => {
      this.#isBusy = false;
    });
  }
}
