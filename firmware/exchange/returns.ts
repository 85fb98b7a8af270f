import type { BinControl } from "../bins/bin-control.js";
import { type Auth, Belief, Exchange, type Held, Kind } from "../records/records.js";
import type { KeyInfo, SnapshotSource } from "../snapshot/contract.js";
import type { BinBeliefs, BinPlace } from "../state/bin-beliefs.js";
import type { Ledger } from "../state/ledger.js";
import type { RefusalReason } from "../state/refusal.js";
import { type Answer, refused, refuseOnRecord } from "./answer.js";
import { type BinsInView, chooseFreeBin, hasBinToCheck, hasWorkingBin } from "./bin-choice.js";
import type { ExchangeEvents, PendingExchange } from "./pending-exchange.js";

/** Bins that did not open the last time that one return tries: each takes seconds while somebody waits. */
const FAULTY_TRIED_MAX = 3;

/** What somebody brings back. */
export interface Return {
  readonly key: KeyInfo | undefined;
  readonly item: Held;
  /** By a right that holds now: not by a tag, nor by a code outside its time. */
  readonly byRight: boolean;
  readonly who: {
    readonly auth: Auth;
    readonly user?: number | undefined;
    readonly access?: number | undefined;
    readonly short?: 1 | undefined;
    /** A code or badge was shown, and its right does not hold now. */
    readonly lapsed?: 1 | undefined;
  };
}

/** Bins of this return that did not open, and how many of them were known to be faulty. */
interface Tried {
  readonly bins: readonly number[];
  readonly faulty: number;
}

/** Drop-offs: the choice of a bin, and of the next where one does not open (README.md, "Returns"). */
export class Returns {
  readonly #pending: PendingExchange;
  readonly #ledger: Ledger;
  readonly #snapshot: SnapshotSource;
  readonly #beliefs: BinBeliefs;
  readonly #bins: BinsInView;
  readonly #events: ExchangeEvents;

  constructor(
    needs: {
      ledger: Ledger;
      snapshot: SnapshotSource;
      beliefs: BinBeliefs;
      control: BinControl;
      binCount: number;
      events: ExchangeEvents;
    },
    pending: PendingExchange,
  ) {
    this.#pending = pending;
    this.#ledger = needs.ledger;
    this.#snapshot = needs.snapshot;
    this.#beliefs = needs.beliefs;
    this.#bins = { beliefs: needs.beliefs, control: needs.control, binCount: needs.binCount };
    this.#events = needs.events;
  }

  begin(returned: Return): Answer {
    return this.#try(returned, { bins: [], faulty: 0 });
  }

  #try(returned: Return, tried: Tried): Answer {
    if (!this.#pending.makeWay()) return refused("busy");
    const { key, item, byRight, who } = returned;
    const home = this.#snapshot.view?.location.id;
    if (key !== undefined && !key.roaming && key.homeLocation !== home) {
      const refusal = { reason: "wrong-location", params: { location: key.homeLocationName } } as const;
      return refuseOnRecord(this.#ledger, refusal, { key, access: undefined });
    }
    const places = this.#beliefs.placesOf(item, key?.fob);
    const bin = chooseFreeBin(this.#bins, { places, byRight }, tried.bins);
    const isFaulty = bin !== undefined && this.#beliefs.faulty(bin);
    if (bin === undefined || (isFaulty && tried.faulty === FAULTY_TRIED_MAX)) {
      return refuseOnRecord(this.#ledger, { reason: this.#whyNoBin() }, { key, access: undefined });
    }
    const elsewhere = movedFrom(places, bin, byRight);
    const intent = { kind: Kind.intent, exchange: Exchange.dropoff, bin, ...elsewhere, ...who, ...item } as const;
    return this.#pending.begin("dropoff", intent, () => {
      const answer = this.#try(returned, { bins: [...tried.bins, bin], faulty: tried.faulty + (isFaulty ? 1 : 0) });
      if (answer.kind === "refused") this.#events.failed(answer);
    });
  }

  #whyNoBin(): RefusalReason {
    if (!hasWorkingBin(this.#bins)) return "no-working-bin";
    if (this.#snapshot.view === undefined) return "no-snapshot";
    return hasBinToCheck(this.#bins) ? "no-sure-bin" : "box-full";
  }
}

/** What a return into `bin` says of the other places of what is returned. A scan frees none: the tag may be a copy. */
function movedFrom(
  places: readonly BinPlace[],
  bin: number,
  byRight: boolean,
): { from?: number; freed?: number; contested?: 1 } {
  const sure = places.find((place) => place.belief === Belief.holds)?.bin;
  if (!byRight) return sure === undefined ? {} : { contested: 1 };
  const taken = places.find((place) => place.belief === Belief.taken && place.bin !== bin)?.bin;
  return { ...(sure !== undefined && { from: sure }), ...(taken !== undefined && { freed: taken }) };
}
