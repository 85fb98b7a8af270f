import type { TimerId, TimersPort } from "../../ports/clock.js";
import type { LinkPort } from "../../ports/network.js";

/** ECMA-419's `connection` of an interface that has an address. */
const HAS_ADDRESS = 500;

/** What is used of the SDK's `embedded:network/interface/ethernet`. */
export interface EthernetInterface {
  readonly connection: number;
  connect(): void;
  close(): void;
}
export type EthernetConstructor = new (options: { onChanged: () => void }) => EthernetInterface;

/** Ethernet. The SDK cannot take its power away: stopped, it is only not used. */
export class EthernetLink implements LinkPort {
  readonly kind = "ethernet";
  onChange: ((up: boolean) => void) | undefined;
  /** Told when it goes down, before the firmware is. */
  onDown: (() => void) | undefined;
  readonly #io: EthernetConstructor;
  readonly #timers: TimersPort;
  readonly #enter: (work: () => void) => void;
  #interface: EthernetInterface | undefined;
  #soon: TimerId | undefined;
  #up = false;

  /** `enter` runs what the SDK calls back. */
  constructor(options: { io: EthernetConstructor; timers: TimersPort; enter: (work: () => void) => void }) {
    this.#io = options.io;
    this.#timers = options.timers;
    this.#enter = options.enter;
  }

  get up(): boolean {
    return this.#up;
  }

  start(): void {
    if (this.#interface !== undefined) return;
    // Always a new one: an interface that was disconnected forgets the address that the system keeps, and hears of none before
    // the lease is renewed. A new one has it at once, and tells nobody.
    this.#interface = new this.#io({ onChanged: () => this.#enter(() => this.#settle()) });
    if (this.#interface.connection !== HAS_ADDRESS) this.#interface.connect();
    this.#soon = this.#timers.set(0, () => this.#settle());
  }

  stop(): void {
    this.#interface?.close();
    this.#interface = undefined;
    if (this.#soon !== undefined) this.#timers.clear(this.#soon);
    this.#soon = undefined;
    if (!this.#up) return;
    this.#up = false;
    this.onDown?.();
  }

  #settle(): void {
    const up = this.#interface?.connection === HAS_ADDRESS;
    if (up === this.#up) return;
    this.#up = up;
    if (!up) this.onDown?.();
    this.onChange?.(up);
  }
}
