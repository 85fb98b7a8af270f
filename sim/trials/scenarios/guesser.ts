import { guessesWithin } from "../../cloud/code-length.js";
import type { Random } from "../../world/random.js";
import { Kind } from "../journal-reader/records.js";
import { readJournal } from "../judge/box-memory.js";
import { expectThat } from "./emergency.js";
import { Keypad } from "./keypad.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DAYS = 30;

export const guesser: Scenario = {
  name: "guesser",
  summary:
    "somebody who knows the rules guesses at ordinary codes for a month and pulls the plug: the published bound holds",
  onlyWith: VIRTUAL_ONLY,
  needs: ["cuts", "flash"],
  async play(act) {
    const { stage, step } = act;
    step("the box comes up and syncs");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    const tried = new Guesser(act);
    for (let day = 1; day <= DAYS; day++) {
      await tried.until(tried.startMs + day * DAY_MS);
      if (day === 1 || day % 5 === 0)
        step(`day ${day}: ${tried.verdicts} verdicts, ${tried.swallowed} tries without one`);
    }
    const failures = tried.failuresOnRecord;
    step(`a month: ${failures} guesses on record; the bound is ${guessesWithin(DAYS * 86_400)}`);
    expectThat(tried.opened === 0, "no door open");
    expectThat(failures >= tried.verdicts, "every verdict on record before it was shown");
    expectThat(failures <= guessesWithin(DAYS * 86_400), `at most ${guessesWithin(DAYS * 86_400)} guesses`);
    // A guesser who gets much less would mean that this one is not trying.
    expectThat(failures > 0.9 * guessesWithin(DAYS * 86_400), "a guesser who uses what there is");
    await act.people.idle();
    await stage.untilInSync(30 * MINUTE_MS);
  },
};

/**
 * Tries a code whenever the box lets it, and does to the box what can be done from outside: pulls the plug and the battery at
 * any moment, the verdict's and the wait's among them. It cannot reach the clock, the flash or the keys.
 */
class Guesser {
  readonly #act: Act;
  readonly #random: Random;
  readonly #keypad: Keypad;
  readonly startMs: number;
  verdicts = 0;
  /** Tries that the power cut kept from being answered. */
  swallowed = 0;
  opened = 0;
  #failures = 0;
  #countedTo = 0;

  constructor(act: Act) {
    this.#act = act;
    this.#random = act.stage.world.random("guesser");
    this.#keypad = new Keypad(act.stage, this.#random);
    this.startMs = act.stage.world.nowMs;
    act.stage.rig.bins.watch((event) => {
      if (event.kind === "opened") this.opened++;
    });
  }

  async until(endMs: number): Promise<void> {
    const { world } = this.#act.stage;
    while (world.nowMs < endMs) {
      await this.#keypad.wakeUp();
      const waitMs = await this.#try();
      await this.#waitOut(Math.min(waitMs, endMs - world.nowMs));
    }
    this.#countFailures();
  }

  /** Failures that the journal told of, at the end of each day: the ring may have given up the older ones since. */
  get failuresOnRecord(): number {
    return this.#failures;
  }

  /** One guess. Answers how long the box then makes people wait, as far as this one can tell. */
  async #try(): Promise<number> {
    const { rig, world } = this.#act.stage;
    const cutsBefore = rig.power.cutCount;
    if (this.#random.next() < 0.15) {
      // Right between the eighth digit and the verdict, in the middle of whatever is written then.
      rig.cuts.armFlashCut({ operation: 1, at: this.#random.int(40), backAfterMs: 2_000 });
    }
    await this.#keypad.type(this.#keypad.digits(6));
    await world.advance(500);
    rig.cuts.disarm();
    if (rig.power.cutCount > cutsBefore) {
      this.swallowed++;
      await this.#keypad.wakeUp();
      return 0;
    }
    const { id, waitMs } = this.#keypad.rebuff;
    if (id?.startsWith("refused-wrong-code") === true) this.verdicts++;
    return waitMs;
  }

  /** In the middle of a wait the plug is pulled, once or often, for a moment or for long. */
  async #waitOut(waitMs: number): Promise<void> {
    const { rig, world } = this.#act.stage;
    const end = world.nowMs + waitMs;
    while (world.nowMs < end) {
      const left = end - world.nowMs;
      if (this.#random.next() < 0.4) {
        await world.advance(Math.min(left, this.#random.int(90_000)));
        rig.power.cut({ backAfterMs: 500 + this.#random.int(4_000) });
        await this.#keypad.wakeUp();
        if (this.#random.next() < 0.5) return;
      } else {
        await world.advance(left);
      }
    }
  }

  #countFailures(): void {
    const { journal } = this.#act.stage.rig.flash;
    for (const { seq, record } of readJournal(journal, this.#countedTo + 1)) {
      if (record?.kind === Kind.codeFailure) this.#failures++;
      this.#countedTo = seq;
    }
  }
}
