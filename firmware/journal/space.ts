import type { Rank, Room } from "./contract.js";
import type { Geometry } from "./geometry.js";
import type { Ring } from "./ring.js";

/** How much of the ring may be written over, and for whom (SPEC.md section 7). */
export class Space {
  acknowledged = 0;

  readonly #ring: Ring;
  readonly #geometry: Geometry;
  /** The answer of the last search; undefined when something happened that may change it. */
  #tail: { counter: number; vitalThrough: number | undefined } | undefined;

  constructor(ring: Ring, geometry: Geometry) {
    this.#ring = ring;
    this.#geometry = geometry;
  }

  acknowledge(seq: number): void {
    this.acknowledged = seq;
    if (this.#tail?.vitalThrough !== undefined && this.#tail.vitalThrough <= seq) this.#tail = undefined;
  }

  /** To be called when the ring has a new head. */
  headMoved(): void {
    this.#tail = undefined;
  }

  /** Sectors in a row behind the head that may be erased. */
  freeSectors(): number {
    const { head } = this.#ring;
    if (head === undefined) return this.#geometry.sectors;
    return this.#firstKept() - head.header.counter - 1 + this.#geometry.sectors;
  }

  /** Whether the place of the sector that would get `counter` may be erased. */
  mayOpen(counter: number): boolean {
    return this.#ring.head === undefined || counter - this.#geometry.sectors < this.#firstKept();
  }

  /** `headHasRoom`: a largest frame fits in the head. */
  room(headHasRoom: boolean): Room {
    const free = this.freeSectors();
    if (free >= this.#needed("diagnostic")) return "all";
    if (free >= this.#needed("pickup")) return "no-diagnostics";
    if (free === 0 && !headHasRoom) return "none";
    return free >= this.#needed("dropoff") ? "no-pickups" : "vital-only";
  }

  admits(rank: Rank): boolean {
    return rank === "vital" || this.freeSectors() >= this.#needed(rank);
  }

  #needed(rank: Exclude<Rank, "vital">): number {
    const { sectors } = this.#geometry;
    if (rank === "dropoff") return Math.floor(sectors / 16);
    return rank === "diagnostic" ? Math.max(2, Math.ceil(sectors / 4)) : Math.max(1, Math.ceil(sectors / 8));
  }

  #firstKept(): number {
    this.#tail ??= this.#ring.firstUnacknowledged(this.acknowledged);
    return this.#tail.counter;
  }
}
