import { FlashError } from "../../hal/ports/flash.js";
import { Kind } from "../records/records.js";
import {
  type BinsSource,
  SnapshotError,
  type SnapshotSlots,
  type SnapshotView,
  type SnapshotWriter,
} from "../snapshot/contract.js";
import { heldAgainst, KEPT_RANK } from "./kept-bins.js";
import type { Ledger } from "./ledger.js";

/** The snapshot in force: the one that the journal names, as long as its slot is sound. */
export class CurrentSnapshot implements BinsSource {
  readonly #slots: SnapshotSlots;
  readonly #ledger: Ledger;
  #view: SnapshotView | undefined;
  #damage: string | undefined;
  /** The file in force is not what came, but for its header: it goes on, row by row, until the cloud has sent it again. */
  #isRotten = false;
  readonly #host: SnapshotHost | undefined;

  constructor(slots: SnapshotSlots, ledger: Ledger, host?: SnapshotHost) {
    this.#host = host;
    this.#slots = slots;
    this.#ledger = ledger;
    const named = ledger.state.snapshot;
    if (named === undefined) return;
    try {
      this.#view = slots.open(named.slot, named.version);
    } catch (error) {
      if (!(error instanceof SnapshotError || error instanceof FlashError)) throw error;
      this.#damage = error.message;
    }
  }

  /** Why the journal's snapshot cannot be used; undefined: it can, or another one has taken its place. */
  get damage(): string | undefined {
    return this.#damage;
  }

  get view(): SnapshotView | undefined {
    return this.#view;
  }

  /** In force; 0: none. */
  get version(): number {
    return this.#view?.version ?? 0;
  }

  get isRotten(): boolean {
    return this.#isRotten;
  }

  /** 0 without a snapshot that is whole, so that the cloud sends one. */
  get wholeVersion(): number {
    return this.#isRotten ? 0 : this.version;
  }

  /** Some of it has rotted since it came. */
  rotted(): void {
    this.#isRotten = true;
    this.#damage = "damaged: the checksum does not match any more";
    this.#host?.snapshotRotted();
  }

  /** A bit that flips between two daily looks must not empty a bin. What an older firmware put in force has nothing to be held against. */
  lookAtBins(): void {
    const binsCrc = this.#ledger.state.snapshot?.binsCrc;
    if (this.#isRotten || this.#view === undefined || binsCrc === undefined) return;
    if (crcOfBins(this.#view) !== binsCrc) this.rotted();
  }

  /** Receives into the slot that is not in force. Throws SnapshotError for a version that is not newer. */
  begin(version: number, totalBytes: number): SnapshotWriter {
    const named = this.#ledger.state.snapshot;
    if (named !== undefined && !this.#isNews(version)) {
      throw new SnapshotError(`snapshot version ${version} is not above ${named.version}`);
    }
    return this.#slots.begin(this.#freeSlot(), version, totalBytes);
  }

  /**
   * Makes a finished download the snapshot in force, by one record; before that, tells anew what it would make the box forget of its
   * `binCount` bins. Throws WriteRefused: then it is not in force.
   */
  activate(view: SnapshotView, binCount: number): void {
    if (!this.#isNews(view.version)) throw new SnapshotError(`snapshot version ${view.version} is not newer`);
    const { version, sheet } = view;
    const slot = this.#freeSlot();
    const asOf = this.#asOf(view);
    const binsCrc = view.binsCrc();
    if (asOf < (this.#ledger.state.snapshot?.asOf ?? 0)) {
      this.lookAtBins();
      for (const kept of heldAgainst(view, this, this.#ledger, binCount)) this.#ledger.write(kept, KEPT_RANK);
    }
    this.#ledger.write({ kind: Kind.snapshotApplied, version, slot, asOf, sheet, binsCrc }, "vital");
    this.#view = view;
    this.#damage = undefined;
    this.#isRotten = false;
  }

  /** A version never goes back; the same one may come again where its slot was damaged. */
  #isNews(version: number): boolean {
    const named = this.#ledger.state.snapshot?.version ?? 0;
    return version > named || (version === named && this.wholeVersion === 0);
  }

  #freeSlot(): 0 | 1 {
    return this.#ledger.state.snapshot?.slot === 0 ? 1 : 0;
  }

  /** Sequence numbers of another journal's life, or above our own, mean nothing here: then every change of ours stays on top. */
  #asOf(view: SnapshotView): number {
    const { epoch, nextSeq } = this.#ledger.journal;
    const isOurs = epoch?.every((byte, i) => byte === view.epoch[i]) === true;
    return isOurs && view.asOf < nextSeq ? view.asOf : 0;
  }
}

/** Undefined: the part does not give them, which is as bad as wrong ones. */
function crcOfBins(view: SnapshotView): number | undefined {
  try {
    return view.binsCrc();
  } catch (error) {
    if (!(error instanceof FlashError)) throw error;
    return undefined;
  }
}

export interface SnapshotHost {
  /** The cloud is to send it again, and people are to hear of it. */
  snapshotRotted(): void;
}
