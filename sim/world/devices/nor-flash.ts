import { FlashError, type FlashPort } from "../../../hal/ports/flash.js";
import { Random } from "../random.js";
import { PowerCut } from "./power-cut.js";

/*
 * Fault model.
 * - A program clears bits and never sets one. An erase sets every bit of a sector.
 * - A cut leaves every bit that was to change either changed, as it was, or unstable: it then reads 0 or 1 by chance, each
 *   time anew, until an erase sets it or a program clears it. Programming a 1 over an unstable bit does not settle it.
 * - After a cut the part is dead: every call throws PowerCut until `powerOn`.
 * - A sector may report errors, ignore commands silently, or have bits that are stuck.
 */

export interface NorFlashOptions {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly alignBytes: number;
  /** Of the chances of torn operations and unstable bits; 1 if absent. */
  readonly seed?: number;
  /** Content to start with, `sizeBytes` long; erased if absent. */
  readonly image?: Uint8Array;
}

/** Where the supply goes away. */
export interface CutPlan {
  /** Which program or erase, counted from now: 1 is the next. */
  readonly operation: number;
  /**
   * `before`: nothing of it is done. `after`: all of it is done, but the call does not return. A number: so many bytes are
   * done and the next one is torn. `scattered`: bits anywhere in the range are done, undone or unstable, as where a part
   * works on many cells at once.
   */
  readonly at: "before" | "after" | "scattered" | number;
}

/** How a sector misbehaves: it reports an error after doing part of the work, or does nothing and reports success. */
export type SectorFault = "program-error" | "erase-error" | "program-ignored" | "erase-ignored";

export interface FlashOperation {
  readonly kind: "read" | "program" | "erase";
  readonly offset: number;
  readonly byteLength: number;
  /** What is programmed; absent for the other kinds. Valid during the call only. */
  readonly bytes?: Uint8Array;
}

/** A raw NOR partition in memory, after the data sheets of the W25Q family. Counts and mishaps follow from the seed alone. */
export class NorFlash implements FlashPort {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly alignBytes: number;

  reads = 0;
  bytesRead = 0;
  programs = 0;
  bytesProgrammed = 0;
  erases = 0;
  /** Bits that a program asked to be 1 while they were 0: the caller took the place for erased. */
  overProgrammed = 0;
  /** Bits that a program asked to be 1 while they were unstable: the caller's data may change later. */
  overUnstable = 0;
  /** Erases of each sector so far. */
  readonly eraseCounts: Uint32Array;
  /** Of each sector: another number than before says that it may read otherwise than before (`unstableReads` apart). */
  readonly revisions: Uint32Array;
  /** How unstable bits read: each time by chance, or, as the worst that chance can do, all as if erased or all as if programmed. */
  unstableReads: "by-chance" | "as-1" | "as-0" = "by-chance";
  /** Called before an operation takes effect, after its arguments were checked. */
  onOperation: ((operation: FlashOperation) => void) | undefined;

  readonly #cells: Uint8Array;
  readonly #unstable: Uint8Array;
  readonly #sectorUnstable: Uint8Array;
  readonly #random: Random;
  readonly #faults = new Map<number, SectorFault>();
  readonly #stuck = new Map<number, { ones: number; zeros: number }>();
  #cut: { operationsLeft: number; at: CutPlan["at"] } | undefined;
  #dead = false;

  constructor(options: NorFlashOptions) {
    const { sizeBytes, sectorBytes, alignBytes, image } = options;
    if (sectorBytes <= 0 || sizeBytes <= 0 || sizeBytes % sectorBytes !== 0 || sectorBytes % alignBytes !== 0) {
      throw new RangeError(`no such flash: ${sizeBytes} bytes in sectors of ${sectorBytes}, aligned to ${alignBytes}`);
    }
    if (image !== undefined && image.length !== sizeBytes) {
      throw new RangeError(`the image has ${image.length} bytes, the flash ${sizeBytes}`);
    }
    this.sizeBytes = sizeBytes;
    this.sectorBytes = sectorBytes;
    this.alignBytes = alignBytes;
    this.#random = new Random(options.seed ?? 1);
    this.#cells = image === undefined ? new Uint8Array(sizeBytes).fill(0xff) : image.slice();
    this.#unstable = new Uint8Array(sizeBytes);
    this.#sectorUnstable = new Uint8Array(sizeBytes / sectorBytes);
    this.eraseCounts = new Uint32Array(sizeBytes / sectorBytes);
    this.revisions = new Uint32Array(sizeBytes / sectorBytes);
  }

  /** A part in the same state, with chances of its own: to try what a cut at this moment would do. Plans and hooks stay here. */
  clone(seed: number): NorFlash {
    const copy = new NorFlash({ ...this.#geometry(), seed, image: this.#cells });
    copy.#unstable.set(this.#unstable);
    copy.#sectorUnstable.set(this.#sectorUnstable);
    copy.eraseCounts.set(this.eraseCounts);
    for (const [sector, fault] of this.#faults) copy.#faults.set(sector, fault);
    for (const [offset, bits] of this.#stuck) copy.#stuck.set(offset, { ...bits });
    return copy;
  }

  /**
   * A port for whoever looks on: reads are neither counted nor told, and the chances of unstable bits are its own. It shows
   * what is there at each read, and cannot be written.
   */
  look(seed: number): FlashPort {
    const random = new Random(seed);
    const refuse = () => {
      throw new FlashError("an onlooker writes nothing");
    };
    return {
      sizeBytes: this.sizeBytes,
      sectorBytes: this.sectorBytes,
      alignBytes: this.alignBytes,
      read: (offset, into) => this.#sample(offset, into, random),
      program: refuse,
      erase: refuse,
    };
  }

  /** The content as one read of everything might give it, not counted; it takes no chance from the world. */
  image(): Uint8Array {
    const out = new Uint8Array(this.sizeBytes);
    this.#sample(0, out, new Random(1));
    return out;
  }

  /** Replaces the whole content; settles every unstable bit. */
  load(image: Uint8Array): void {
    if (image.length !== this.sizeBytes) throw new RangeError(`the image has ${image.length} bytes`);
    this.#cells.set(image);
    this.#unstable.fill(0);
    this.#sectorUnstable.fill(0);
    this.#changed(0, this.sizeBytes);
  }

  /** Plans the next cut, or none. Replaces the plan before. */
  planCut(plan: CutPlan | undefined): void {
    this.#cut = plan === undefined ? undefined : { operationsLeft: plan.operation, at: plan.at };
  }

  /** The supply is back after a cut. Harmless otherwise. */
  powerOn(): void {
    this.#dead = false;
  }

  setFault(sector: number, fault: SectorFault | undefined): void {
    if (fault === undefined) this.#faults.delete(sector);
    else this.#faults.set(sector, fault);
  }

  /** From now on the bit reads `value`, whatever is done to it. */
  stickBit(offset: number, bit: number, value: 0 | 1): void {
    const bits = this.#stuck.get(offset) ?? { ones: 0, zeros: 0 };
    const mask = 1 << bit;
    this.#stuck.set(offset, {
      ones: value === 1 ? bits.ones | mask : bits.ones & ~mask,
      zeros: value === 0 ? bits.zeros | mask : bits.zeros & ~mask,
    });
    this.#changed(offset, 1);
  }

  /** Turns bits over as radiation or wear does: those that are 1 in `mask`. */
  flipBits(offset: number, mask: number): void {
    this.#cells[offset]! ^= mask;
    this.#changed(offset, 1);
  }

  read(offset: number, into: Uint8Array): void {
    this.#checkAlive();
    this.#checkRange("read", offset, into.length);
    this.onOperation?.({ kind: "read", offset, byteLength: into.length });
    this.reads++;
    this.bytesRead += into.length;
    this.#sample(offset, into);
  }

  program(offset: number, bytes: Uint8Array): void {
    this.#checkAlive();
    this.#checkRange("program", offset, bytes.length);
    if (offset % this.alignBytes !== 0 || bytes.length % this.alignBytes !== 0) {
      throw new FlashError(`program ${offset}: ${bytes.length} bytes are not aligned to ${this.alignBytes}`);
    }
    this.onOperation?.({ kind: "program", offset, byteLength: bytes.length, bytes });
    this.programs++;
    this.bytesProgrammed += bytes.length;
    this.#countOverProgrammed(offset, bytes);
    this.#changed(offset, bytes.length);
    const cutAt = this.#nextCut();
    const fault = this.#faults.get(Math.floor(offset / this.sectorBytes));
    if (cutAt === "before") this.#die("program", offset);
    if (fault === "program-error") {
      this.#programWhole(offset, bytes.subarray(0, bytes.length >> 1));
      throw new FlashError(`program ${offset}: the part reports a program error`);
    }
    if (fault !== "program-ignored") {
      if (cutAt === undefined || cutAt === "after") this.#programWhole(offset, bytes);
      else this.#programTorn(offset, bytes, cutAt);
    }
    if (cutAt !== undefined) this.#die("program", offset);
  }

  erase(offset: number): void {
    this.#checkAlive();
    this.#checkRange("erase", offset, this.sectorBytes);
    if (offset % this.sectorBytes !== 0) throw new FlashError(`erase ${offset}: not the start of a sector`);
    this.onOperation?.({ kind: "erase", offset, byteLength: this.sectorBytes });
    const sector = offset / this.sectorBytes;
    this.erases++;
    this.eraseCounts[sector]!++;
    this.#changed(offset, this.sectorBytes);
    const cutAt = this.#nextCut();
    const fault = this.#faults.get(sector);
    if (cutAt === "before") this.#die("erase", offset);
    if (fault === "erase-error") {
      this.#eraseTorn(offset, "scattered");
      throw new FlashError(`erase ${offset}: the part reports an erase error`);
    }
    if (fault !== "erase-ignored") {
      if (cutAt === undefined || cutAt === "after") {
        this.#eraseBytes(offset, this.sectorBytes);
        this.#sectorUnstable[sector] = 0;
      } else this.#eraseTorn(offset, cutAt);
    }
    if (cutAt !== undefined) this.#die("erase", offset);
  }

  #geometry() {
    return { sizeBytes: this.sizeBytes, sectorBytes: this.sectorBytes, alignBytes: this.alignBytes };
  }

  #changed(offset: number, byteLength: number): void {
    const last = Math.floor((offset + byteLength - 1) / this.sectorBytes);
    for (let sector = Math.floor(offset / this.sectorBytes); sector <= last; sector++) this.revisions[sector]!++;
  }

  #checkAlive(): void {
    if (this.#dead) throw new PowerCut("the flash has no supply");
  }

  #checkRange(operation: string, offset: number, byteLength: number): void {
    if (!Number.isInteger(offset) || offset < 0 || offset + byteLength > this.sizeBytes) {
      throw new FlashError(`${operation} ${offset}: ${byteLength} bytes leave the partition of ${this.sizeBytes}`);
    }
  }

  #nextCut(): CutPlan["at"] | undefined {
    if (this.#cut === undefined || --this.#cut.operationsLeft > 0) return undefined;
    const { at } = this.#cut;
    this.#cut = undefined;
    return at;
  }

  #die(operation: string, offset: number): never {
    this.#dead = true;
    throw new PowerCut(`the supply went away in ${operation} ${offset}`);
  }

  #sample(offset: number, into: Uint8Array, random = this.#random): void {
    into.set(this.#cells.subarray(offset, offset + into.length));
    const last = Math.floor((offset + into.length - 1) / this.sectorBytes);
    for (let sector = Math.floor(offset / this.sectorBytes); sector <= last; sector++) {
      if (this.#sectorUnstable[sector] === 0) continue;
      const from = Math.max(offset, sector * this.sectorBytes);
      const until = Math.min(offset + into.length, (sector + 1) * this.sectorBytes);
      for (let at = from; at < until; at++) {
        const unstable = this.#unstable[at]!;
        if (unstable !== 0)
          into[at - offset] = (this.#cells[at]! & ~unstable) | (this.#unstableByte(random) & unstable);
      }
    }
    for (const [at, bits] of this.#stuck) {
      if (at >= offset && at < offset + into.length) into[at - offset] = (into[at - offset]! | bits.ones) & ~bits.zeros;
    }
  }

  #unstableByte(random: Random): number {
    if (this.unstableReads === "by-chance") return random.int(256);
    return this.unstableReads === "as-1" ? 0xff : 0;
  }

  #countOverProgrammed(offset: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const unstable = this.#unstable[offset + i]!;
      this.overProgrammed += onesIn(bytes[i]! & ~this.#cells[offset + i]! & ~unstable);
      this.overUnstable += onesIn(bytes[i]! & unstable);
    }
  }

  #programWhole(offset: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      this.#cells[offset + i]! &= bytes[i]!;
      this.#unstable[offset + i]! &= bytes[i]!;
    }
  }

  #programTorn(offset: number, bytes: Uint8Array, at: "scattered" | number): void {
    const from = at === "scattered" ? 0 : Math.min(at, bytes.length - 1);
    const until = at === "scattered" ? bytes.length : from + 1;
    const progress = this.#random.int(4);
    this.#programWhole(offset, bytes.subarray(0, from));
    for (let i = from; i < until; i++) {
      const cell = offset + i;
      // An unstable bit that is to be cleared may well stay unstable.
      const clearing = (this.#cells[cell]! | this.#unstable[cell]!) & ~bytes[i]!;
      this.#tear(cell, clearing, 0, progress);
    }
  }

  #eraseBytes(offset: number, byteLength: number): void {
    this.#cells.fill(0xff, offset, offset + byteLength);
    this.#unstable.fill(0, offset, offset + byteLength);
  }

  #eraseTorn(offset: number, at: "scattered" | number): void {
    const from = at === "scattered" ? 0 : Math.min(at, this.sectorBytes - 1);
    const until = at === "scattered" ? this.sectorBytes : from + 1;
    const progress = this.#random.int(4);
    this.#eraseBytes(offset, from);
    for (let cell = offset + from; cell < offset + until; cell++) {
      this.#tear(cell, (~this.#cells[cell]! & 0xff) | this.#unstable[cell]!, 0xff, progress);
    }
  }

  /** Of the bits in `changing`, some reach `target`, some stay, some become unstable. `progress`: 0, none is done, to 3, most are. */
  #tear(cell: number, changing: number, target: number, progress: number): void {
    if (changing === 0) return;
    const chance = this.#random.int(256);
    const further = this.#random.int(256);
    const done = changing & [0, chance & further, chance, chance | further][progress]!;
    const unstable = this.#random.int(256) & changing & ~done;
    this.#cells[cell] = (this.#cells[cell]! & ~done) | (target & done);
    this.#unstable[cell] = (this.#unstable[cell]! & ~done) | unstable;
    if (this.#unstable[cell] !== 0) this.#sectorUnstable[Math.floor(cell / this.sectorBytes)] = 1;
  }
}

function onesIn(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
