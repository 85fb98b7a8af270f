import type { ClockPort } from "../../hal/ports/clock.js";
import type { JournalStore } from "../journal/contract.js";
import type { SnapshotPull } from "./snapshot-pull.js";

/** What does not get through although it should, and for how long, s; undefined: nothing. */
export interface Behind {
  /** Records that the cloud has not acknowledged: since the oldest of them was to be sent. */
  readonly unsent: number | undefined;
  /** Pick<SnapshotPull, "hasNewer">: since the cloud told of newer ones that the box does not have. */
  readonly outdated: number | undefined;
}

/**
 * Messages that pass say nothing about those that do not: a broker may hand on everything but the records, or everything but the
 * permissions. So it is measured what is behind, whether or not the cloud answers.
 */
export class Lag {
  readonly #journal: JournalStore;
  readonly #clock: ClockPort;
  readonly #pull: Pick<SnapshotPull, "hasNewer">;
  /** The cloud lacks this record or one before it since `atMs`. */
  #unsent: { readonly seq: number; readonly atMs: number } | undefined;
  #outdatedAtMs: number | undefined;

  constructor(journal: JournalStore, clock: ClockPort, pull: Pick<SnapshotPull, "hasNewer">) {
    this.#journal = journal;
    this.#clock = clock;
    this.#pull = pull;
  }

  /** What the boot found unsent has waited for `seconds` already. */
  begin(seconds: number): void {
    const last = this.#journal.nextSeq - 1;
    if (this.#journal.acknowledged < last) {
      this.#unsent = { seq: last, atMs: this.#clock.monotonicMs() - 1000 * seconds };
    }
  }

  /** To be called when records, acknowledgements or permissions may have come. */
  look(): void {
    const nowMs = this.#clock.monotonicMs();
    const { acknowledged, nextSeq } = this.#journal;
    if (acknowledged >= nextSeq - 1) this.#unsent = undefined;
    // What was behind has been sent; what is left came after it.
    else if (this.#unsent === undefined || acknowledged >= this.#unsent.seq) {
      this.#unsent = { seq: nextSeq - 1, atMs: nowMs };
    }
    if (this.#pull.hasNewer) this.#outdatedAtMs ??= nowMs;
    else this.#outdatedAtMs = undefined;
  }

  get behind(): Behind {
    this.look();
    const nowMs = this.#clock.monotonicMs();
    const since = (atMs: number | undefined) =>
      atMs === undefined ? undefined : Math.max(0, Math.floor((nowMs - atMs) / 1000));
    return { unsent: since(this.#unsent?.atMs), outdated: since(this.#outdatedAtMs) };
  }
}
