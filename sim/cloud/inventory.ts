import type { OrganisationIndex } from "./organisation.js";
import type { BinBelief, BinState, CloudDocument, ItemId } from "./state.js";

export interface Place {
  readonly box: string;
  readonly bin: number;
}

/** Where a key or a fob is thought to be. */
export interface Whereabouts {
  readonly place?: Place & { readonly certain: boolean };
  /** Who took it; absent with a place. */
  readonly holder?: string;
}

export interface BinContent {
  readonly belief: BinBelief | "empty";
  readonly item?: ItemId;
}

/**
 * What is believed of each bin, in the words of firmware/exchange/README.md. What hangs in a box's bins is told by that box's own doors,
 * in the order of its journal, and by nobody else: a report of another box, late or by a clock that is wrong, empties no bin.
 * Where two bins should hold one thing, the one told of last keeps it and the other one is in doubt: last by clocks that were both
 * set from here, else by the order in which the cloud received it. A thing out of both is sure again in neither.
 */
export class Inventory {
  readonly #data: CloudDocument;
  readonly #changed: (key: string) => void;
  readonly #bins: Record<string, BinState>;
  readonly #holders: Record<ItemId, string>;
  readonly #binsOf = new Map<ItemId, Set<string>>();
  readonly #edits = new Map<string, number>();

  /** `changed` is told of each part of the document that is another from now on. */
  constructor(data: CloudDocument, changed: (key: string) => void) {
    this.#data = data;
    this.#changed = changed;
    this.#bins = data.bins;
    this.#holders = data.holders;
    for (const [id, { item }] of Object.entries(this.#bins)) if (item !== undefined) this.#binsWith(item).add(id);
  }

  /**
   * The one name of what a record calls a key or a fob: a fob that became a key's counts as that key, one that was replaced as the
   * key that it was replaced on, and a key that was removed as the fob that it hung on. `key:` and the number of no key is left only
   * for one that had no fob.
   */
  itemOf(
    held: { readonly key?: number | undefined; readonly fob?: string | undefined },
    index: OrganisationIndex,
  ): ItemId {
    const { key } = held;
    if (key !== undefined && index.keys.has(key)) return `key:${key}`;
    const fob = held.fob ?? (key === undefined ? undefined : this.formerKey(key)?.fob);
    if (fob === undefined && key !== undefined) return `key:${key}`;
    const owner = fob === undefined ? undefined : (index.keysByFob.get(fob)?.id ?? this.keyOfFormerFob(fob, index));
    return owner === undefined ? `fob:${fob}` : `key:${owner}`;
  }

  /** The key that had this fob until it got another one. */
  keyOfFormerFob(fob: string, index: OrganisationIndex): number | undefined {
    const key = this.#data.formerFobs?.[fob]?.key;
    return key !== undefined && index.keys.has(key) && !index.keysByFob.has(fob) ? key : undefined;
  }

  /** A key that was removed. */
  formerKey(key: number): { readonly name: string; readonly fob?: string } | undefined {
    return this.#data.formerKeys?.[key];
  }

  content(box: string, bin: number): BinContent {
    return this.#contentOf(binId(box, bin));
  }

  /** What is thought to hang in the bin, surely or not. */
  in(box: string, bin: number): { readonly item: ItemId; readonly certain: boolean } | undefined {
    const { belief, item } = this.content(box, bin);
    return item === undefined || belief === "taken" ? undefined : { item, certain: belief === "holds" };
  }

  /** Whether nobody can say what is in the bin: what `in` answers may not hang there, and where it answers nothing, something may. */
  isDoubtful(box: string, bin: number): boolean {
    return this.content(box, bin).belief === "doubt";
  }

  whereabouts(item: ItemId): Whereabouts | undefined {
    const holder = this.#holders[item];
    const sure = this.#newest(item, "holds");
    const id = sure ?? (holder === undefined ? this.#newest(item, "doubt") : undefined);
    if (id !== undefined) return { place: { ...placeOf(id), certain: id === sure } };
    return holder === undefined ? undefined : { holder };
  }

  /** Every bin of which the item is part of what is believed. */
  placesOf(item: ItemId): readonly (Place & BinContent)[] {
    return [...(this.#binsOf.get(item) ?? [])].map((id) => ({ ...placeOf(id), ...this.#contentOf(id) }));
  }

  /** Grows whenever what is believed of a box's bins changed by anything but that box's own records. */
  edits(box: string): number {
    return this.#edits.get(box) ?? 0;
  }

  edited(box: string): void {
    this.#edits.set(box, this.edits(box) + 1);
  }

  /**
   * What is believed of a bin from now on. `at`: when, seconds since 1970 UTC, where the box's clock had been set from here. Answers
   * whether it changed what is believed of another box's bins; those count as edited.
   */
  believe(box: string, bin: number, belief: BinBelief | "empty", item?: ItemId, at?: number): boolean {
    const id = binId(box, bin);
    const items = [this.#bins[id]?.item, item].filter((one) => one !== undefined);
    return this.#noticing(box, items, () => {
      this.#drop(id);
      if (belief === "empty") return;
      this.#data.told++;
      this.#changed("told");
      this.#put(id, { belief, told: this.#data.told, ...(item && { item }), ...(at !== undefined && { at }) });
      if (item === undefined) return;
      this.#binsWith(item).add(id);
      if (belief !== "taken") this.#release(item);
    });
  }

  /** Whatever was believed to be in the bin may be there or not. */
  doubt(box: string, bin: number): boolean {
    const { item, at } = this.#bins[binId(box, bin)] ?? {};
    return this.believe(box, bin, "doubt", item, at);
  }

  stateOf(box: string, bin: number): BinState | undefined {
    return this.#bins[binId(box, bin)];
  }

  /** Somebody took it. */
  hold(item: ItemId, holder: string): void {
    this.#holders[item] = holder;
    this.#changed(`holders/${item}`);
  }

  /**
   * Somebody says that the item hangs in no bin, but perhaps in `unless`. Where it was taken, nothing hangs; where it hung, who knows.
   * What was in doubt stays in doubt, about nothing now: whoever opened that bin may have hung anything there.
   */
  unplace(item: ItemId, unless?: Place): void {
    for (const place of this.placesOf(item)) {
      if (place.box === unless?.box && place.bin === unless.bin) continue;
      const isOpen = place.belief === "doubt" || (place.belief === "holds" && unless !== undefined);
      this.believe(place.box, place.bin, isOpen ? "doubt" : "empty");
      this.edited(place.box);
    }
    this.#release(item);
  }

  /** A fob became a key's, or a key was removed from its fob. */
  rename(from: ItemId, to: ItemId): void {
    for (const id of [...(this.#binsOf.get(from) ?? [])]) this.#renameIn(id, to);
    const holder = this.#holders[from];
    if (holder !== undefined) this.hold(to, holder);
    this.#release(from);
  }

  /**
   * The fob that hung there as one key's was another's all along. Only what was told up to `told` was of that fob. Answers whether
   * there was such a bin.
   */
  renameTold(from: ItemId, to: ItemId, told: number): boolean {
    const ids = [...(this.#binsOf.get(from) ?? [])].filter((id) => this.#bins[id]!.told <= told);
    for (const id of ids) {
      this.#renameIn(id, to);
      // Where two keys change fobs with each other, what was renamed once is not renamed back.
      this.#data.told++;
      this.#changed("told");
      this.#put(id, { ...this.#bins[id]!, told: this.#data.told });
    }
    return ids.length > 0;
  }

  #renameIn(id: string, to: ItemId): void {
    const { box, bin } = placeOf(id);
    const state = this.#bins[id]!;
    if (state.item !== undefined) this.#binsWith(state.item).delete(id);
    this.#put(id, { ...state, item: to });
    this.#binsWith(to).add(id);
    this.edited(box);
    // The two may have been thought to hang in two places.
    for (const other of this.#binsWith(to)) if (placeOf(other).bin !== bin) this.edited(placeOf(other).box);
  }

  isKnown(item: ItemId): boolean {
    return this.#holders[item] !== undefined || (this.#binsOf.get(item)?.size ?? 0) > 0;
  }

  #contentOf(id: string): BinContent {
    const state = this.#bins[id];
    if (state === undefined) return { belief: "empty" };
    const { belief, item } = state;
    if (belief !== "holds" || item === undefined) return { belief, ...(item && { item }) };
    return { belief: this.#newest(item, "holds") === id ? "holds" : "doubt", item };
  }

  #newest(item: ItemId, belief: BinBelief): string | undefined {
    let newest: string | undefined;
    for (const id of this.#binsOf.get(item) ?? []) {
      const state = this.#bins[id]!;
      if (state.belief !== belief) continue;
      if (newest === undefined || isNewer(state, this.#bins[newest]!)) newest = id;
    }
    return newest;
  }

  /** Does `change`, and marks each other box of which another thing is believed then. */
  #noticing(box: string, items: readonly ItemId[], change: () => void): boolean {
    const others = new Map<string, BinContent["belief"]>();
    for (const item of items) {
      for (const id of this.#binsOf.get(item) ?? []) {
        if (placeOf(id).box !== box) others.set(id, this.#contentOf(id).belief);
      }
    }
    change();
    let isElsewhere = false;
    for (const [id, belief] of others) {
      if (this.#contentOf(id).belief === belief) continue;
      this.edited(placeOf(id).box);
      isElsewhere = true;
    }
    return isElsewhere;
  }

  #drop(id: string): void {
    if (this.#bins[id] === undefined) return;
    const item = this.#bins[id]?.item;
    if (item !== undefined) this.#binsOf.get(item)?.delete(id);
    delete this.#bins[id];
    this.#changed(`bins/${id}`);
  }

  #put(id: string, state: BinState): void {
    this.#bins[id] = state;
    this.#changed(`bins/${id}`);
  }

  /** Nobody holds it, as far as is known. */
  #release(item: ItemId): void {
    if (this.#holders[item] === undefined) return;
    delete this.#holders[item];
    this.#changed(`holders/${item}`);
  }

  #binsWith(item: ItemId): Set<string> {
    const there = this.#binsOf.get(item) ?? new Set();
    this.#binsOf.set(item, there);
    return there;
  }
}

/** A clock counts only where both were set from here; otherwise the order in which the cloud was told. */
function isNewer(one: BinState, other: BinState): boolean {
  if (one.at !== undefined && other.at !== undefined && one.at !== other.at) return one.at > other.at;
  return one.told > other.told;
}

function binId(box: string, bin: number): string {
  return `${box}/${bin}`;
}

function placeOf(id: string): Place {
  const slash = id.lastIndexOf("/");
  return { box: id.slice(0, slash), bin: Number(id.slice(slash + 1)) };
}
