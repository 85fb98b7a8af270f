import type { BinSettings } from "../../hal/boards/profile.js";
import { BinError, type BinsPort, type DoorState } from "../../hal/ports/bins.js";
import type { TimerId, TimersPort } from "../../hal/ports/clock.js";
import { BinFault, DoorEvent, Kind } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";

/** How one opening goes on. Each is called at most once, in this order: opened or failed; then, after opened, heldOpen, closed. */
export interface OpeningEvents {
  opened(): void;
  /** Every pulse went by without the door opening, or the lock could not be reached. The bin counts as faulty now. */
  failed(): void;
  /** The door has been open for `heldOpenAfterMs`. */
  heldOpen(): void;
  /** `seen` is false where the door's contact does not work: the box can only suppose it. */
  closed(seen: boolean): void;
}

interface Opening {
  readonly bin: number;
  readonly events: OpeningEvents;
  timer: TimerId | undefined;
  pulsesLeft: number;
  isOpen: boolean;
  isHeld: boolean;
}

/** After a pulse on a bin without a working door contact, the person is given this long. */
const BLIND_OPEN_MS = 15_000;

/**
 * Opens bins, one lock at a time, and watches their doors. Knows nothing of why a bin is opened, but insists on the record that
 * says so (`authority`): without it a power cut would leave an opening that no one can explain.
 */
export class BinControl {
  readonly #bins: BinsPort;
  readonly #timers: TimersPort;
  readonly #settings: BinSettings;
  readonly #ledger: Ledger;
  /** At most one a bin. */
  readonly #openings = new Map<number, Opening>();
  #pulsing: Opening | undefined;

  constructor(parts: { bins: BinsPort; timers: TimersPort; settings: BinSettings; ledger: Ledger }) {
    this.#bins = parts.bins;
    this.#timers = parts.timers;
    this.#settings = parts.settings;
    this.#ledger = parts.ledger;
    this.#bins.onDoor = (bin, state) => this.#onDoor(bin, state);
  }

  /** A lock is being worked: another `open` has to wait. */
  get busy(): boolean {
    return this.#pulsing !== undefined;
  }

  get openDoors(): number {
    let count = 0;
    for (const opening of this.#openings.values()) if (opening.isOpen) count++;
    return count;
  }

  label(bin: number): string {
    return this.#bins.label(bin);
  }

  door(bin: number): DoorState {
    return this.#bins.door(bin);
  }

  /** Opens `bin` by right of journal record `authority`. Throws when that is not durable, or while `busy`. */
  open(bin: number, authority: number, events: OpeningEvents): void {
    if (authority < 1 || authority >= this.#ledger.journal.nextSeq) throw new Error(`bin ${bin}: no durable authority`);
    if (this.#pulsing !== undefined) throw new Error(`bin ${bin}: bin ${this.#pulsing.bin} is being opened`);
    const opening = this.#begin(bin, events);
    this.#pulsing = opening;
    if (this.#bins.door(bin) === "open") {
      opening.timer = this.#timers.set(0, () => this.#opened(opening));
      return;
    }
    opening.pulsesLeft = this.#bins.door(bin) === "unknown" ? 1 : 1 + this.#settings.retries;
    this.#pulse(opening);
  }

  /** Goes on watching a door that was opened before this boot. */
  adopt(bin: number, events: OpeningEvents): void {
    const opening = this.#begin(bin, events);
    opening.timer = this.#timers.set(0, () => this.#opened(opening));
  }

  #begin(bin: number, events: OpeningEvents): Opening {
    const before = this.#openings.get(bin);
    if (before !== undefined) this.#supersede(before);
    const opening: Opening = { bin, events, timer: undefined, pulsesLeft: 0, isOpen: false, isHeld: false };
    this.#openings.set(bin, opening);
    return opening;
  }

  #pulse(opening: Opening): void {
    opening.pulsesLeft--;
    try {
      this.#bins.unlock(opening.bin);
    } catch (error) {
      if (!(error instanceof BinError)) throw error;
      opening.timer = this.#timers.set(0, () => this.#failed(opening, BinFault.unreachable));
      return;
    }
    const isBlind = this.#bins.door(opening.bin) === "unknown";
    opening.timer = this.#timers.set(this.#settings.openWithinMs, () => {
      if (isBlind) this.#openedBlind(opening);
      else if (opening.pulsesLeft === 0) this.#failed(opening, BinFault.wontOpen);
      else opening.timer = this.#timers.set(this.#settings.betweenPulsesMs, () => this.#pulse(opening));
    });
  }

  #onDoor(bin: number, state: DoorState): void {
    const opening = this.#openings.get(bin);
    if (opening === undefined) {
      if (state === "open") this.#ledger.note({ kind: Kind.door, bin, event: DoorEvent.unexpected });
    } else if (state === "open" && !opening.isOpen) {
      this.#opened(opening);
    } else if (state === "closed" && opening.isOpen) {
      this.#finish(opening, true);
    }
  }

  #opened(opening: Opening): void {
    this.#endPulse(opening);
    opening.isOpen = true;
    if (this.#ledger.state.faulty.has(opening.bin)) {
      this.#ledger.note({ kind: Kind.binFault, bin: opening.bin, event: BinFault.cleared });
    }
    opening.timer = this.#timers.set(this.#settings.heldOpenAfterMs, () => {
      opening.isHeld = true;
      this.#ledger.note({ kind: Kind.door, bin: opening.bin, event: DoorEvent.heldOpen });
      opening.events.heldOpen();
    });
    opening.events.opened();
  }

  #openedBlind(opening: Opening): void {
    this.#endPulse(opening);
    opening.isOpen = true;
    opening.timer = this.#timers.set(BLIND_OPEN_MS, () => this.#finish(opening, false));
    opening.events.opened();
  }

  #failed(opening: Opening, fault: BinFault): void {
    this.#endPulse(opening);
    this.#openings.delete(opening.bin);
    this.#ledger.note({ kind: Kind.binFault, bin: opening.bin, event: fault });
    opening.events.failed();
  }

  #finish(opening: Opening, seen: boolean): void {
    this.#endPulse(opening);
    this.#openings.delete(opening.bin);
    if (opening.isHeld) this.#ledger.note({ kind: Kind.door, bin: opening.bin, event: DoorEvent.closedLate });
    opening.events.closed(seen);
  }

  /** The bin is opened again while its door still stands open: the earlier person left it so. */
  #supersede(opening: Opening): void {
    this.#endPulse(opening);
    if (!opening.isHeld) opening.events.heldOpen();
  }

  #endPulse(opening: Opening): void {
    if (opening.timer !== undefined) this.#timers.clear(opening.timer);
    opening.timer = undefined;
    if (this.#pulsing === opening) this.#pulsing = undefined;
  }
}
