import { describe, expect, it } from "vitest";
import {
  FIRST_WINDOW_BYTES,
  FLAT_ROUNDS,
  MAX_OUTSTANDING_BATCHES,
  MAX_WINDOW_BYTES,
} from "../../firmware/sync/limits.js";
import { SendWindow } from "../../firmware/sync/send-window.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";

const BATCH_BYTES = 3_300;

/** A way to the cloud and back with a delay, that takes so much a ms. */
class Way {
  readonly clock = new HandClock();
  readonly window = new SendWindow(this.clock);
  #last = 0;
  readonly #due: { readonly atMs: number; readonly last: number }[] = [];
  #freeMs = 0;

  run(forMs: number, way: { readonly roundTripMs: number; readonly bytesPerMs: number }): number {
    const from = this.#last;
    const { clock } = this;
    for (const endMs = clock.ms + forMs; clock.ms < endMs; clock.ms++) {
      while (this.#due[0] !== undefined && this.#due[0].atMs <= clock.ms) {
        this.window.acknowledged(this.#due.shift()!.last);
      }
      while (this.window.hasRoom) {
        this.#last += 96;
        this.window.sent(this.#last, BATCH_BYTES);
        this.#freeMs = Math.max(clock.ms, this.#freeMs) + BATCH_BYTES / way.bytesPerMs;
        this.#due.push({ atMs: this.#freeMs + way.roundTripMs, last: this.#last });
      }
    }
    return this.#last - from;
  }
}

describe("the window of what the cloud has not acknowledged", () => {
  it("grows on a long way until it holds what the way holds", () => {
    const way = new Way();
    way.run(2_000, { roundTripMs: 160, bytesPerMs: 20_000 });
    const records = way.run(1_600, { roundTripMs: 160, bytesPerMs: 20_000 });
    // As much as may be on its way, each round trip.
    expect(records / 1.6).toBeGreaterThan(0.9 * ((MAX_WINDOW_BYTES / BATCH_BYTES) * 96) * (1_000 / 160));
  });

  it("never holds more batches or bytes than it may", () => {
    const way = new Way();
    let most = 0;
    for (let i = 0; i < 200; i++) {
      way.run(20, { roundTripMs: 600, bytesPerMs: 10_000 });
      most = Math.max(most, way.window.bytes);
      expect(way.window.batches).toBeLessThanOrEqual(MAX_OUTSTANDING_BATCHES);
    }
    expect(most).toBeGreaterThan(MAX_WINDOW_BYTES - BATCH_BYTES);
    expect(most).toBeLessThan(MAX_WINDOW_BYTES + BATCH_BYTES);
  });

  it("begins anew as it began once nothing of the way is known", () => {
    const way = new Way();
    way.run(2_000, { roundTripMs: 160, bytesPerMs: 20_000 });
    expect(way.window.bytes).toBeGreaterThan(2 * FIRST_WINDOW_BYTES);
    way.window.clear();
    expect([way.window.bytes, way.window.batches]).toEqual([0, 0]);
    let sent = 0;
    while (way.window.hasRoom) way.window.sent(1_000_000 + ++sent, BATCH_BYTES);
    expect(way.window.bytes).toBeLessThan(FIRST_WINDOW_BYTES + BATCH_BYTES);
  });

  it("stops growing where more of it brings no more", () => {
    const way = new Way();
    // Slower than what the first window brings in a round trip.
    way.run(20_000, { roundTripMs: 100, bytesPerMs: 100 });
    expect(way.window.bytes).toBeLessThanOrEqual(2 * FIRST_WINDOW_BYTES + BATCH_BYTES);
    expect(FLAT_ROUNDS).toBeLessThan(10);
  });

  it("says nothing by rounds that lacked records: what it had stays", () => {
    const way = new Way();
    for (let i = 1; i <= 100; i++) {
      way.window.sent(i, BATCH_BYTES);
      way.clock.ms += 50;
      way.window.acknowledged(i);
    }
    let room = 0;
    for (let i = 101; way.window.hasRoom; i++) {
      way.window.sent(i, BATCH_BYTES);
      room += BATCH_BYTES;
    }
    expect(room).toBeLessThan(FIRST_WINDOW_BYTES + BATCH_BYTES);
  });

  it("counts what a cumulative ack covers, and begins anew when it is cleared", () => {
    const { window } = new Way();
    for (let i = 1; i <= 5; i++) window.sent(10 * i, 1_000);
    window.acknowledged(35);
    expect([window.batches, window.bytes]).toEqual([2, 2_000]);
    window.clear();
    expect([window.batches, window.bytes, window.hasRoom]).toEqual([0, 0, true]);
  });
});
