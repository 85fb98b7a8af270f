const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  return crc;
});

/** CRC-32 of IEEE 802.3 over `chunks` one after the other. */
export function crc32(...chunks: readonly Uint8Array[]): number {
  let crc = 0xffff_ffff;
  for (const chunk of chunks) for (const byte of chunk) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}
