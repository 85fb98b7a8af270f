import type { NorFlash } from "../../world/devices/nor-flash.js";
import { type JournalDump, readSectors } from "../journal-reader/reader.js";
import { Sector } from "../journal-reader/sector.js";

/** A journal that somebody looks at again and again: the judge at every pulse, and little has changed since. */
class JournalLook {
  readonly #flash: NorFlash;
  readonly #sectors: Sector[] = [];
  /** The flash's, at the last look. */
  readonly #revisions: Uint32Array;
  #dump: JournalDump | undefined;

  constructor(flash: NorFlash) {
    this.#flash = flash;
    this.#revisions = new Uint32Array(flash.revisions.length);
  }

  /** As it stands now; sectors that have not changed since the last look are not read again. */
  dump(): JournalDump {
    let isSame = true;
    for (let index = 0; index < this.#revisions.length; index++) {
      const revision = this.#flash.revisions[index]!;
      if (this.#sectors[index] !== undefined && this.#revisions[index] === revision) continue;
      this.#revisions[index] = revision;
      this.#sectors[index] = new Sector(index, this.#bytesOf(index), this.#sectors[index]);
      isSame = false;
    }
    if (this.#dump === undefined || !isSame) this.#dump = readSectors(this.#sectors, this.#flash.alignBytes);
    return this.#dump;
  }

  #bytesOf(index: number): Uint8Array {
    const { sectorBytes } = this.#flash;
    const bytes = new Uint8Array(sectorBytes);
    this.#flash.look(1 + index).read(index * sectorBytes, bytes);
    return bytes;
  }
}

const LOOKS = new WeakMap<NorFlash, JournalLook>();

/** The journal as it stands on the flash. */
export function journalOn(flash: NorFlash): JournalDump {
  const look = LOOKS.get(flash) ?? new JournalLook(flash);
  LOOKS.set(flash, look);
  return look.dump();
}
