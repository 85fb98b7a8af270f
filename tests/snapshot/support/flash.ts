import { NorFlash } from "../../../sim/world/devices/nor-flash.js";

export interface Geometry {
  readonly sectors?: number;
  readonly sectorBytes?: number;
  readonly alignBytes?: number;
  /** What every byte holds at first; erased if absent. */
  readonly fill?: number;
}

/** A partition; four sectors of 4 KiB unless said otherwise. */
export function makeFlash({ sectors = 4, sectorBytes = 4_096, alignBytes = 1, fill = 0xff }: Geometry = {}): NorFlash {
  const sizeBytes = sectors * sectorBytes;
  return new NorFlash({ sizeBytes, sectorBytes, alignBytes, image: new Uint8Array(sizeBytes).fill(fill) });
}

/** Changes content by no means that a part offers. */
export function poke(flash: NorFlash, offset: number, bytes: ArrayLike<number>): NorFlash {
  const image = flash.image();
  image.set(bytes, offset);
  flash.load(image);
  return flash;
}

export function forgetReads(flash: NorFlash): void {
  flash.reads = 0;
  flash.bytesRead = 0;
}
