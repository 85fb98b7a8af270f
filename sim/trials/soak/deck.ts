import type { Random } from "../../world/random.js";
import type { Coverage } from "./coverage.js";

/** One thing that can happen. */
export interface Card {
  /** How often it is drawn, against the others of its deck. */
  readonly share: number;
  /** Makes it happen. Answers false where there was nothing for it to happen to. */
  readonly play: () => unknown;
}

/** What a deck is dealt with. */
export interface Deal {
  readonly coverage: Coverage;
  /** By `sort/name`: what its share is multiplied by; 1 where it is not named. */
  readonly rates: ReadonlyMap<string, number>;
  /** What is drawn and does not happen: `sort/name`, or a whole `sort`. */
  readonly without: ReadonlySet<string>;
}

/** Things that can happen, of which chance picks one by their shares. Counts what did. */
export class Deck {
  readonly #sort: string;
  readonly #cards: readonly (readonly [name: string, card: Card])[];
  readonly #deal: Deal;
  readonly #total: number;

  constructor(sort: string, cards: Readonly<Record<string, Card>>, deal: Deal) {
    const rate = (name: string) => deal.rates.get(`${sort}/${name}`) ?? 1;
    this.#sort = sort;
    this.#cards = Object.entries(cards).map(([name, card]) => [name, { ...card, share: card.share * rate(name) }]);
    this.#deal = deal;
    this.#total = this.#cards.reduce((sum, [, { share }]) => sum + share, 0);
    deal.coverage.expect(sort, Object.keys(cards));
  }

  /** One of them happens, if it can. */
  async one(random: Random): Promise<void> {
    const [name, { play }] = this.#drawn(random);
    const { without, coverage } = this.#deal;
    if (without.has(this.#sort) || without.has(`${this.#sort}/${name}`)) return;
    if ((await play()) !== false) coverage.count(this.#sort, name);
  }

  #drawn(random: Random): readonly [string, Card] {
    let left = random.next() * this.#total;
    for (const drawn of this.#cards) {
      left -= drawn[1].share;
      if (left < 0) return drawn;
    }
    return this.#cards.at(-1)!;
  }
}
