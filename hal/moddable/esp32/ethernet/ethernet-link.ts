import type { TimerId, TimersPort } from "../../../ports/clock.js";
import type { LinkPort } from "../../../ports/network.js";
import type { TracePort } from "../../../ports/trace.js";

/** Before a chip that did not answer is tried again, ms. */
const AGAIN_MS = 10_000;

/** The chip, its driver and DHCP; `native.ts` on a board. */
export interface EthernetChip {
  /**
   * Sets the chip up and asks for an address. `changed` is called after `hasAddress` did, never from inside, and not after `stop`.
   * Returns ESP-IDF's error, 0: none; nothing runs after an error.
   */
  start(changed: () => void): number;
  /** Takes down all that `start` made. Idempotent. */
  stop(): void;
  hasAddress(): boolean;
}

export interface EthernetNeeds {
  readonly chip: EthernetChip;
  readonly timers: TimersPort;
  readonly trace: TracePort;
  /** Runs what the SDK calls back. */
  readonly enter: (work: () => void) => void;
}

/**
 * Ethernet. Each start sets everything up anew, the chip included: one that lost its supply in the meantime works again, and a cable that
 * stayed in is a link that comes up, so that DHCP asks.
 */
export class EthernetLink implements LinkPort {
  readonly kind = "ethernet";
  onChange: ((up: boolean) => void) | undefined;
  /** Told when it goes down, before the firmware is. */
  onDown: (() => void) | undefined;
  readonly #needs: EthernetNeeds;
  #isStarted = false;
  #again: TimerId | undefined;
  #up = false;

  constructor(needs: EthernetNeeds) {
    this.#needs = needs;
  }

  get up(): boolean {
    return this.#up;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#begin();
  }

  stop(): void {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    const { chip, timers } = this.#needs;
    if (this.#again !== undefined) timers.clear(this.#again);
    this.#again = undefined;
    chip.stop();
    if (!this.#up) return;
    this.#up = false;
    this.onDown?.();
  }

  #begin(): void {
    this.#again = undefined;
    const { chip, timers, trace, enter } = this.#needs;
    const error = chip.start(() => enter(() => this.#settle()));
    if (error === 0) return;
    trace.line(`ethernet: the chip does not start (ESP-IDF error ${error}): look at its supply and its SPI`);
    this.#again = timers.set(AGAIN_MS, () => this.#begin());
  }

  #settle(): void {
    const up = this.#isStarted && this.#needs.chip.hasAddress();
    if (up === this.#up) return;
    this.#up = up;
    if (!up) this.onDown?.();
    this.onChange?.(up);
  }
}
