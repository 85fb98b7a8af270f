/** CRC-32 of IEEE 802.3 over `chunks` one after the other, bit by bit: a second opinion, not a fast one. */
export function crc32(...chunks: readonly Uint8Array[]): number {
  let crc = 0xffff_ffff;
  for (const chunk of chunks) {
    for (const byte of chunk) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
    }
  }
  return ~crc >>> 0;
}
