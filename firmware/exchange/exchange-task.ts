import type { BinControl } from "../bins/bin-control.js";
import { guessedBy, type Throttle } from "../codes/throttle.js";
import { waitRefusal } from "../codes/wait-refusal.js";
import { Auth, Belief, Exchange, Kind } from "../records/records.js";
import type { BinsSource, KeyInfo, SnapshotSource } from "../snapshot/contract.js";
import type { BinBeliefs, BinPlace } from "../state/bin-beliefs.js";
import type { Guessed } from "../state/box-state.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import { type Answer, refused, refuseOnRecord, takenAway } from "./answer.js";
import { keysOf } from "./badge-keys.js";
import { recordBinCheck } from "./bin-check.js";
import { type ExchangeEvents, PendingExchange } from "./pending-exchange.js";
import { Returns } from "./returns.js";
import type { Refusal, Right, Rights } from "./rights.js";

/** What a good read can carry, and what the serial of a fob that nobody knows looks like: anything else is a bad read. */
const isReadable = (read: string) => /^[!-~]{1,16}$/.test(read);
const isFobSerial = (serial: string) => /^[0-9A-Z]{1,16}$/.test(serial);
/** Bins in which a key may be that one screen offers. */
const PLACES_OFFERED = 4;

/** Who may exchange what (`README.md`); begins an exchange with a durable intent and ends it with an outcome. */
export class ExchangeTask {
  readonly #ledger: Ledger;
  readonly #snapshot: SnapshotSource;
  readonly #rights: Rights;
  readonly #beliefs: BinBeliefs;
  readonly #control: BinControl;
  readonly #throttle: Throttle;
  readonly #pending: PendingExchange;
  readonly #returns: Returns;

  constructor(needs: {
    ledger: Ledger;
    snapshot: BinsSource;
    rights: Rights;
    beliefs: BinBeliefs;
    control: BinControl;
    throttle: Throttle;
    binCount: number;
    events: ExchangeEvents;
  }) {
    this.#ledger = needs.ledger;
    this.#snapshot = needs.snapshot;
    this.#rights = needs.rights;
    this.#beliefs = needs.beliefs;
    this.#control = needs.control;
    this.#throttle = needs.throttle;
    this.#pending = new PendingExchange(needs);
    this.#returns = new Returns(needs, this.#pending);
  }

  get active(): boolean {
    return this.#pending.active;
  }

  /** A booking code or a key code of 4 to 16 digits. */
  enterCode(digits: string): Answer {
    const guessed = guessedBy(digits);
    const waitMs = this.#throttle.waitMs(guessed);
    if (waitMs > 0) return { kind: "refused", ...waitRefusal("throttled", waitMs) };
    if (this.#snapshot.view === undefined) return refused("no-snapshot");
    // Where a wrong code could not be put on record, a right one is not looked at either: guesses would be free.
    const refusal = this.#ledger.refusal("vital");
    if (refusal !== undefined) return refused(refusal);
    const right = this.#rights.byCode(digits);
    if (right === undefined) return this.#unknownCode(guessed);
    return this.#withRight(right);
  }

  /** Where its key surely hangs, that bin opens. Otherwise the person is asked, who knows more. */
  #withRight(right: Right): Answer {
    if (!this.#pending.makeWay()) return refused("busy");
    const places = this.#placesOf(right.key);
    if (places[0]?.belief === Belief.holds) return this.#pickup(right, places[0].bin);
    if (places.length === 0) return { kind: "offer-return", right };
    return { kind: "take-or-return", right, bins: places.slice(0, PLACES_OFFERED).map(({ bin }) => bin) };
  }

  /** A badge or a fob. */
  scan(read: string): Answer {
    if (!isReadable(read)) return refused("fob-unreadable");
    const serial = this.#asListed(read);
    const badge = this.#rights.badge(serial);
    if (badge !== undefined) return keysOf(badge, this.#rights, this.#beliefs);
    const key = this.#rights.keyByFob(serial);
    if (key === undefined && !isFobSerial(serial)) return refused("fob-unreadable");
    const item = key === undefined ? { fob: serial } : { key: key.id };
    return this.#returns.begin({ key, item, byRight: false, who: { auth: Auth.quickScan } });
  }

  /** Whoever writes tags by hand writes `900amg` where the list has `900AMG`. */
  #asListed(read: string): string {
    const isListed = (serial: string) =>
      this.#rights.badge(serial) !== undefined || this.#rights.keyByFob(serial) !== undefined;
    const capitals = read.toUpperCase();
    return capitals !== read && !isListed(read) && isListed(capitals) ? capitals : read;
  }

  /** A key that the person chose of those that a badge may take; a newer snapshot may have taken the right away since. */
  choose(chosen: Right): Answer {
    const right = this.#rights.renewed(chosen);
    return right === undefined ? takenAway(chosen) : this.#withRight(right);
  }

  /** The person says that the key is in `bin`, one of those that `take-or-return` named. */
  take(chosen: Right, bin: number): Answer {
    const right = this.#rights.renewed(chosen);
    if (right === undefined) return takenAway(chosen);
    return this.#pending.makeWay() ? this.#pickup(right, bin) : refused("busy");
  }

  /** The person shut the door on the key, and leaves it there. */
  leaveInside(chosen: Right, bin: number): Answer {
    const right = this.#rights.renewed(chosen);
    if (right === undefined) return takenAway(chosen);
    this.#pending.endLeft();
    // It takes nothing out: a journal that is too full for pick-ups takes it as it takes a return.
    const refusal = this.#refusalOf(right, bin, "dropoff");
    if (refusal !== undefined) return refuseOnRecord(this.#ledger, refusal, right);
    try {
      recordBinCheck(this.#ledger, bin, { key: right.key.id }, { auth: right.auth });
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return refused(error.reason);
    }
    return { kind: "noted", right, bin };
  }

  #pickup(right: Right, bin: number): Answer {
    const refusal = this.#refusalOf(right, bin, "pickup");
    if (refusal !== undefined) return refuseOnRecord(this.#ledger, refusal, right);
    return this.#pending.begin("pickup", {
      kind: Kind.intent,
      exchange: Exchange.pickup,
      bin,
      auth: right.auth,
      user: right.access?.user,
      access: right.access?.id,
      key: right.key.id,
      short: right.short,
    });
  }

  /** The return of a right's key after the person said so. A right that does not hold now is worth no more than the key's tag. */
  returnKey(shown: Right): Answer {
    const right = this.#rights.renewed(shown);
    const byRight = right !== undefined && this.#rights.windowRefusal(right.access) === undefined;
    const { key, auth, access, short } = right ?? shown;
    const lapsed = byRight ? undefined : 1;
    const who = { auth, user: access?.user, access: access?.id, short, lapsed } as const;
    return this.#returns.begin({ key, item: { key: key.id }, byRight, who });
  }

  /** A cloud command armed `bin` and the person pressed the button. */
  oneTouch(bin: number): Answer {
    if (!this.#pending.makeWay()) return refused("busy");
    const { belief, item } = this.#beliefs.content(bin);
    const isPickup = belief === Belief.holds;
    const exchange = isPickup ? Exchange.pickup : Exchange.dropoff;
    // What hangs in any other bin afterwards, nobody can say.
    const contested = isPickup || item === undefined ? undefined : 1;
    return this.#pending.begin("vital", { kind: Kind.intent, exchange, bin, auth: Auth.oneTouch, contested, ...item });
  }

  /** Writes the outcome that could not be written when it was due. */
  settle(): void {
    this.#pending.settle();
  }

  /** Settles what a power cut or a reset interrupted. */
  resume(): void {
    this.#pending.resume();
  }

  #placesOf(key: KeyInfo): readonly BinPlace[] {
    return this.#beliefs.placesOf({ key: key.id }, key.fob);
  }

  #unknownCode(guessed: Guessed): Answer {
    try {
      this.#throttle.recordFailure(guessed);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return refused(error.reason);
    }
    const waitMs = this.#throttle.waitMs(guessed);
    return waitMs > 0 ? { kind: "refused", ...waitRefusal("wrong-code-wait", waitMs) } : refused("wrong-code");
  }

  #refusalOf(right: Right, bin: number, rank: "pickup" | "dropoff"): Refusal | undefined {
    // Somebody else may have taken it, or hung it elsewhere, while the question was on the screen.
    if (!this.#placesOf(right.key).some((place) => place.bin === bin)) return { reason: "key-not-here" };
    const window = this.#rights.windowRefusal(right.access);
    if (window !== undefined) return window;
    if (!this.#beliefs.enabled(bin)) return { reason: "bin-disabled", params: this.#at(bin) };
    const refusal = this.#ledger.refusal(rank);
    return refusal && { reason: refusal };
  }

  #at(bin: number): { bin: string } {
    return { bin: this.#control.label(bin) };
  }
}
