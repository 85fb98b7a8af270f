import type { OrganisationIndex } from "./organisation.js";
import type { CloudData, ItemId, Whereabouts } from "./state.js";

/** Who moved something, and when if that is known (seconds since 1970 UTC). */
export interface Movement {
  readonly box: string;
  readonly time?: number | undefined;
}

/** Which key or fob is where. A bin holds at most one. */
export class Inventory {
  readonly #data: CloudData;
  readonly #items: Record<ItemId, Whereabouts>;
  /** Bins that nothing is known to hang in, and of which that is not sure. */
  readonly #doubtful: Record<string, true>;
  readonly #byBin = new Map<string, ItemId>();
  readonly #edits = new Map<string, number>();

  constructor(data: CloudData) {
    this.#data = data;
    this.#items = data.inventory;
    // Absent in databases of earlier versions.
    data.doubtful ??= {};
    this.#doubtful = data.doubtful;
    for (const [item, { place }] of Object.entries(this.#items)) {
      if (place !== undefined) this.#byBin.set(binId(place.box, place.bin), item);
    }
  }

  /**
   * The one name of what a record calls a key or a fob: a fob that became a key's counts as that key, and a key that was removed
   * as the fob that it hung on. `key:` and the number of no key is left only for one that had no fob.
   */
  itemOf(
    held: { readonly key?: number | undefined; readonly fob?: string | undefined },
    index: OrganisationIndex,
  ): ItemId {
    const { key } = held;
    if (key !== undefined && index.keys.has(key)) return `key:${key}`;
    const fob = held.fob ?? (key === undefined ? undefined : this.formerKey(key)?.fob);
    if (fob === undefined && key !== undefined) return `key:${key}`;
    const owner = fob === undefined ? undefined : index.keysByFob.get(fob);
    return owner === undefined ? `fob:${fob}` : `key:${owner.id}`;
  }

  /** A key that was removed. */
  formerKey(key: number): { readonly name: string; readonly fob?: string } | undefined {
    return this.#data.formerKeys?.[key];
  }

  in(box: string, bin: number): { readonly item: ItemId; readonly certain: boolean } | undefined {
    const item = this.#byBin.get(binId(box, bin));
    return item === undefined ? undefined : { item, certain: this.#items[item]!.place!.certain };
  }

  /** Whether nobody can say what is in the bin: what `in` answers may not hang there, and where it answers nothing, something may. */
  isDoubtful(box: string, bin: number): boolean {
    return this.in(box, bin)?.certain === false || this.#doubtful[binId(box, bin)] === true;
  }

  whereabouts(item: ItemId): Whereabouts | undefined {
    return this.#items[item];
  }

  /** Grows whenever what is in a box's bins changed by anything but that box's own exchanges. */
  edits(box: string): number {
    return this.#edits.get(box) ?? 0;
  }

  edited(box: string): void {
    this.#edits.set(box, this.edits(box) + 1);
  }

  /**
   * Puts `item` into a bin and takes it from wherever it was; what was in the bin is nowhere from then on. Answers whether
   * that changed what is in another box.
   */
  put(item: ItemId, box: string, bin: number, certain: boolean, by: Movement): boolean {
    this.#empty(box, bin, item);
    if (this.#isLate(item, by)) return false;
    const isElsewhere = this.#lift(item, box);
    this.#items[item] = { place: { box, bin, certain }, ...moved(by) };
    this.#byBin.set(binId(box, bin), item);
    return isElsewhere;
  }

  /** Empties a bin: `holder` has `item` now. Answers whether that changed what is in another box. */
  take(item: ItemId, box: string, bin: number, holder: string, by: Movement): boolean {
    this.#empty(box, bin, item);
    if (this.#isLate(item, by)) return false;
    const isElsewhere = this.#lift(item, box);
    this.#items[item] = { holder, ...moved(by) };
    return isElsewhere;
  }

  /** What is in the bin may be there or not. */
  doubt(box: string, bin: number): void {
    this.#setCertain(box, bin, false);
  }

  /** The reason to doubt it turned out to be none. */
  trust(box: string, bin: number): void {
    this.#setCertain(box, bin, true);
  }

  /** Somebody looked: nothing hangs in the bin. */
  clear(box: string, bin: number): void {
    const item = this.#byBin.get(binId(box, bin));
    if (item !== undefined) this.forget(item);
    this.trust(box, bin);
  }

  #setCertain(box: string, bin: number, certain: boolean): void {
    const item = this.#byBin.get(binId(box, bin));
    if (item !== undefined) this.#items[item] = { ...this.#items[item]!, place: { box, bin, certain } };
    else if (certain) delete this.#doubtful[binId(box, bin)];
    else this.#doubtful[binId(box, bin)] = true;
  }

  /** Forgets where `item` is. */
  forget(item: ItemId): void {
    this.#lift(item, undefined);
    delete this.#items[item];
  }

  /** A fob became a key's, or a key lost its fob. */
  rename(from: ItemId, to: ItemId): void {
    const was = this.#items[from];
    if (was === undefined) return;
    this.forget(from);
    this.forget(to);
    this.#items[to] = was;
    if (was.place === undefined) return;
    this.#byBin.set(binId(was.place.box, was.place.bin), to);
    this.edited(was.place.box);
  }

  #empty(box: string, bin: number, unless: ItemId): void {
    delete this.#doubtful[binId(box, bin)];
    const there = this.#byBin.get(binId(box, bin));
    if (there === undefined || there === unless) return;
    this.#byBin.delete(binId(box, bin));
    delete this.#items[there];
  }

  /** Takes `item` out of its bin for a movement at `by`; answers whether that bin is in another box, which is marked then. */
  #lift(item: ItemId, by: string | undefined): boolean {
    const place = this.#items[item]?.place;
    if (place === undefined) return false;
    this.#byBin.delete(binId(place.box, place.bin));
    if (place.box === by) return false;
    this.edited(place.box);
    return true;
  }

  /** A box that was offline tells of a movement that another box has overtaken. */
  #isLate(item: ItemId, by: Movement): boolean {
    const last = this.#items[item];
    if (last?.movedBy === undefined || last.movedBy === by.box) return false;
    return last.movedAt !== undefined && by.time !== undefined && by.time < last.movedAt;
  }
}

function binId(box: string, bin: number): string {
  return `${box}/${bin}`;
}

function moved(by: Movement): { movedBy: string; movedAt?: number } {
  return by.time === undefined ? { movedBy: by.box } : { movedBy: by.box, movedAt: by.time };
}
