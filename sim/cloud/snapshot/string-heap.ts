import { MAX_STRINGS_BYTES } from "../../../firmware/snapshot/layout.js";
import { SnapshotModelError } from "./model.js";

/** The names of a snapshot; equal ones are kept once. */
export class StringHeap {
  readonly #references = new Map<string, number>();
  readonly #pieces: Buffer[] = [];
  #size = 0;

  /** The reference that a row carries for `text`: length in the low 8 bits, offset above. `text`: at most 64 bytes. */
  add(text: string): number {
    const known = this.#references.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text, "utf8");
    // 16 MiB of names are beyond every slot; a larger offset would wrap and give rows a wrong name.
    if (this.#size + bytes.length >= MAX_STRINGS_BYTES)
      throw new SnapshotModelError("the names are too many for a snapshot");
    const reference = this.#size * 256 + bytes.length;
    this.#references.set(text, reference);
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    return reference;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}
