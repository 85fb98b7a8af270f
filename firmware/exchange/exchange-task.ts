import type { BinControl } from "../bins/bin-control.js";
import { guessedBy, type Throttle } from "../codes/throttle.js";
import { waitRefusal } from "../codes/wait-refusal.js";
import type { Rank } from "../journal/contract.js";
import { Auth, Belief, Exchange, type Held, Kind, Outcome } from "../records/records.js";
import type { KeyInfo, SnapshotView } from "../snapshot/contract.js";
import type { Guessed } from "../state/box-state.js";
import type { Inventory, Place } from "../state/inventory.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import type { RefusalReason } from "../state/refusal.js";
import { recordBinCheck } from "./bin-check.js";
import { type BinsInView, chooseFreeBin, hasBinToCheck, hasWorkingBin } from "./bin-choice.js";
import type { Badge, Refusal, Right, Rights } from "./rights.js";

/** How an exchange that was begun goes on; shown on the panel. */
export interface ExchangeEvents {
  /** A lock is about to move. A drop-off may come to this more than once, with another bin each time. */
  opening(exchange: Exchange, bin: number): void;
  opened(exchange: Exchange, bin: number): void;
  heldOpen(exchange: Exchange, bin: number): void;
  closed(exchange: Exchange, bin: number): void;
  /** Nothing was exchanged. */
  failed(refusal: Refusal): void;
}

export type Answer =
  | { readonly kind: "started" }
  | ({ readonly kind: "refused" } & Refusal)
  /** A badge: which of these keys? `more` answers with the next ones, after the last with the first; absent: these are all. */
  | { readonly kind: "choose"; readonly rights: readonly Right[]; readonly more: (() => Answer) | undefined }
  /** A good code, but its key is not in this box: is the person returning it? */
  | { readonly kind: "offer-return"; readonly right: Right }
  /** A good code or badge, and nobody is sure that its key hangs in any of these bins: is the person taking it, or bringing it back? */
  | { readonly kind: "take-or-return"; readonly right: Right; readonly bins: readonly number[] }
  /** What the person said of a bin is on record. */
  | { readonly kind: "noted"; readonly right: Right; readonly bin: number };

/** What a good read can carry, and what the serial of a fob that nobody knows looks like: anything else is a bad read. */
const READABLE = /^[!-~]{1,16}$/;
const FOB_SERIAL = /^[0-9A-Z]{1,16}$/;
/** Bins that did not open the last time that one drop-off tries: each takes seconds while somebody waits. */
const FAULTY_TRIED_MAX = 3;
/** Keys that the panel offers a badge at once. */
const KEYS_OFFERED = 6;
/** Bins in which a key may be that one screen offers. */
const PLACES_OFFERED = 4;
const STARTED: Answer = { kind: "started" };

/** A drop-off on its way from bin to bin. */
interface Dropoff {
  readonly key: KeyInfo | undefined;
  readonly item: Held;
  /** By a right that holds now: not by a tag, nor by a code outside its time. */
  readonly byRight: boolean;
  readonly who: {
    readonly auth: Auth;
    readonly user?: number | undefined;
    readonly access?: number | undefined;
    readonly short?: 1 | undefined;
  };
  /** Bins that did not open. */
  readonly tried: readonly number[];
  /** How many of them were known to be faulty. */
  readonly faultyTried: number;
}

/** Who may exchange what (`README.md`); begins an exchange with a durable intent and ends it with an outcome. */
export class ExchangeTask {
  readonly #ledger: Ledger;
  readonly #snapshot: () => SnapshotView | undefined;
  readonly #rights: Rights;
  readonly #inventory: Inventory;
  readonly #control: BinControl;
  readonly #throttle: Throttle;
  readonly #bins: BinsInView;
  readonly #events: ExchangeEvents;
  /** The exchange that a reset interrupted while its door was open. */
  #resumed: number | undefined;
  /** How the exchange ended, while that cannot be written. */
  #owed: { readonly seq: number; readonly result: Outcome } | undefined;

  constructor(needs: {
    ledger: Ledger;
    snapshot: () => SnapshotView | undefined;
    rights: Rights;
    inventory: Inventory;
    control: BinControl;
    throttle: Throttle;
    binCount: number;
    events: ExchangeEvents;
  }) {
    this.#ledger = needs.ledger;
    this.#snapshot = needs.snapshot;
    this.#rights = needs.rights;
    this.#inventory = needs.inventory;
    this.#control = needs.control;
    this.#throttle = needs.throttle;
    this.#bins = { inventory: needs.inventory, control: needs.control, binCount: needs.binCount };
    this.#events = needs.events;
  }

  get active(): boolean {
    return this.#ledger.state.exchange !== undefined;
  }

  /** A booking code or a key code of 4 to 16 digits. */
  enterCode(digits: string): Answer {
    const guessed = guessedBy(digits);
    const waitMs = this.#throttle.waitMs(guessed);
    if (waitMs > 0) return { kind: "refused", ...waitRefusal("throttled", waitMs) };
    if (this.#snapshot() === undefined) return refused("no-snapshot");
    // Where a wrong code could not be put on record, a right one is not looked at either: guesses would be free.
    const refusal = this.#ledger.refusal("vital");
    if (refusal !== undefined) return refused(refusal);
    const right = this.#rights.byCode(digits);
    if (right === undefined) return this.#unknownCode(guessed);
    return this.#withRight(right);
  }

  /** Where its key surely hangs, that bin opens. Otherwise the person is asked, who knows more. */
  #withRight(right: Right): Answer {
    if (this.#control.busy) return refused("busy");
    this.#endLeft();
    const places = this.#placesOf(right.key);
    if (places[0]?.belief === Belief.holds) return this.#pickup(right, places[0].bin);
    if (places.length === 0) return { kind: "offer-return", right };
    return { kind: "take-or-return", right, bins: places.slice(0, PLACES_OFFERED).map(({ bin }) => bin) };
  }

  /** A badge or a fob. */
  scan(read: string): Answer {
    if (!READABLE.test(read)) return refused("fob-unreadable");
    const serial = this.#asListed(read);
    const badge = this.#rights.badge(serial);
    if (badge !== undefined) return this.#keysOf(badge, 0);
    const key = this.#rights.keyByFob(serial);
    if (key === undefined && !FOB_SERIAL.test(serial)) return refused("fob-unreadable");
    const item = key === undefined ? { fob: serial } : { key: key.id };
    return this.#dropoff({ key, item, byRight: false, who: { auth: Auth.quickScan }, tried: [], faultyTried: 0 });
  }

  /** Whoever writes tags by hand writes `900amg` where the list has `900AMG`. */
  #asListed(read: string): string {
    const isListed = (serial: string) =>
      this.#rights.badge(serial) !== undefined || this.#rights.keyByFob(serial) !== undefined;
    const capitals = read.toUpperCase();
    return capitals !== read && !isListed(read) && isListed(capitals) ? capitals : read;
  }

  #keysOf(badge: Badge, skip: number): Answer {
    const rights: Right[] = [];
    let passed = 0;
    let more = false;
    for (const right of this.#offered(badge)) {
      more = rights.length === KEYS_OFFERED;
      if (more) break;
      if (passed++ >= skip) rights.push(right);
    }
    const next = more ? skip + rights.length : 0;
    const isAll = skip === 0 && !more;
    if (rights.length > 0) {
      return { kind: "choose", rights, more: isAll ? undefined : () => this.#keysOf(badge, next) };
    }
    // What was on the screens before may be gone by now.
    if (skip > 0) return this.#keysOf(badge, 0);
    return { kind: "refused", ...(this.#rights.badgeRefusal(badge.user) ?? { reason: "no-keys-for-badge" }) };
  }

  /** First the keys that hang here, then those that may. */
  *#offered(badge: Badge): Iterable<Right> {
    for (const isSure of [true, false]) {
      for (const right of this.#rights.ofBadge(badge)) {
        const likeliest = this.#placesOf(right.key)[0];
        if (likeliest !== undefined && (likeliest.belief === Belief.holds) === isSure) yield right;
      }
    }
  }

  /** A key that the person chose of those that a badge may take; a newer snapshot may have taken the right away since. */
  choose(chosen: Right): Answer {
    const right = this.#rights.renewed(chosen);
    return right === undefined ? takenAway(chosen) : this.#withRight(right);
  }

  /** The person says that the key is in `bin`, one of those that `take-or-return` named. */
  take(chosen: Right, bin: number): Answer {
    const right = this.#rights.renewed(chosen);
    return right === undefined ? takenAway(chosen) : this.#pickup(right, bin);
  }

  /** The person shut the door on the key, and leaves it there. */
  leaveInside(chosen: Right, bin: number): Answer {
    const right = this.#rights.renewed(chosen);
    if (right === undefined) return takenAway(chosen);
    this.#endLeft();
    // It takes nothing out: a journal that is too full for pick-ups takes it as it takes a return.
    const refusal = this.#refusalOf(right, bin, "dropoff");
    if (refusal !== undefined) return this.#refuse(refusal, right);
    try {
      recordBinCheck(this.#ledger, bin, { key: right.key.id }, { auth: right.auth });
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return refused(error.reason);
    }
    return { kind: "noted", right, bin };
  }

  #pickup(right: Right, bin: number): Answer {
    if (this.#control.busy) return refused("busy");
    this.#endLeft();
    const refusal = this.#refusalOf(right, bin, "pickup");
    if (refusal !== undefined) return this.#refuse(refusal, right);
    const begun = this.#begin("pickup", {
      kind: Kind.intent,
      exchange: Exchange.pickup,
      bin,
      auth: right.auth,
      user: right.access?.user,
      access: right.access?.id,
      key: right.key.id,
      short: right.short,
    });
    if (typeof begun !== "number") return begun;
    this.#events.opening(Exchange.pickup, bin);
    this.#open(Exchange.pickup, bin, begun, () =>
      this.#events.failed({ reason: "bin-wont-open", params: this.#at(bin) }),
    );
    return STARTED;
  }

  /** The return of a right's key after the person said so. A right that does not hold now is worth no more than the key's tag. */
  returnKey(shown: Right): Answer {
    const right = this.#rights.renewed(shown);
    const byRight = right !== undefined && this.#rights.windowRefusal(right.access) === undefined;
    const { key, auth, access, short } = right ?? shown;
    const who = { auth, user: access?.user, access: access?.id, short };
    return this.#dropoff({ key, item: { key: key.id }, byRight, who, tried: [], faultyTried: 0 });
  }

  /** A cloud command armed `bin` and the person pressed the button. */
  oneTouch(bin: number): Answer {
    if (this.#control.busy) return refused("busy");
    this.#endLeft();
    const { belief, item } = this.#inventory.content(bin);
    const isPickup = belief === Belief.holds;
    const exchange = isPickup ? Exchange.pickup : Exchange.dropoff;
    // What hangs in any other bin afterwards, nobody can say.
    const contested = isPickup || item === undefined ? undefined : 1;
    const begun = this.#begin("vital", { kind: Kind.intent, exchange, bin, auth: Auth.oneTouch, contested, ...item });
    if (typeof begun !== "number") return begun;
    this.#events.opening(exchange, bin);
    this.#open(exchange, bin, begun, () => this.#events.failed({ reason: "bin-wont-open", params: this.#at(bin) }));
    return STARTED;
  }

  /** Writes the outcome that could not be written when it was due. */
  settle(): void {
    if (this.#owed !== undefined) this.#end(this.#owed.seq, this.#owed.result);
  }

  /** Settles what a power cut or a reset interrupted. */
  resume(): void {
    const left = this.#ledger.state.exchange;
    if (left === undefined) return;
    if (this.#control.door(left.bin) !== "open") {
      this.#end(left.seq, Outcome.unconfirmed);
      return;
    }
    this.#resumed = left.seq;
    this.#control.adopt(
      left.bin,
      this.#openingEvents(left.exchange, left.bin, left.seq, () => {}),
    );
  }

  #placesOf(key: KeyInfo): readonly Place[] {
    return this.#inventory.placesOf({ key: key.id }, key.fob);
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
    if (!this.#inventory.enabled(bin)) return { reason: "bin-disabled", params: this.#at(bin) };
    const refusal = this.#ledger.refusal(rank);
    return refusal && { reason: refusal };
  }

  #dropoff(dropoff: Dropoff): Answer {
    if (this.#control.busy) return refused("busy");
    this.#endLeft();
    const { key, item, byRight, who, tried, faultyTried } = dropoff;
    const home = this.#snapshot()?.location.id;
    if (key !== undefined && !key.roaming && key.homeLocation !== home) {
      const refusal: Refusal = { reason: "wrong-location", params: { location: key.homeLocationName } };
      return this.#refuse(refusal, { key, access: undefined });
    }
    const places = key === undefined ? this.#inventory.placesOf(item, undefined) : this.#placesOf(key);
    const bin = chooseFreeBin(this.#bins, { places, byRight }, tried);
    const isFaulty = bin !== undefined && this.#inventory.faulty(bin);
    if (bin === undefined || (isFaulty && faultyTried === FAULTY_TRIED_MAX)) {
      return this.#refuse({ reason: this.#whyNoBin() }, { key, access: undefined });
    }
    const elsewhere = movedFrom(places, bin, byRight);
    const body = { kind: Kind.intent, exchange: Exchange.dropoff, bin, ...elsewhere, ...who, ...item } as const;
    const begun = this.#begin("dropoff", body);
    if (typeof begun !== "number") return begun;
    this.#events.opening(Exchange.dropoff, bin);
    this.#open(Exchange.dropoff, bin, begun, () => {
      const next = { ...dropoff, tried: [...tried, bin], faultyTried: faultyTried + (isFaulty ? 1 : 0) };
      const answer = this.#dropoff(next);
      if (answer.kind === "refused") this.#events.failed(answer);
    });
    return STARTED;
  }

  #whyNoBin(): RefusalReason {
    if (!hasWorkingBin(this.#bins)) return "no-working-bin";
    if (this.#snapshot() === undefined) return "no-snapshot";
    return hasBinToCheck(this.#bins) ? "no-sure-bin" : "box-full";
  }

  /** Whoever comes next ends an exchange whose door still stands open, before looking at what is where. */
  #endLeft(): void {
    const left = this.#ledger.state.exchange;
    if (left !== undefined)
      this.#end(left.seq, this.#control.isOpen(left.bin) ? Outcome.leftOpen : Outcome.unconfirmed);
  }

  /** Writes the intent. */
  #begin(rank: Rank, body: Parameters<Ledger["write"]>[0]): number | Answer {
    try {
      return this.#ledger.write(body, rank);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return refused(error.reason);
    }
  }

  #open(exchange: Exchange, bin: number, authority: number, failed: () => void): void {
    this.#control.open(bin, authority, this.#openingEvents(exchange, bin, authority, failed));
  }

  #openingEvents(exchange: Exchange, bin: number, authority: number, failed: () => void) {
    return {
      opened: () => this.#events.opened(exchange, bin),
      failed: () => {
        this.#end(authority, Outcome.notOpened);
        failed();
      },
      heldOpen: () => {
        this.#end(authority, Outcome.leftOpen);
        this.#events.heldOpen(exchange, bin);
      },
      closed: (seen: boolean) => {
        this.#end(authority, seen ? Outcome.done : Outcome.unconfirmed);
        this.#events.closed(exchange, bin);
      },
    };
  }

  /** Once per intent: later calls find the exchange ended, and what could not be written stays what it was. */
  #end(authority: number, result: Outcome): void {
    if (this.#ledger.state.exchange?.seq !== authority) return;
    // The person may have found the box dark and walked off before it asked for anything.
    const isDoubtful = result === Outcome.leftOpen && this.#resumed === authority;
    const outcome = isDoubtful ? Outcome.unconfirmed : result;
    const ended = this.#owed?.seq === authority ? this.#owed : { seq: authority, result: outcome };
    this.#owed = undefined;
    try {
      this.#ledger.write({ kind: Kind.outcome, of: authority, result: ended.result }, "vital");
    } catch (error) {
      // The intent is on record. Where this boot ends before the outcome can be written, the next one settles it.
      if (!(error instanceof WriteRefused)) throw error;
      this.#owed = ended;
    }
  }

  #refuse(refusal: Refusal, who: { key: KeyInfo | undefined; access: Right["access"] }): Answer {
    this.#ledger.note({
      kind: Kind.refused,
      reason: refusal.reason,
      key: who.key?.id,
      user: who.access?.user,
      access: who.access?.id,
    });
    return { kind: "refused", ...refusal };
  }

  #at(bin: number): { bin: string } {
    return { bin: this.#control.label(bin) };
  }
}

function refused(reason: RefusalReason): Answer {
  return { kind: "refused", reason };
}

function takenAway({ auth }: Right): Answer {
  return refused(auth === Auth.badge ? "no-keys-for-badge" : "wrong-code");
}

/** What a return into `bin` says of the other places of what is returned. A scan frees none: the tag may be a copy. */
function movedFrom(
  places: readonly Place[],
  bin: number,
  byRight: boolean,
): { from?: number; freed?: number; contested?: 1 } {
  const sure = places.find((place) => place.belief === Belief.holds)?.bin;
  if (!byRight) return sure === undefined ? {} : { contested: 1 };
  const taken = places.find((place) => place.belief === Belief.taken && place.bin !== bin)?.bin;
  return { ...(sure !== undefined && { from: sure }), ...(taken !== undefined && { freed: taken }) };
}
