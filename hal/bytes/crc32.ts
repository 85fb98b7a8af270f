/**
 * One entry per byte value of the reflected polynomial 0xEDB88320. Signed: to XS a number above 2^31 is no integer, and slow. A plain array:
 * XS calls a function for each element of a typed one. It is prepared when an image is built, and lies in flash.
 */
const TABLE: readonly number[] = Object.freeze(makeTable());

function makeTable(): number[] {
  const table: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb8_8320 : remainder >>> 1;
    table.push(remainder | 0);
  }
  return table;
}

/**
 * Bytes from which on a view of words costs less than it saves: to XS an element of a typed array is a call, four bytes at a time or one.
 * Words are of the processor, which counts from the low byte on every target.
 */
const WORDS_PAY_FROM = 16;

/**
 * CRC-32 of IEEE 802.3 (the CRC of zlib and PNG) over `bytes` from `start` to before `end`; 0 to 2^32-1. `seed` is the CRC
 * of what came before, so that `crc32(b, 0, n, crc32(a))` is the CRC of a followed by b.
 */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0): number {
  let crc = ~seed;
  let at = start;
  if (end - start >= WORDS_PAY_FROM) {
    const { byteOffset } = bytes;
    while (((byteOffset + at) & 3) !== 0) crc = TABLE[(crc ^ bytes[at++]!) & 0xff]! ^ (crc >>> 8);
    const count = (end - at) >>> 2;
    const words = new Int32Array(bytes.buffer, byteOffset + at, count);
    for (let i = 0; i < count; i++) {
      crc ^= words[i]!;
      crc = TABLE[crc & 0xff]! ^ (crc >>> 8);
      crc = TABLE[crc & 0xff]! ^ (crc >>> 8);
      crc = TABLE[crc & 0xff]! ^ (crc >>> 8);
      crc = TABLE[crc & 0xff]! ^ (crc >>> 8);
    }
    at += count << 2;
  }
  for (; at < end; at++) crc = TABLE[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The same over the four bytes of `word`, low byte first. */
export function crc32Word(word: number, seed = 0): number {
  let crc = ~seed;
  for (let shift = 0; shift < 32; shift += 8) crc = TABLE[(crc ^ (word >>> shift)) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
