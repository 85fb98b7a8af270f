import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_MESSAGE_BYTES } from "../../hal/bridge/codes.js";
import { type BridgeFrame, BridgeFrameReader, encodeFrame, FrameLine } from "../../hal/bridge/frame.js";

const SEED = 20_261_123;
const message = fc.uint8Array({ minLength: 1, maxLength: 700 });
/** Few values, so that zeros and stretches of 254 other bytes come often. */
const plainMessage = fc
  .array(fc.constantFrom(0, 1, 255), { minLength: 1, maxLength: 800 })
  .map((list) => Uint8Array.from(list));

function read(reader: BridgeFrameReader, bytes: Uint8Array): BridgeFrame[] {
  const frames: BridgeFrame[] = [];
  reader.feed(bytes, (frame) => frames.push(frame));
  return frames;
}

test("what is framed comes out again, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(message, plainMessage), { maxLength: 4 }),
      fc.integer({ min: 1, max: 300 }),
      (messages, piece) => {
        const stream = join(messages.map((one, turn) => encodeFrame(turn, one)));
        const reader = new BridgeFrameReader();
        const frames: BridgeFrame[] = [];
        for (let at = 0; at < stream.length; at += piece) frames.push(...read(reader, stream.subarray(at, at + piece)));
        expect(frames).toEqual(messages.map((one, turn) => ({ turn, message: one })));
        expect(reader.dropped).toBe(0);
      },
    ),
    { seed: SEED },
  );
});

test("a frame has one zero, at its end, and costs 6 bytes and one in 254", () => {
  fc.assert(
    fc.property(plainMessage, (one) => {
      const frame = encodeFrame(7, one);
      expect(frame.indexOf(0)).toBe(frame.length - 1);
      expect(frame.length).toBeLessThanOrEqual(one.length + 7 + Math.ceil((one.length + 5) / 254));
    }),
    { seed: SEED },
  );
});

test("COBS as published: runs without a zero of 253, 254 and 255 bytes", () => {
  for (const length of [253, 254, 255, 508, 509, 1_016]) {
    const one = new Uint8Array(length).fill(0x11);
    expect(read(new BridgeFrameReader(), encodeFrame(1, one))).toEqual([{ turn: 1, message: one }]);
  }
});

test("after garbage the receiver is in step again at the next zero, and never takes garbage for a message", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), message, (garbage, one) => {
      const reader = new BridgeFrameReader();
      const frames = read(reader, join([garbage, Uint8Array.of(0), encodeFrame(3, one)]));
      expect(frames).toEqual([{ turn: 3, message: one }]);
    }),
    { seed: SEED },
  );
});

test("a changed, lost or doubled byte costs that frame and no other", () => {
  fc.assert(
    fc.property(
      message,
      message,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom("change", "lose", "double"),
      (first, second, where, by, what) => {
        const bytes = [...encodeFrame(1, first)];
        // The closing zero is spared: losing it joins two frames, which is the next test.
        const at = where % (bytes.length - 1);
        if (what === "change") bytes[at] = bytes[at]! ^ by;
        else if (what === "lose") bytes.splice(at, 1);
        else bytes.splice(at, 0, bytes[at]!);
        const frames = read(
          new BridgeFrameReader(),
          join([Uint8Array.from(bytes), Uint8Array.of(0), encodeFrame(2, second)]),
        );
        expect(frames).toEqual([{ turn: 2, message: second }]);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});

test("a lost end joins two frames: both are dropped, the third comes", () => {
  const one = Uint8Array.of(1, 2, 3);
  const reader = new BridgeFrameReader();
  const frames = read(reader, join([encodeFrame(1, one).slice(0, -1), encodeFrame(2, one), encodeFrame(3, one)]));
  expect(frames).toEqual([{ turn: 3, message: one }]);
  expect(reader.dropped).toBe(1);
});

test("what is longer than agreed is dropped without being kept", () => {
  const reader = new BridgeFrameReader(16);
  expect(read(reader, encodeFrame(1, new Uint8Array(17).fill(9)))).toEqual([]);
  expect(read(reader, new Uint8Array(100_000).fill(9))).toEqual([]);
  expect(read(reader, join([Uint8Array.of(0), encodeFrame(2, new Uint8Array(16).fill(9))]))).toHaveLength(1);
  expect(reader.dropped).toBe(2);
});

test("a message that cannot be framed is refused", () => {
  expect(() => encodeFrame(0, new Uint8Array(0))).toThrow(RangeError);
  expect(() => encodeFrame(0, new Uint8Array(MAX_MESSAGE_BYTES + 1))).toThrow(RangeError);
});

/** A call over a line that loses frames, with the resends of PROTOCOL.md section 6. Returns how often the far end carried it out. */
function callOver(losses: readonly boolean[]): { carriedOut: number; answers: string[] } {
  let carriedOut = 0;
  let lost = 0;
  const answers: string[] = [];
  const wire = (to: () => FrameLine, visit: (message: Uint8Array) => void) => (bytes: Uint8Array) => {
    // The zero that opens a line is not a frame.
    if (bytes.length > 1 && losses[lost++] === true) return;
    if (bytes.length > 1) to().feed(bytes, visit);
  };
  const near: FrameLine = new FrameLine(
    wire(
      () => far,
      (message) => {
        carriedOut++;
        far.send(Uint8Array.of(message[0]! + 100));
      },
    ),
  );
  const far: FrameLine = new FrameLine(
    wire(
      () => near,
      (message) => answers.push(String(message[0])),
    ),
  );
  for (const call of [1, 2, 3]) {
    near.send(Uint8Array.of(call));
    for (let tries = 0; answers.length < call && tries < 10; tries++) near.again();
  }
  return { carriedOut, answers };
}

test("over a line that loses frames every call is carried out once and answered once", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (pattern) => {
      expect(callOver(pattern)).toEqual({ carriedOut: 3, answers: ["101", "102", "103"] });
    }),
    { seed: SEED, numRuns: 300 },
  );
});

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
