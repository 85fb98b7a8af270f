import Ethernet from "embedded:network/interface/ethernet";
import type { LinkPort } from "../../ports/network.js";
import { enter } from "../crash.js";

/** ECMA-419's `connection` of an interface that has an address. */
const HAS_ADDRESS = 500;

/** Ethernet. The SDK cannot take its power away: stopped, it is only not used. */
export class EthernetLink implements LinkPort {
  readonly kind = "ethernet";
  onChange: ((up: boolean) => void) | undefined;
  /** Told when it goes down, before the firmware is. */
  onDown: (() => void) | undefined;
  #interface: Ethernet | undefined;
  #isStarted = false;
  #up = false;

  get up(): boolean {
    return this.#up;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#interface ??= new Ethernet({ onChanged: () => enter(() => this.#settle()) });
    this.#interface.connect();
  }

  stop(): void {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#interface?.disconnect();
    this.#settle();
  }

  #settle(): void {
    const up = this.#isStarted && this.#interface?.connection === HAS_ADDRESS;
    if (up === this.#up) return;
    this.#up = up;
    if (!up) this.onDown?.();
    if (this.#isStarted) this.onChange?.(up);
  }
}
