import type { ScheduledEvent, Scheduler } from "../clock/scheduler.js";
import type { Random } from "../random.js";
import type { Backhaul } from "./backhaul.js";

/** A piece that was lost is missed after so long: what lwIP waits for an answer at first is of that order, ms. */
const RETRANSMIT_MS = 1_000;

interface Piece {
  readonly bytes: Uint8Array;
  readonly dueMs: number;
}

/**
 * One direction of a connection over an backhaul: keeps the order, breaks what is written into pieces, delays them, and holds
 * them while the backhaul does not flow or the taker has had enough. Its writer bounds it with `queuedBytes`.
 */
export class Flow {
  readonly #scheduler: Scheduler;
  readonly #backhaul: Backhaul;
  readonly #random: Random;
  readonly #take: (bytes: Uint8Array) => boolean;
  #pieces: Piece[] = [];
  #queuedBytes = 0;
  #lastDueMs = 0;
  /** Until then the line carries what was pushed before. */
  #busyUntilMs = 0;
  #held = false;
  #event: ScheduledEvent | undefined;
  #finish: { readonly done: () => void; readonly dueMs: number } | undefined;
  /** Called after bytes have left. */
  onSpace: (() => void) | undefined;

  /** `take` gets each piece from the scheduler; false: no more before `release`. */
  constructor(options: {
    scheduler: Scheduler;
    backhaul: Backhaul;
    random: Random;
    take: (bytes: Uint8Array) => boolean;
  }) {
    this.#scheduler = options.scheduler;
    this.#backhaul = options.backhaul;
    this.#random = options.random;
    this.#take = options.take;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  push(bytes: Uint8Array): void {
    this.#lastDueMs = Math.max(this.#lastDueMs, this.#scheduler.nowMs + this.#backhaul.latencyMs);
    for (let at = 0; at < bytes.length; ) {
      const most = this.#backhaul.segmentBytes;
      const size = this.#backhaul.fragment ? 1 + this.#random.int(most) : most;
      this.#carry(Math.min(size, bytes.length - at));
      this.#pieces.push({ bytes: bytes.slice(at, at + size), dueMs: this.#lastDueMs });
      at += size;
    }
    this.#queuedBytes += bytes.length;
    this.kick();
  }

  /** A piece takes its time on a slow line, and one that is lost holds up those behind it. */
  #carry(size: number): void {
    const { quality, latencyMs } = this.#backhaul;
    if (quality === undefined) return;
    const begins = Math.max(this.#scheduler.nowMs, this.#busyUntilMs);
    this.#busyUntilMs = begins + Math.ceil((1_000 * size) / quality.bytesPerSecond);
    const isLost = this.#random.int(10_000) < 100 * quality.lossPercent;
    const arrives = this.#busyUntilMs + latencyMs + (isLost ? RETRANSMIT_MS : 0);
    this.#lastDueMs = Math.max(this.#lastDueMs, arrives);
  }

  /** The taker can take more again. */
  release(): void {
    this.#held = false;
    this.kick();
  }

  /** Calls `done` after everything that was pushed has left and the backhaul flows, a latency from now at the soonest. */
  finish(done: () => void): void {
    this.#lastDueMs = Math.max(this.#lastDueMs, this.#scheduler.nowMs + this.#backhaul.latencyMs);
    this.#finish = { done, dueMs: this.#lastDueMs };
    this.kick();
  }

  /** Forgets what is queued. */
  discard(): void {
    this.#pieces = [];
    this.#queuedBytes = 0;
    this.#finish = undefined;
    this.#held = false;
    this.#scheduler.cancel(this.#event);
    this.#event = undefined;
  }

  /** Looks again whether something can move. */
  kick(): void {
    const dueMs = this.#pieces[0]?.dueMs ?? this.#finish?.dueMs;
    if (this.#event !== undefined || dueMs === undefined || this.#held || !this.#backhaul.flowing) return;
    this.#event = this.#scheduler.at(dueMs, () => {
      this.#event = undefined;
      this.#move();
      this.kick();
    });
  }

  /** One piece an event, so that what a piece causes comes before the next piece. */
  #move(): void {
    if (!this.#backhaul.flowing) return;
    const piece = this.#pieces.shift();
    if (piece === undefined) {
      const finish = this.#finish;
      this.#finish = undefined;
      finish?.done();
      return;
    }
    this.#queuedBytes -= piece.bytes.length;
    if (!this.#take(piece.bytes)) this.#held = true;
    this.onSpace?.();
  }
}
