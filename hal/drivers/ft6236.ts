import type { DigitalConstructor } from "../io/digital.js";
import { IoError } from "../io/io-error.js";
import type { SMBus, SMBusConstructor, SMBusOptions } from "../io/smbus.js";
import type { TimersPort } from "../ports/clock.js";
import type { PartFault } from "../ports/parts.js";
import { outcome } from "./retry.js";

/** TD_STATUS, P1_XH, P1_XL, P1_YH, P1_YL (FT6236 data sheet, register list of the operating mode). */
const TD_STATUS = 0x02;
const MAX_POINTS = 2;
/** Two readings of a point must agree, px: the bus has no checksum, and a flipped bit is another key. */
const SPREAD_PX = 16;
/** Between looks while a finger is down, and while none is: an interrupt may be missed, ms. */
const DOWN_MS = 20;
const LOOK_MS = 1_000;
/** Nobody holds a finger down for so long. */
const STUCK_MS = 30_000;

/** FocalTech FT6236 touch panel. A finger is told once, where it comes down. */
export class FT6236 {
  readonly #bus: SMBus;
  readonly #timers: TimersPort;
  /** ms that the finger has been down; undefined: none is. */
  #downMs: number | undefined;
  #fault: string | undefined;
  /** x and y in px of the panel, 0 to 4,095; never called from inside a method. */
  onTouch: ((x: number, y: number) => void) | undefined;

  constructor(options: {
    sensor: SMBusOptions & { io: SMBusConstructor };
    interrupt: { io: DigitalConstructor; pin: number };
    timers: TimersPort;
  }) {
    this.#bus = new options.sensor.io(options.sensor);
    this.#timers = options.timers;
    const { io, pin } = options.interrupt;
    new io({ pin, mode: io.InputPullUp, edge: io.Falling, onReadable: () => this.#look() });
    this.#timers.set(LOOK_MS, () => this.#watch());
  }

  faults(): readonly PartFault[] {
    return this.#fault === undefined ? [] : [{ name: "touch panel", reason: this.#fault.slice(0, 64) }];
  }

  #watch(): void {
    this.#timers.set(this.#downMs === undefined ? LOOK_MS : DOWN_MS, () => this.#watch());
    if (this.#downMs !== undefined) this.#downMs += DOWN_MS;
    this.#look();
  }

  #look(): void {
    const point = outcome(() => this.#steady());
    if (point instanceof IoError) {
      this.#fault = point.message;
      return;
    }
    const isNew = this.#downMs === undefined;
    this.#downMs = point === undefined ? undefined : (this.#downMs ?? 0);
    this.#fault = (this.#downMs ?? 0) >= STUCK_MS ? `touched for ${STUCK_MS / 1_000} s` : undefined;
    if (point !== undefined && isNew) this.onTouch?.(point.x, point.y);
  }

  #steady(): { x: number; y: number } | undefined {
    const before = this.#point();
    const now = this.#point();
    if (before === undefined || now === undefined) return undefined;
    const isSteady = Math.abs(now.x - before.x) <= SPREAD_PX && Math.abs(now.y - before.y) <= SPREAD_PX;
    if (!isSteady) throw new IoError("FT6236: no two readings agree");
    return now;
  }

  #point(): { x: number; y: number } | undefined {
    const bytes = new Uint8Array(5);
    this.#bus.readBuffer(TD_STATUS, bytes);
    const points = bytes[0]! & 0x0f;
    if (points > MAX_POINTS) throw new IoError(`FT6236: ${points} fingers`);
    if (points === 0) return undefined;
    return { x: ((bytes[1]! & 0x0f) << 8) | bytes[2]!, y: ((bytes[3]! & 0x0f) << 8) | bytes[4]! };
  }
}
