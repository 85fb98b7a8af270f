import { KEYS } from "./keys.js";
import { Lane } from "./lanes.js";

/**
 * Lengths of bodies on the wire. A body's own length tells what is in it: a pick-up was 75 bytes and a return 79, for anybody who owns the
 * broker. Above the last size a body is filled up to a multiple of `STEP_BYTES`: a batch of many records tells little by its length, and doubling
 * it would cost.
 */
const SIZES: readonly number[] = [96, 192, 384, 768];
const STEP_BYTES = 128;
/** Key, and the head of an empty byte string: the least that padding takes. */
const LEAST_BYTES = 3;

/**
 * The least size on the lanes whose bodies differ by what happened or was ordered. An intent and its outcome fit into the least batch together.
 * Of the other lanes the length says no more than topic and order do.
 */
const LEAST_SIZE = new Map<Lane, number>([
  [Lane.records, 192],
  [Lane.status, 96],
  [Lane.command, 96],
]);

/** `body`, a CBOR map of this protocol, with a byte string of zeros under the key `padding` that brings it to one of a few sizes. */
export function padded(lane: Lane, body: Uint8Array): Uint8Array {
  const size = paddedBytes(lane, body.length);
  if (size === body.length) return body;
  const out = new Uint8Array(size);
  out.set(body);
  padInPlace(out, body.length);
  return out;
}

/** Bytes that a body of `length` bytes has on the wire. */
export function paddedBytes(lane: Lane, length: number): number {
  const least = LEAST_SIZE.get(lane);
  return least === undefined ? length : Math.max(least, sizeFor(length + LEAST_BYTES));
}

/** Bytes of the longest body that has at most `bytes` on the wire once it is padded; 0 or less: there is none. */
export function bodyBytesWithin(bytes: number): number {
  const steps = Math.floor(bytes / STEP_BYTES) * STEP_BYTES;
  const size = steps > SIZES.at(-1)! ? steps : Math.max(0, ...SIZES.filter((one) => one <= bytes));
  return size - LEAST_BYTES;
}

/** Fills `out`, which begins with a body of `length` bytes and goes on with zeros, as `padded` does. */
export function padInPlace(out: Uint8Array, length: number): void {
  countOneMore(out);
  out[length] = 0x18;
  out[length + 1] = KEYS.padding;
  writeHead(out, length + 2);
}

function sizeFor(length: number): number {
  return SIZES.find((size) => size >= length) ?? Math.ceil(length / STEP_BYTES) * STEP_BYTES;
}

/** Head of a byte string that ends with `out`. A longer head than its length needs is as good, and fills the room that a shorter one would leave. */
function writeHead(out: Uint8Array, at: number): void {
  const room = out.length - at;
  if (room <= 24) {
    out[at] = 0x40 + room - 1;
  } else if (room <= 257) {
    out[at] = 0x58;
    out[at + 1] = room - 2;
  } else {
    out[at] = 0x59;
    out[at + 1] = (room - 3) >> 8;
    out[at + 2] = (room - 3) & 0xff;
  }
}

/** Heads of maps as cbor-x writes them: the count in the first byte, or in the two after it. */
function countOneMore(map: Uint8Array): void {
  if (map[0] === 0xb9) map[2]!++;
  else if (map[0]! >= 0xa0 && map[0]! < 0xb7) map[0]!++;
  else throw new Error(`a body that begins with ${map[0]}`);
}
