/** One entry per byte value of the reflected polynomial 0xEDB88320. Signed: to XS a number above 2^31 is no integer, and slow. */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb8_8320 : remainder >>> 1;
    table[byte] = remainder;
  }
  return table;
}

/**
 * CRC-32 of IEEE 802.3 (the CRC of zlib and PNG) over `bytes` from `start` to before `end`; 0 to 2^32-1. `seed` is the CRC
 * of what came before, so that `crc32(b, 0, n, crc32(a))` is the CRC of a followed by b.
 */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0): number {
  let crc = ~seed;
  for (let i = start; i < end; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The same over the four bytes of `word`, low byte first. */
export function crc32Word(word: number, seed = 0): number {
  let crc = ~seed;
  for (let shift = 0; shift < 32; shift += 8) crc = TABLE[(crc ^ (word >>> shift)) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
