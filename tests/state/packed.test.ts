import fc from "fast-check";
import { expect, test } from "vitest";
import { frameBytes } from "../../firmware/journal/frame.js";
import { Belief } from "../../firmware/records/records.js";
import { type BoxState, emptyState } from "../../firmware/state/box-state.js";
import { applyCheckpoint, encodeCheckpoint } from "../../firmware/state/checkpoint.js";
import { PackedReader, packNumber } from "../../firmware/state/packed.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";

/** The board's journal sector; a checkpoint may take half of it. */
const SECTOR_BYTES = 16_384;

function largestState(bins: number, serial: string, seqs: number): BoxState {
  const state = emptyState();
  for (let bin = 0; bin < bins; bin++) {
    const seq = 2 ** 40 + seqs * bin;
    state.bins.set(bin, { seq, belief: Belief.taken, item: { fob: serial } });
    state.enabled.set(bin, { enabled: false, seq });
    state.faulty.add(bin);
    state.codes.used.set(bin, 99);
  }
  return state;
}

function sizeOf(state: BoxState, alignBytes: number): number {
  let bytes = frameBytes(2, alignBytes);
  for (const piece of encodeCheckpoint(state)) {
    expect(piece.length).toBeLessThanOrEqual(240);
    bytes += frameBytes(piece.length, alignBytes);
  }
  return bytes;
}

function restored(state: BoxState): BoxState {
  const copy = emptyState();
  for (const piece of encodeCheckpoint(state)) applyCheckpoint(copy, piece);
  return copy;
}

test("the largest state of 200 bins fits half of the board's journal sector at every alignment", () => {
  const state = largestState(200, "ABCDEFGHIJKLMNOP", 10_000);
  for (const alignBytes of [1, 4, 8, 16, 32]) expect(sizeOf(state, alignBytes)).toBeLessThanOrEqual(SECTOR_BYTES / 2);
  expect(restored(state)).toEqual(state);
});

test("whatever is in the bins comes back", () => {
  const item = fc.oneof(
    fc.constantFrom("same" as const, undefined),
    fc.record({ key: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }),
    fc.record({ fob: fc.string({ minLength: 1, maxLength: 16 }).map((text) => text.replace(/[^ -~]/g, "é")) }),
  );
  const seq = fc.oneof(fc.nat(1000), fc.integer({ min: 1, max: 2 ** 50 }));
  const bin = fc.nat(199);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(bin, fc.record({ seq, item, belief: fc.constantFrom(...Object.values(Belief)) }))),
      fc.array(fc.tuple(bin, fc.record({ enabled: fc.boolean(), seq }))),
      fc.array(bin),
      fc.array(fc.tuple(fc.nat(201), fc.nat(99))),
      (bins, enabled, faulty, used) => {
        const state = emptyState();
        for (const [at, change] of bins) state.bins.set(at, change);
        for (const [at, change] of enabled) state.enabled.set(at, change);
        for (const at of faulty) state.faulty.add(at);
        for (const [target, number] of used) state.codes.used.set(target, number);
        expect(restored(state)).toEqual(state);
      },
    ),
    { seed: 20_261_123, numRuns: 300 },
  );
});

test("an emergency opening comes back with what was believed before it", () => {
  const befores = [undefined, { seq: 12, belief: Belief.taken, item: { key: 7 } }] as const;
  for (const before of befores) {
    const state = emptyState();
    state.opening = { seq: 2 ** 40, bin: 199, before };
    expect(restored(state)).toEqual(state);
  }
});

test("what older firmware packed is read, and what a pick-up had emptied is in doubt", () => {
  // Bin, content (0 same, 1 empty, 2 key, 3 fob) and 4 for uncertain, sequence number, key or serial.
  const entries = Uint8Array.of(3, 1, 0, 4, 2, 1, 7, 5, 6, 2, 8, 6, 3, 3, 1, 65, 7, 4, 4);
  const state = emptyState();
  applyCheckpoint(state, encodeCbor({ chapter: 5, first: 10, entries }));
  expect([...state.bins]).toEqual([
    [3, { seq: 10, belief: Belief.doubt, item: undefined }],
    [4, { seq: 11, belief: Belief.holds, item: { key: 7 } }],
    [5, { seq: 12, belief: Belief.doubt, item: { key: 8 } }],
    [6, { seq: 13, belief: Belief.holds, item: { fob: "A" } }],
    [7, { seq: 14, belief: Belief.doubt, item: "same" }],
  ]);
});

test("whole numbers to 2^53 - 1 come back, in as few bytes as they need", () => {
  for (const [value, byteLength] of [
    [0, 1],
    [127, 1],
    [128, 2],
    [2 ** 28 - 1, 4],
    [2 ** 32, 5],
    [2 ** 53 - 1, 8],
  ] as const) {
    const bytes = packNumber(value);
    expect(bytes.length).toBe(byteLength);
    expect(new PackedReader(Uint8Array.from(bytes)).number()).toBe(value);
  }
});

test("beyond the end there are zeros", () => {
  const reader = new PackedReader(Uint8Array.of(7));
  expect([reader.byte(), reader.more, reader.byte(), reader.number()]).toEqual([7, false, 0, 0]);
});
