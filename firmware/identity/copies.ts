import { FlashError, type FlashPort } from "../../hal/ports/flash.js";
import { sameBytes } from "../wire/envelope.js";
import type { Identity } from "./contract.js";
import { copyBytes, encodeCopy, IdentityError, readCopy } from "./identity.js";

const PIECE_BYTES = 256;

type Sizes = Pick<FlashPort, "sizeBytes" | "sectorBytes">;

export interface LoadedIdentity {
  readonly identity: Identity;
  /** What was wrong with one of the two copies; undefined: nothing. */
  readonly damage?: string | undefined;
  /** That copy was written anew from the other one. */
  readonly repaired?: boolean;
}

/** Where the second copy begins: in a sector of its own. Undefined: the partition has one sector. */
function secondAt({ sizeBytes, sectorBytes }: Sizes): number | undefined {
  const half = Math.floor(sizeBytes / 2 / sectorBytes) * sectorBytes;
  return half > 0 ? half : undefined;
}

/**
 * The whole partition as the factory writes it: both copies, and erased bytes around them. Throws IdentityError when a field is
 * out of range or a copy does not fit in half of the partition.
 */
export function identityImage(identity: Identity, partition: Sizes): Uint8Array {
  const copy = encodeCopy(identity);
  const second = secondAt(partition);
  if (second === undefined || copy.length > second) {
    throw new IdentityError(`two copies of ${copy.length} bytes do not fit in ${partition.sizeBytes} bytes`);
  }
  const image = new Uint8Array(partition.sizeBytes).fill(0xff);
  image.set(copy);
  image.set(copy, second);
  return image;
}

/**
 * Who this box is, by the first copy that is sound; the other one is written anew where it is not the same, so that the next
 * damaged sector is survived too. Throws IdentityError that names what is wrong with the first copy when neither is sound.
 */
export function loadIdentity(flash: FlashPort): LoadedIdentity {
  const second = secondAt(flash);
  const first = attempt(() => readCopy(flash, 0, second ?? flash.sizeBytes));
  if (second === undefined) {
    if (first.value === undefined) throw first.cause!;
    return { identity: first.value };
  }
  // What is the same as a sound copy is sound: a boot reads and decodes one.
  if (first.value !== undefined && attempt(() => isSame(flash, 0, second)).value === true) {
    return { identity: first.value };
  }
  const other = attempt(() => readCopy(flash, second, flash.sizeBytes - second));
  if (first.value !== undefined) {
    // A partition of before there were two copies has nothing there: that is no damage.
    const damage = isBlank(flash, second)
      ? undefined
      : (other.cause?.message ?? "the second copy is of another identity");
    return { identity: first.value, damage, repaired: copy(flash, 0, second) };
  }
  if (other.value === undefined) throw first.cause!;
  return { identity: other.value, damage: first.cause!.message, repaired: copy(flash, second, 0) };
}

/** A sector that cannot be read is as bad as one that holds something else. */
function attempt<T>(work: () => T): { readonly value?: T; readonly cause?: IdentityError } {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof IdentityError) return { cause: error };
    if (error instanceof FlashError) {
      return { cause: new IdentityError(`the identity partition cannot be read: ${error.message}`) };
    }
    throw error;
  }
}

function isSame(flash: FlashPort, a: number, b: number): boolean {
  const bytes = copyBytes(flash, a);
  const left = new Uint8Array(PIECE_BYTES);
  const right = new Uint8Array(PIECE_BYTES);
  for (let done = 0; done < bytes; done += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, bytes - done);
    flash.read(a + done, left.subarray(0, length));
    flash.read(b + done, right.subarray(0, length));
    if (!sameBytes(left.subarray(0, length), right.subarray(0, length))) return false;
  }
  return true;
}

function isBlank(flash: FlashPort, at: number): boolean {
  const head = new Uint8Array(4);
  return attempt(() => flash.read(at, head)).cause === undefined && head.every((byte) => byte === 0xff);
}

/** Copies the sound copy at `from` over the one at `to`, and reads it back. False: the part does not take it. */
function copy(flash: FlashPort, from: number, to: number): boolean {
  try {
    const bytes = copyBytes(flash, from);
    for (let at = 0; at < bytes; at += flash.sectorBytes) flash.erase(to + at);
    const piece = new Uint8Array(PIECE_BYTES);
    for (let done = 0; done < bytes; done += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, bytes - done);
      flash.read(from + done, piece.fill(0xff).subarray(0, length));
      flash.program(to + done, piece.subarray(0, Math.ceil(length / flash.alignBytes) * flash.alignBytes));
    }
    return isSame(flash, from, to);
  } catch (error) {
    if (error instanceof FlashError) return false;
    throw error;
  }
}
