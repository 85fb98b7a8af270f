import type { FlashPort } from "../../hal/ports/flash.js";
import { MessageError } from "../wire/shape.js";
import { FrameMagic, frameBytes, readFrame, writeFrame } from "./frame.js";
import { KeyList, SignedEnvelope } from "./manifest.js";

/** Sectors of the store, one a copy. */
const COPIES = [0, 1] as const;

/** The list of release keys in force, and its next one (SPEC.md section 5). Nothing of it stays in RAM. */
export class KeyStore {
  readonly #flash: FlashPort;

  constructor(store: FlashPort) {
    this.#flash = store;
  }

  /** The sound copy with the higher version; undefined: there is none, and no release can be taken. */
  read(): KeyList | undefined {
    return this.#newest()?.list;
  }

  /** Puts the list that `envelope` holds in force, over the copy that is not. Throws FlashError; what was in force stays so then. */
  write(envelope: Uint8Array): void {
    const sector = this.#newest()?.sector === 0 ? 1 : 0;
    writeFrame(this.#flash, sector * this.#flash.sectorBytes, FrameMagic.keys, { content: envelope, failures: 0 });
  }

  #newest(): { readonly sector: number; readonly list: KeyList } | undefined {
    let newest: { readonly sector: number; readonly list: KeyList } | undefined;
    for (const sector of COPIES) {
      const list = this.#copy(sector);
      if (list !== undefined && list.version > (newest?.list.version ?? 0)) newest = { sector, list };
    }
    return newest;
  }

  #copy(sector: number): KeyList | undefined {
    const frame = readFrame(this.#flash, sector * this.#flash.sectorBytes, FrameMagic.keys);
    return frame && decodeKeys(frame.content);
  }
}

/** What the factory writes into the first sector of the store. */
export function factoryKeys(list: KeyList, alignBytes: number): Uint8Array {
  const content = SignedEnvelope.encode({ manifest: KeyList.encode(list), signatures: [] });
  return frameBytes(FrameMagic.keys, { content, failures: 0 }, alignBytes);
}

function decodeKeys(envelope: Uint8Array): KeyList | undefined {
  try {
    return KeyList.decode(SignedEnvelope.decode(envelope).manifest);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}
