import { RegisterPart } from "./i2c-bus.js";
import type { Pin } from "./pins.js";

/** FT6236 by register, INT in polling mode: low while a finger is down. */
export class Ft6236 extends RegisterPart {
  readonly #interrupt: Pin;
  #point: { readonly x: number; readonly y: number } | undefined;

  constructor(interrupt: Pin) {
    super();
    this.#interrupt = interrupt;
  }

  /** A finger comes down or goes. */
  set finger(point: { readonly x: number; readonly y: number } | undefined) {
    this.#point = point;
    this.#interrupt.outside = point === undefined ? undefined : 0;
  }

  protected override write(): void {}

  protected override read(register: number): number {
    if (this.#point === undefined) return 0;
    const { x, y } = this.#point;
    // Event "contact" (2) in the upper bits of XH, finger 0 in those of YH.
    return [1, 0x80 | (x >> 8), x, y >> 8, y][register - 0x02] ?? 0;
  }
}
