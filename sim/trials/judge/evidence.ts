/** What somebody outside who saw every door, and looks into no bin, can say of one. */
export type Evidence =
  /** Nothing was put behind this door since it was surely empty; `thing` was there before. */
  | { readonly kind: "empty"; readonly thing: string | undefined }
  /** The thing was hung there, or somebody with its tag alone opened the bin to hang it. */
  | { readonly kind: "holds" | "taken"; readonly thing: string }
  /** Others opened it than those who may say what is in it; `thing` was there before, `was` until somebody said that it hangs elsewhere. */
  | { readonly kind: "unsure"; readonly thing: string | undefined; readonly was?: string };

const EMPTY: Evidence = { kind: "empty", thing: undefined };

/** Evidence of each bin of a box. Knows nothing of what the box believes: it is made of doors, hands and words at the panel. */
export class BinsEvidence {
  readonly #bins = new Map<number, Evidence>();

  of(bin: number): Evidence {
    return this.#bins.get(bin) ?? EMPTY;
  }

  stocked(bin: number, thing: string): void {
    this.#bins.set(bin, { kind: "holds", thing });
  }

  /** The lock was worked for the thing, and whether the door opened the box may not have seen. */
  tried(bin: number, thing: string): void {
    if (this.of(bin).kind === "empty") this.#bins.set(bin, { kind: "empty", thing });
  }

  /** A tag opened the bin. A second tag of a thing that hangs elsewhere hangs nobody knows what. */
  byTag(bin: number, thing: string): void {
    const isElsewhere = [...this.#bins].some(
      ([other, has]) => other !== bin && has.kind === "holds" && has.thing === thing,
    );
    this.#bins.set(bin, { kind: isElsewhere ? "unsure" : "holds", thing });
  }

  /** Somebody with a right to the thing opened the bin: it may have been taken, or left behind the door. */
  byRight(bin: number, thing: string): void {
    this.#bins.set(bin, { kind: "taken", thing });
  }

  /** Somebody was seen to hang the thing there. */
  hung(bin: number, thing: string): void {
    if (this.of(bin).kind === "taken") this.#bins.set(bin, { kind: "holds", thing });
  }

  /** The cloud let somebody in, for what hangs there. Where nothing surely does, it is anybody's guess what they did. */
  byCloud(bin: number): void {
    const { kind, thing } = this.of(bin);
    if (kind === "holds") this.byRight(bin, thing);
    else this.byOthers(bin);
  }

  /** An emergency, a crowbar: whoever opened it may have done anything. */
  byOthers(bin: number): void {
    const before = this.of(bin);
    this.#bins.set(bin, before.kind === "unsure" ? before : { kind: "unsure", thing: before.thing });
  }

  saidEmpty(bin: number): void {
    this.#bins.set(bin, { kind: "empty", thing: this.of(bin).thing });
  }

  saidToHang(bin: number): void {
    const { thing } = this.of(bin);
    if (thing !== undefined) this.#bins.set(bin, { kind: "holds", thing });
  }

  /** Somebody with a right to the thing brought it to `bin`: where else it had been taken, nothing hangs. */
  broughtBack(bin: number, thing: string): void {
    for (const [other, has] of this.#bins) {
      if (other !== bin && has.kind === "taken" && has.thing === thing) this.saidEmpty(other);
    }
  }

  /**
   * Somebody who looked told the cloud that the thing hangs in another box. Where it had been taken, nothing is left. They did not look
   * in here: what hung in its bin may be a copy, and behind a door that others opened anything may hang. A box that has not heard of it
   * yet goes on to think of the thing, and opens its bin to whoever has a right to it.
   */
  saidElsewhere(thing: string): void {
    for (const [bin, has] of this.#bins) {
      if (has.thing !== thing || has.kind === "empty") continue;
      this.#bins.set(
        bin,
        has.kind === "taken" ? { kind: "empty", thing } : { kind: "unsure", thing: undefined, was: thing },
      );
    }
  }

  /** Bins that an emergency has left in doubt. */
  unsure(): number[] {
    return [...this.#bins].flatMap(([bin, has]) => (has.kind === "unsure" ? [bin] : []));
  }
}
