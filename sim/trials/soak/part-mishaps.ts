import type { BoardParts } from "../../world/parts/board-parts.js";
import { oddTag } from "../../world/parts/odd-tags.js";
import { fobTag } from "../../world/parts/tag.js";
import type { Random } from "../../world/random.js";
import type { Scene } from "../stage/stage.js";
import { type Card, type Deal, Deck } from "./deck.js";

/** How many parts may be broken at a time: people must still come and go. */
const AT_A_TIME = 2;
/** A clock that stands still or runs backwards, parts per million. */
const STOPPED_PPM = [-1e6, -2e6] as const;

type Expander = BoardParts["expanders"][number];

interface Trouble {
  /** Name under which the box has to tell it; undefined: it shows only in use, or not at all. */
  readonly told?: string;
  readonly strike: () => void;
  readonly mend: () => void;
}

/**
 * What goes wrong with parts that answer, at register level: they read the same for ever, stick, lie, stand still, repeat
 * themselves. With tags that were written in odd ways. The judge is told what the box has to tell.
 */
export class PartMishaps {
  readonly #stage: Scene;
  readonly #parts: BoardParts;
  readonly #random: Random;
  readonly #broken: { readonly trouble: Trouble; readonly mended: () => void }[] = [];
  /** Parts that broke so far. */
  count = 0;
  readonly #deck: Deck;

  constructor(needs: { readonly stage: Scene; readonly parts: BoardParts; readonly random: Random }, deal: Deal) {
    const { stage, parts, random } = needs;
    this.#stage = stage;
    this.#parts = parts;
    this.#random = random;
    this.#deck = new Deck("part", this.#troubles(), deal);
    const tags = stage.world.random("odd tags");
    parts.tagOf = (serial) => (tags.next() < 0.5 ? oddTag(serial, tags) : fobTag(serial));
  }

  async one(): Promise<void> {
    // A clock that is mended while the box sleeps has stood still unseen: that nobody can notice.
    if (this.#stage.rig.console.state !== "running") return;
    if (this.#broken.length >= AT_A_TIME || (this.#broken.length > 0 && this.#random.next() < 0.5)) this.#mend();
    else await this.#deck.one(this.#random);
  }

  /** Everything works again. */
  end(): void {
    while (this.#broken.length > 0) this.#mend();
  }

  /** Answers whether it struck: of a part that is broken already nothing more can be told. */
  #strike(trouble: Trouble): boolean {
    if (this.#broken.some((one) => one.trouble.told === trouble.told)) return false;
    trouble.strike();
    this.count++;
    const mended = trouble.told === undefined ? () => {} : this.#stage.judge.broken(trouble.told);
    this.#broken.push({ trouble, mended });
    return true;
  }

  #mend(): void {
    const one = this.#broken.shift();
    one?.trouble.mend();
    one?.mended();
  }

  #troubles(): Readonly<Record<string, Card>> {
    const { clock } = this.#stage.rig;
    const { gauge, reader } = this.#parts;
    const trouble = <T>(part: T, broken: Partial<T>, well: Partial<T>, told?: string): Trouble => ({
      ...(told !== undefined && { told }),
      strike: () => Object.assign(part as object, broken),
      mend: () => Object.assign(part as object, well),
    });
    const card = (made: () => Trouble): Card => ({ share: 1, play: () => this.#strike(made()) });
    const expander = (broken: () => Partial<Expander>, well: Partial<Expander>) =>
      card(() => {
        const at = this.#random.int(this.#parts.expanders.length);
        return trouble(this.#parts.expanders[at]!, broken(), well, this.#parts.expanderName(at));
      });
    return {
      "inputs-stuck": expander(() => ({ stuckInputs: this.#random.int(256) }), { stuckInputs: undefined }),
      "latch-lies": expander(() => ({ liesInLatch: 1 << this.#random.int(8) }), { liesInLatch: 0 }),
      "expander-silent": expander(() => ({ silent: true }), { silent: false }),
      "clock-stopped": card(() =>
        trouble(clock, { driftPpm: this.#random.pick(STOPPED_PPM) }, { driftPpm: 0 }, "clock"),
      ),
      "gauge-jumps": card(() => trouble(gauge, { jumps: true }, { jumps: false }, "fuel gauge")),
      "gauge-frozen": card(() => trouble(gauge, { frozen: true }, { frozen: false })),
      "reader-silent": card(() => trouble(reader, { silent: true }, { silent: false }, "reader")),
      "reader-repeats": card(() => trouble(reader, { repeats: true }, { repeats: false })),
    };
  }
}
