import { type Item, readItems } from "./frames.js";
import { isBlank, readSectorHeader, type SectorHeader } from "./sector-header.js";

/** One sector as it stood when it was read. What is in it is found out when somebody asks. */
export class Sector {
  /** Counted from the start of the partition. */
  readonly index: number;
  /** Undefined: none that verifies. */
  readonly header: SectorHeader | undefined;
  readonly #bytes: Uint8Array;
  #before: Sector | undefined;
  #items: readonly Item[] | undefined;
  #isCheckpointWhole: boolean | undefined;
  #isBlank: boolean | undefined;

  /** `before`: how the same sector stood at the last look; what has not changed since is not read again. */
  constructor(index: number, bytes: Uint8Array, before?: Sector) {
    this.index = index;
    this.header = readSectorHeader(bytes);
    this.#bytes = bytes;
    this.#before = before;
  }

  get sectorBytes(): number {
    return this.#bytes.length;
  }

  /** What stands behind the header, in order; nothing without one. */
  get items(): readonly Item[] {
    if (this.#items === undefined) {
      this.#items = this.header === undefined ? [] : readItems(this.#bytes, this.header, this.#known());
      this.#before = undefined;
    }
    return this.#items;
  }

  /** True if the checkpoint's end is there and so are its pieces. */
  get isCheckpointWhole(): boolean {
    if (this.#isCheckpointWhole === undefined) {
      const end = this.items.find((item) => item.type === "checkpointEnd");
      this.#isCheckpointWhole = end?.pieces === this.items.filter((item) => item.type === "checkpoint").length;
    }
    return this.#isCheckpointWhole;
  }

  get isBlank(): boolean {
    this.#isBlank ??= isBlank(this.#bytes);
    return this.#isBlank;
  }

  /**
   * The frames at the beginning that stand as they stood at the last look; none behind a skipped place: where a frame does not
   * verify, the bytes behind it have a say.
   */
  #known(): readonly Item[] {
    const before = this.#before;
    if (before === undefined) return [];
    const items = before.#items ?? [];
    const changedAt = this.#bytes.findIndex((byte, at) => byte !== before.#bytes[at]);
    const isKept = (at: number) => {
      const next = items[at + 1];
      return items[at]!.type !== "skipped" && next !== undefined && (changedAt < 0 || next.offset <= changedAt);
    };
    let count = 0;
    while (count < items.length && isKept(count)) count++;
    return items.slice(0, count);
  }
}
