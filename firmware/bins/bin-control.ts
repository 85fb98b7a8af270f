import { BinError, type BinsPort, type DoorState } from "../../hal/ports/bins.js";
import type { BinSettings } from "../../hal/ports/board.js";
import type { TimersPort } from "../../hal/ports/clock.js";
import { Belief, BinFault, DoorEvent, Kind } from "../records/records.js";
import type { BinBeliefs } from "../state/bin-beliefs.js";
import type { Ledger } from "../state/ledger.js";
import { Deadline } from "../wiring/deadline.js";

/**
 * How one opening goes on. Each is called at most once, in this order: opened or failed; then, after opened, heldOpen, closed.
 * An adopted door may be closed before it was told to be open.
 */
export interface OpeningEvents {
  opened(): void;
  /** Every pulse went by without the door opening, or the lock could not be reached. The bin counts as faulty now. */
  failed(): void;
  /** The door has been open for `heldOpenAfterMs`. */
  heldOpen(): void;
  /** `seen` is false where the door's contact does not work: the box can only suppose it. */
  closed(seen: boolean): void;
}

export interface BinControlHost {
  /** `heldOpen` has changed. */
  heldOpenChanged(): void;
}

interface Opening {
  readonly bin: number;
  readonly events: OpeningEvents;
  /** What comes next unless the door does something before. */
  readonly next: Deadline;
  pulsesLeft: number;
  /** `blind`: unlocked, but the door's contact cannot tell whether it opened. */
  phase: "pulsing" | "open" | "blind";
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
  readonly #host: BinControlHost;
  /** At most one a bin. */
  readonly #openings = new Map<number, Opening>();
  #pulsing: Opening | undefined;
  #isMountHeld = false;

  constructor(needs: {
    bins: BinsPort;
    timers: TimersPort;
    settings: BinSettings;
    ledger: Ledger;
    host: BinControlHost;
  }) {
    this.#bins = needs.bins;
    this.#timers = needs.timers;
    this.#settings = needs.settings;
    this.#ledger = needs.ledger;
    this.#host = needs.host;
    this.#bins.onDoor = (bin, state) => this.#onDoor(bin, state);
  }

  get count(): number {
    return this.#bins.count;
  }

  /** A lock or the wall latch is being worked: another `open` has to wait. */
  get busy(): boolean {
    return this.#pulsing !== undefined || this.#isMountHeld;
  }

  get openDoors(): number {
    let count = 0;
    this.#openings.forEach(({ phase }) => {
      if (phase !== "pulsing") count++;
    });
    return count;
  }

  /** The door of an opening under way was seen open, and not closed since. */
  isOpen(bin: number): boolean {
    return this.#openings.get(bin)?.phase === "open";
  }

  /** Bins whose doors have stood open too long, and stand open still. */
  get heldOpen(): readonly number[] {
    const held: number[] = [];
    this.#openings.forEach(({ bin, isHeld }) => {
      if (isHeld) held.push(bin);
    });
    return held;
  }

  label(bin: number): string {
    return this.#bins.label(bin);
  }

  /** `unknown` also of a bin that is not fitted any more: a unit was taken away, and the journal tells of what was under way there. */
  door(bin: number): DoorState {
    return bin < this.#bins.count ? this.#bins.door(bin) : "unknown";
  }

  /** Opens `bin` by right of journal record `authority`. Throws when that is not durable, or while `busy`. */
  open(bin: number, authority: number, events: OpeningEvents): void {
    this.#demand(authority, `bin ${bin}`);
    const opening = this.#begin(bin, events);
    this.#pulsing = opening;
    this.#pulse(opening);
  }

  /** Goes on watching a door that was opened before this boot. */
  adopt(bin: number, events: OpeningEvents): void {
    const opening = this.#begin(bin, events);
    opening.phase = "open";
    opening.next.set(0, () => this.#opened(opening));
  }

  /**
   * At a boot, when what was under way has been taken up again: a door that stands open all the same was opened while the box was
   * dark, and nobody knows what hangs behind it now.
   */
  noteFoundOpen(beliefs: Pick<BinBeliefs, "content">): void {
    for (let bin = 0; bin < this.#bins.count; bin++) {
      if (this.#openings.has(bin) || this.#bins.door(bin) !== "open") continue;
      // Once: a door that goes on standing open, or a contact that is stuck, would fill the journal boot by boot.
      if (beliefs.content(bin).belief !== Belief.doubt) this.#noteUnexpected(bin);
    }
  }

  /**
   * The record that puts a bin in doubt is vital: were it dropped in a nearly full journal, the bin would go on to count as empty. Once it
   * is in doubt, a door that flaps must not use up what emergencies need.
   */
  #noteUnexpected(bin: number): void {
    const isInDoubt = this.#ledger.state.bins.get(bin)?.belief === Belief.doubt;
    const body = { kind: Kind.door, bin, event: DoorEvent.unexpected } as const;
    this.#ledger.note(body, isInDoubt ? "diagnostic" : "vital");
  }

  /** Releases the box from its wall. Throws BinError from the port, and as `open` does. */
  releaseMount(authority: number): void {
    this.#demand(authority, "wall latch");
    this.#bins.releaseMount();
    this.#isMountHeld = true;
    this.#timers.set(this.#settings.mountHoldMs, () => {
      this.#isMountHeld = false;
    });
  }

  #demand(authority: number, what: string): void {
    if (authority < 1 || authority >= this.#ledger.journal.nextSeq) throw new Error(`${what}: no durable authority`);
    if (this.busy) throw new Error(`${what}: a lock is being driven`);
  }

  #begin(bin: number, events: OpeningEvents): Opening {
    const before = this.#openings.get(bin);
    if (before !== undefined) this.#supersede(before);
    const pulsesLeft = 1 + this.#settings.retries;
    const opening: Opening = {
      bin,
      events,
      next: new Deadline(this.#timers),
      pulsesLeft,
      phase: "pulsing",
      isHeld: false,
    };
    this.#openings.set(bin, opening);
    return opening;
  }

  #pulse(opening: Opening): void {
    opening.pulsesLeft--;
    let fault: BinFault = BinFault.wontOpen;
    try {
      this.#bins.unlock(opening.bin);
    } catch (error) {
      // One message lost on the bus must not take a bin out of use: it is tried again like a door that stayed shut.
      if (!(error instanceof BinError)) throw error;
      fault = BinFault.unreachable;
    }
    // A contact that is stuck tells of an open door where there is none: the lock has been worked all the same.
    if (this.#bins.door(opening.bin) === "open") {
      opening.next.set(0, () => this.#stoodOpen(opening, fault));
    } else {
      this.#awaitDoor(opening, fault);
    }
  }

  /** Somebody may have shut the door in the very moment of the pulse, which then opens it again. */
  #stoodOpen(opening: Opening, fault: BinFault): void {
    if (this.#bins.door(opening.bin) === "closed") this.#awaitDoor(opening, fault);
    else this.#opened(opening);
  }

  #awaitDoor(opening: Opening, fault: BinFault): void {
    const waitMs = fault === BinFault.wontOpen ? this.#settings.openWithinMs : 0;
    opening.next.set(waitMs, () => this.#unopened(opening, fault));
  }

  #unopened(opening: Opening, fault: BinFault): void {
    if (fault === BinFault.wontOpen && this.#bins.door(opening.bin) === "unknown") this.#openedBlind(opening);
    else if (opening.pulsesLeft === 0) this.#failed(opening, fault);
    else opening.next.set(this.#settings.betweenPulsesMs, () => this.#pulse(opening));
  }

  #onDoor(bin: number, state: DoorState): void {
    const opening = this.#openings.get(bin);
    if (opening === undefined) {
      if (state === "open") this.#noteUnexpected(bin);
    } else if (state === "open") {
      if (opening.phase === "open") this.#watchClosing(opening);
      else this.#opened(opening);
    } else if (state === "unknown") {
      if (opening.phase === "open") this.#watchBlindly(opening);
    } else if (opening.phase === "open") {
      this.#finish(opening, true);
    }
  }

  #opened(opening: Opening): void {
    this.#endPulse(opening);
    const isKnown = opening.phase === "blind";
    opening.phase = "open";
    if (this.#ledger.state.faulty.has(opening.bin)) this.#recordFault(opening.bin, BinFault.cleared);
    this.#watchClosing(opening);
    if (!isKnown) opening.events.opened();
  }

  #watchClosing(opening: Opening): void {
    this.#endPulse(opening);
    if (opening.isHeld) return;
    opening.next.set(this.#settings.heldOpenAfterMs, () => {
      opening.isHeld = true;
      this.#ledger.note({ kind: Kind.door, bin: opening.bin, event: DoorEvent.heldOpen });
      opening.events.heldOpen();
      this.#host.heldOpenChanged();
    });
  }

  /** The contact of an open door fell silent: unless it speaks again soon, nobody will tell of the closing. */
  #watchBlindly(opening: Opening): void {
    opening.next.set(BLIND_OPEN_MS, () => this.#finish(opening, false));
  }

  #openedBlind(opening: Opening): void {
    this.#endPulse(opening);
    opening.phase = "blind";
    opening.next.set(BLIND_OPEN_MS, () => this.#finish(opening, false));
    opening.events.opened();
  }

  #failed(opening: Opening, fault: BinFault): void {
    this.#endPulse(opening);
    this.#openings.delete(opening.bin);
    this.#recordFault(opening.bin, fault);
    opening.events.failed();
  }

  /** Vital: were it dropped in a nearly full journal, every return would begin with the bin that does not open. */
  #recordFault(bin: number, event: BinFault): void {
    this.#ledger.note({ kind: Kind.binFault, bin, event }, "vital");
  }

  #finish(opening: Opening, seen: boolean): void {
    this.#endPulse(opening);
    this.#openings.delete(opening.bin);
    if (opening.isHeld) this.#ledger.note({ kind: Kind.door, bin: opening.bin, event: DoorEvent.closedLate });
    opening.events.closed(seen);
    if (opening.isHeld) this.#host.heldOpenChanged();
  }

  /** The bin is opened again while its door still stands open: the earlier person left it so. */
  #supersede(opening: Opening): void {
    this.#endPulse(opening);
    if (!opening.isHeld) opening.events.heldOpen();
  }

  #endPulse(opening: Opening): void {
    opening.next.clear();
    if (this.#pulsing === opening) this.#pulsing = undefined;
  }
}
