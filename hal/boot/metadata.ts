import { crc32 } from "../bytes/crc32.js";
import { u32 } from "../bytes/little-endian.js";
import { FlashError, type FlashPort } from "../ports/flash.js";
import type { Slot } from "../ports/update.js";

/** The boot metadata, two copies: firmware/update/SPEC.md section 3. Shared by the boot stub and the firmware. */

/** Sectors at the start of the partition `update`. */
export const METADATA_SECTORS = 2;
const RECORD_BYTES = 64;
/** `SBBM`. */
const MAGIC = 0x4d42_4253;
const FORMAT = 1;
const NONE = 255;

const Field = {
  magic: 0,
  format: 4,
  confirmed: 5,
  trial: 6,
  tries: 7,
  sequence: 8,
  release: 12,
  trialRelease: 16,
  floor: 20,
  returned: 24,
  why: 28,
  crc: 60,
} as const;

export interface BootMetadata {
  readonly confirmed: Slot;
  /** Release in the confirmed slot. */
  readonly release: number;
  /** What is to be tried, or is being tried. */
  readonly trial: { readonly slot: Slot; readonly release: number; readonly tries: number } | undefined;
  readonly floor: number;
  /** Tried and given up, since another image was confirmed. */
  readonly returned: { readonly release: number; readonly why: number } | undefined;
}

interface Copy {
  readonly sector: 0 | 1;
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

export class MetadataStore {
  readonly #flash: FlashPort;
  /** What somebody goes by. A weak copy beside it may read as a newer record by now: nobody knows that one, and it is written over. */
  #inForce: Copy | undefined;

  /** Throws FlashError where there is no room for two copies. */
  constructor(flash: FlashPort) {
    if (flash.sizeBytes < METADATA_SECTORS * flash.sectorBytes) throw new FlashError("boot metadata: no room");
    this.#flash = flash;
  }

  /** What is in force, made firm before it is acted on. Undefined: neither copy is sound. */
  read(): BootMetadata | undefined {
    const copy = this.#newest();
    this.#inForce = copy;
    if (copy === undefined) return undefined;
    this.#firm(copy);
    return decode(copy.bytes);
  }

  /** In place of what was read last. Throws FlashError where the part does not take it; what was in force stays so. */
  write(next: BootMetadata): void {
    const { sectorBytes } = this.#flash;
    const present = this.#inForce ?? this.#newest();
    if (present !== undefined && !this.#firm(present)) throw new FlashError("boot metadata: the copy in force is weak");
    const sector = present?.sector === 0 ? 1 : 0;
    const sequence = (present?.sequence ?? 0) + 1;
    const bytes = encode(next, sequence);
    const at = sector * sectorBytes;
    this.#flash.erase(at);
    if (!this.#reads(at, new Uint8Array(RECORD_BYTES).fill(0xff)))
      throw new FlashError(`boot metadata: erase ${at} failed`);
    this.#flash.program(at, bytes);
    if (!this.#reads(at, bytes)) throw new FlashError(`boot metadata: program ${at} failed`);
    this.#inForce = { sector, sequence, bytes };
  }

  #newest(): Copy | undefined {
    const [a, b] = [this.#copy(0), this.#copy(1)];
    if (a === undefined || b === undefined) return a ?? b;
    // Behind 2^32-1 comes 0.
    return ((a.sequence - b.sequence) | 0) > 0 ? a : b;
  }

  #copy(sector: 0 | 1): Copy | undefined {
    const bytes = new Uint8Array(RECORD_BYTES);
    this.#flash.read(sector * this.#flash.sectorBytes, bytes);
    return isSound(bytes) ? { sector, sequence: u32(bytes, Field.sequence), bytes } : undefined;
  }

  /** Bits that a cut left weak read by chance; programmed again they stay. False: it reads otherwise, or cannot be programmed. */
  #firm({ sector, bytes }: Copy): boolean {
    const at = sector * this.#flash.sectorBytes;
    try {
      this.#flash.program(at, bytes);
    } catch (error) {
      if (error instanceof FlashError) return false;
      throw error;
    }
    return this.#reads(at, bytes);
  }

  #reads(at: number, expected: Uint8Array): boolean {
    const bytes = new Uint8Array(expected.length);
    this.#flash.read(at, bytes);
    return bytes.every((byte, i) => byte === expected[i]);
  }
}

function isSound(bytes: Uint8Array): boolean {
  const { confirmed, trial } = Field;
  return (
    u32(bytes, Field.magic) === MAGIC &&
    bytes[Field.format] === FORMAT &&
    u32(bytes, Field.crc) === crc32(bytes, 0, Field.crc) &&
    bytes[confirmed]! <= 1 &&
    (bytes[trial]! <= 1 || bytes[trial] === NONE)
  );
}

function encode({ confirmed, release, trial, floor, returned }: BootMetadata, sequence: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(Field.magic, MAGIC, true);
  bytes[Field.format] = FORMAT;
  bytes[Field.confirmed] = confirmed;
  bytes[Field.trial] = trial?.slot ?? NONE;
  bytes[Field.tries] = trial?.tries ?? 0;
  view.setUint32(Field.sequence, sequence, true);
  view.setUint32(Field.release, release, true);
  view.setUint32(Field.trialRelease, trial?.release ?? 0, true);
  view.setUint32(Field.floor, floor, true);
  view.setUint32(Field.returned, returned?.release ?? 0, true);
  bytes[Field.why] = returned?.why ?? 0;
  view.setUint32(Field.crc, crc32(bytes, 0, Field.crc), true);
  return bytes;
}

function decode(bytes: Uint8Array): BootMetadata {
  const slot = bytes[Field.trial]!;
  const returned = u32(bytes, Field.returned);
  return {
    confirmed: bytes[Field.confirmed] as Slot,
    release: u32(bytes, Field.release),
    trial:
      slot === NONE
        ? undefined
        : { slot: slot as Slot, release: u32(bytes, Field.trialRelease), tries: bytes[Field.tries]! },
    floor: u32(bytes, Field.floor),
    returned: returned === 0 ? undefined : { release: returned, why: bytes[Field.why]! },
  };
}
