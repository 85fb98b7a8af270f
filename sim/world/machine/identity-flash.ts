import { NorFlash } from "../devices/nor-flash.js";

/** The part that keeps a box's identity, as the factory wrote it; larger where `content` does not fit. */
export function identityFlash(
  content: Uint8Array,
  partition: { readonly sizeBytes: number; readonly sectorBytes: number },
): NorFlash {
  const { sectorBytes } = partition;
  const sizeBytes = Math.max(partition.sizeBytes, Math.ceil(content.length / sectorBytes) * sectorBytes);
  const image = new Uint8Array(sizeBytes).fill(0xff);
  image.set(content);
  return new NorFlash({ sizeBytes, sectorBytes, alignBytes: 1, image });
}
