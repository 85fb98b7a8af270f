import type { BinControl } from "../bins/bin-control.js";
import type { Throttle } from "../codes/throttle.js";
import { Auth, Exchange, type Held, Kind, Outcome } from "../records/records.js";
import type { RefusalReason } from "../panel/texts/catalogue.js";
import type { KeyInfo, SnapshotView } from "../snapshot/contract.js";
import type { Inventory } from "../state/inventory.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import { chooseFreeBin, hasUsableBin } from "./bin-choice.js";
import type { Refusal, Right, Rights } from "./rights.js";

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
  /** A badge: which of these keys? */
  | { readonly kind: "choose"; readonly rights: readonly Right[] }
  /** A good code, but its key is not in this box: is the person returning it? */
  | { readonly kind: "offer-return"; readonly right: Right };

const FOB_SERIAL = /^[0-9A-Z]{4,16}$/;
const STARTED: Answer = { kind: "started" };

/** Who may exchange what (`README.md`); begins an exchange with a durable intent and ends it with an outcome. */
export class ExchangeTask {
  readonly #ledger: Ledger;
  readonly #snapshot: () => SnapshotView | undefined;
  readonly #rights: Rights;
  readonly #inventory: Inventory;
  readonly #control: BinControl;
  readonly #throttle: Throttle;
  readonly #binCount: number;
  readonly #events: ExchangeEvents;

  constructor(parts: {
    ledger: Ledger;
    snapshot: () => SnapshotView | undefined;
    rights: Rights;
    inventory: Inventory;
    control: BinControl;
    throttle: Throttle;
    binCount: number;
    events: ExchangeEvents;
  }) {
    this.#ledger = parts.ledger;
    this.#snapshot = parts.snapshot;
    this.#rights = parts.rights;
    this.#inventory = parts.inventory;
    this.#control = parts.control;
    this.#throttle = parts.throttle;
    this.#binCount = parts.binCount;
    this.#events = parts.events;
  }

  get active(): boolean {
    return this.#ledger.state.exchange !== undefined;
  }

  /** A booking code or a key code of 4 to 16 digits. */
  enterCode(digits: string): Answer {
    const waitMs = this.#throttle.waitMs();
    if (waitMs > 0) return refused("throttled", { seconds: Math.ceil(waitMs / 1_000) });
    if (this.#snapshot() === undefined) return refused("no-snapshot");
    const right = this.#rights.byCode(digits);
    if (right === undefined) return this.#unknownCode();
    if (this.#locate(right.key) === undefined) return { kind: "offer-return", right };
    return this.pickup(right);
  }

  /** A badge or a fob. */
  scan(serial: string): Answer {
    if (!FOB_SERIAL.test(serial)) return refused("fob-unreadable");
    const user = this.#rights.badgeUser(serial);
    if (user !== undefined) {
      const rights = this.#rights.ofUser(user, (key) => this.#locate(key) !== undefined);
      return rights.length === 0 ? refused("no-keys-for-badge") : { kind: "choose", rights };
    }
    const key = this.#rights.keyByFob(serial);
    return this.#dropoff(key, key === undefined ? { fob: serial } : { key: key.id }, { auth: Auth.quickScan });
  }

  pickup(right: Right): Answer {
    const bin = this.#locate(right.key);
    if (bin === undefined) return this.#refuse({ reason: "key-not-here" }, right);
    const refusal = this.#pickupRefusal(right, bin);
    if (refusal !== undefined) return this.#refuse(refusal, right);
    const begun = this.#begin("pickup", {
      kind: Kind.intent,
      exchange: Exchange.pickup,
      bin,
      auth: right.auth,
      user: right.access?.user,
      access: right.access?.id,
      key: right.key.id,
    });
    if (typeof begun !== "number") return begun;
    this.#events.opening(Exchange.pickup, bin);
    this.#open(Exchange.pickup, bin, begun, () => this.#events.failed({ reason: "bin-wont-open", params: this.#at(bin) }));
    return STARTED;
  }

  /** The return of a right's key after the person said so: the right's window does not matter. */
  returnKey(right: Right): Answer {
    const { auth, access } = right;
    return this.#dropoff(right.key, { key: right.key.id }, { auth, user: access?.user, access: access?.id });
  }

  /** A cloud command armed `bin` and the person pressed the button. */
  oneTouch(bin: number): Answer {
    const held = this.#inventory.content(bin).held;
    const exchange = held === undefined ? Exchange.dropoff : Exchange.pickup;
    const begun = this.#begin("vital", { kind: Kind.intent, exchange, bin, auth: Auth.oneTouch, ...held });
    if (typeof begun !== "number") return begun;
    this.#events.opening(exchange, bin);
    this.#open(exchange, bin, begun, () => this.#events.failed({ reason: "bin-wont-open", params: this.#at(bin) }));
    return STARTED;
  }

  /** Settles what a power cut or a reset interrupted. */
  resume(): void {
    const left = this.#ledger.state.exchange;
    if (left === undefined) return;
    if (this.#control.door(left.bin) !== "open") {
      this.#end(left.seq, Outcome.unconfirmed);
      return;
    }
    this.#control.adopt(left.bin, this.#openingEvents(left.exchange, left.bin, left.seq, () => {}));
  }

  #locate(key: KeyInfo): number | undefined {
    const byKey = this.#inventory.binOf({ key: key.id });
    // Dropped off while the snapshot did not know the fob yet.
    return byKey ?? (key.fob === undefined ? undefined : this.#inventory.binOf({ fob: key.fob }));
  }

  #unknownCode(): Answer {
    try {
      this.#throttle.recordFailure(0);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return refused(error.reason);
    }
    const seconds = Math.ceil(this.#throttle.waitMs() / 1_000);
    return seconds > 0 ? refused("wrong-code-wait", { seconds }) : refused("wrong-code");
  }

  #pickupRefusal(right: Right, bin: number): Refusal | undefined {
    const window = this.#rights.windowRefusal(right.access);
    if (window !== undefined) return window;
    if (!this.#inventory.enabled(bin)) return { reason: "bin-disabled", params: this.#at(bin) };
    const refusal = this.#ledger.refusal("pickup");
    return refusal && { reason: refusal };
  }

  #dropoff(key: KeyInfo | undefined, item: Held, who: { auth: Auth; user?: number | undefined; access?: number | undefined }): Answer {
    const home = this.#snapshot()?.location.id;
    if (key !== undefined && !key.roaming && key.homeLocation !== home) {
      const refusal: Refusal = { reason: "wrong-location", params: { location: key.homeLocationName } };
      return this.#refuse(refusal, { key, access: undefined });
    }
    const before = key === undefined ? this.#inventory.binOf(item) : this.#locate(key);
    const bin = chooseFreeBin(this.#inventory, this.#control, this.#binCount, before);
    if (bin === undefined) {
      const isAnyUsable = hasUsableBin(this.#inventory, this.#control, this.#binCount);
      return this.#refuse({ reason: isAnyUsable ? "box-full" : "no-working-bin" }, { key, access: undefined });
    }
    const body = { kind: Kind.intent, exchange: Exchange.dropoff, bin, from: before, ...who, ...item } as const;
    const begun = this.#begin("vital", body);
    if (typeof begun !== "number") return begun;
    this.#events.opening(Exchange.dropoff, bin);
    this.#open(Exchange.dropoff, bin, begun, () => {
      // The bin is faulty now, so that each round has fewer to choose from.
      const answer = this.#dropoff(key, item, who);
      if (answer.kind === "refused") this.#events.failed(answer);
    });
    return STARTED;
  }

  /** Writes the intent. An exchange whose door still stands open is ended first; one whose lock is moving is not disturbed. */
  #begin(rank: "pickup" | "vital", body: Parameters<Ledger["write"]>[0]): number | Answer {
    if (this.#control.busy) return refused("busy");
    try {
      const left = this.#ledger.state.exchange;
      if (left !== undefined) this.#end(left.seq, Outcome.leftOpen);
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

  /** Once per intent: later calls find the exchange ended. */
  #end(authority: number, result: Outcome): void {
    if (this.#ledger.state.exchange?.seq !== authority) return;
    try {
      this.#ledger.write({ kind: Kind.outcome, of: authority, result }, "vital");
    } catch (error) {
      // The intent is on record; the exchange stays open in the journal and the next boot settles it.
      if (!(error instanceof WriteRefused)) throw error;
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

function refused(reason: RefusalReason, params?: Refusal["params"]): Answer {
  return params === undefined ? { kind: "refused", reason } : { kind: "refused", reason, params };
}
