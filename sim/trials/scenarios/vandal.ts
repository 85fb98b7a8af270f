import { SHORT_LADDER_MINUTES } from "../../../firmware/codes/ladder.js";
import type { Text } from "../../../hal/ports/panel.js";
import { guessesWithin } from "../../cloud/code-length.js";
import type { Random } from "../../world/random.js";
import { expectThat, PackHolder } from "./emergency.js";
import { Keypad, waitOf } from "./keypad.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAYS = 4;
/** Honest people come so often, while the vandal steps aside. */
const VISITS_A_DAY = 4;
/** Nobody guesses at these bins. Two: a sheet has ten codes for each. */
const LEFT_ALONE = ["A-1", "A-2"];
/** Amélie's. */
const BOOKING_CODE = "135790";
/** Longest wait at any target and at ordinary codes, ms. */
const LONGEST_WAIT_MS = HOUR_MS;

export const vandal: Scenario = {
  name: "vandal",
  summary:
    "somebody guesses for days at everything that can be typed and cuts the power; people with codes still get in",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "cuts", "clock"],
  async play(act) {
    const { stage, step } = act;
    step("the box comes up and syncs");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    const guesser = new Vandal(act);
    const others = new Others(act);
    for (let visit = 1; visit <= DAYS * VISITS_A_DAY; visit++) {
      await guesser.actFor((24 / VISITS_A_DAY) * HOUR_MS);
      if (visit === VISITS_A_DAY) {
        step("the internet goes, and with the next power cut the clock");
        stage.rig.links.setInternet("blackHole");
        stage.rig.clock.lose();
      }
      if (visit === 3 * VISITS_A_DAY) stage.rig.links.setInternet("ok");
      expectThat(guesser.opened === 0, "no door open for a guess");
      guesser.isWatching = false;
      await others.come();
      guesser.isWatching = true;
      if (visit % VISITS_A_DAY === 0) step(`day ${visit / VISITS_A_DAY}: ${guesser.told}; ${others.told}`);
    }
    guesser.staysUnderTheBound();
    expectThat(guesser.verdicts > 10 * DAYS * 24, "a vandal who uses what there is");
    expectThat(others.longestWaitMs > MINUTE_MS, "somebody who had to wait for the vandal's guesses");
    await act.people.idle();
    await stage.untilInSync(30 * MINUTE_MS);
  },
};

/** Guesses at whatever is not waiting, and pulls the plug in the verdict and in the wait. */
class Vandal {
  readonly #act: Act;
  readonly #random: Random;
  readonly #keypad: Keypad;
  /** By what is guessed at: when the box will look at the next guess, as far as it says. */
  readonly #againAtMs = new Map<string, number>();
  readonly #verdicts = new Map<string, number>();
  readonly #startMs: number;
  opened = 0;
  isWatching = true;

  constructor(act: Act) {
    const { rig, world } = act.stage;
    this.#act = act;
    this.#startMs = world.nowMs;
    this.#random = world.random("vandal");
    this.#keypad = new Keypad(act.stage, this.#random);
    for (let bin = 0; bin < rig.bins.count; bin++) {
      const label = rig.bins.label(bin);
      if (!LEFT_ALONE.includes(label)) this.#againAtMs.set(`bin:${label}`, 0);
    }
    for (const what of ["all", "unmount", "ordinary", "short", "printed"]) this.#againAtMs.set(what, 0);
    rig.bins.watch((event) => {
      if (event.kind === "opened" && this.isWatching) this.opened++;
    });
  }

  get verdicts(): number {
    return [...this.#verdicts.values()].reduce((sum, one) => sum + one, 0);
  }

  get told(): string {
    return `${this.verdicts} verdicts on guesses`;
  }

  /** The published bound of what nobody else has a code accepted for. The judge holds the others to theirs. */
  staysUnderTheBound(): void {
    const seconds = (this.#act.stage.world.nowMs - this.#startMs) / 1_000;
    const bound = guessesWithin(seconds);
    const bounds = { all: bound, unmount: bound, short: guessesWithin(seconds, SHORT_LADDER_MINUTES) };
    for (const [what, most] of Object.entries(bounds)) {
      const verdicts = this.#verdicts.get(what) ?? 0;
      expectThat(verdicts > 0 && verdicts <= most, `at most ${most} verdicts on ${what} (there were ${verdicts})`);
    }
  }

  async actFor(durationMs: number): Promise<void> {
    const { world, rig } = this.#act.stage;
    const endMs = world.nowMs + durationMs;
    while (world.nowMs < endMs) {
      await this.#keypad.wakeUp();
      const ready = [...this.#againAtMs].filter(([, atMs]) => atMs <= world.nowMs).map(([what]) => what);
      if (ready.length > 0) await this.#guess(this.#random.pick(ready));
      else await world.advance(MINUTE_MS);
      if (this.#random.next() < 0.05) rig.power.cut({ backAfterMs: 500 + this.#random.int(4_000) });
    }
    await this.#keypad.wakeUp();
  }

  async #guess(what: string): Promise<void> {
    const { rig, world } = this.#act.stage;
    if (this.#random.next() < 0.1) {
      rig.cuts.armFlashCut({ operation: 1, at: this.#random.int(40), backAfterMs: 2_000 });
    }
    const lengths: Readonly<Record<string, number>> = { ordinary: 6, short: 4, printed: 8 };
    if (lengths[what] === undefined) await this.#keypad.ask(what);
    await this.#keypad.type(this.#keypad.digits(lengths[what] ?? 8));
    await world.advance(500);
    rig.cuts.disarm();
    const { id, waitMs } = this.#keypad.rebuff;
    if (id?.startsWith("refused-wrong-code") === true) this.#verdicts.set(what, (this.#verdicts.get(what) ?? 0) + 1);
    this.#againAtMs.set(what, world.nowMs + waitMs);
  }
}

/** People with codes of their own, who wait as long as the screen says. */
class Others {
  readonly #act: Act;
  readonly #random: Random;
  readonly #holder: PackHolder;
  #visits = 0;
  longestWaitMs = 0;

  constructor(act: Act) {
    this.#act = act;
    this.#random = act.stage.world.random("others");
    this.#holder = new PackHolder(act.stage);
  }

  get told(): string {
    return `${this.#visits} visits, the longest wait ${Math.ceil(this.longestWaitMs / MINUTE_MS)} minutes`;
  }

  async come(): Promise<void> {
    const { rig } = this.#act.stage;
    const waitedMs = await this.#openBin(LEFT_ALONE[this.#visits++ % LEFT_ALONE.length]!);
    expectThat(waitedMs === 0, "no wait at a bin that nobody guessed at");
    await this.#openBin(rig.bins.label(LEFT_ALONE.length + this.#random.int(rig.bins.count - LEFT_ALONE.length)));
    await this.#takeAndReturn();
  }

  /** With the printed sheet. Answers how long they had to wait, ms. */
  async #openBin(label: string): Promise<number> {
    const { stage, people } = this.#act;
    const target = `bin:${label}`;
    const waitedMs = await this.#waitOut(async () => this.#holder.answer(target, await this.#holder.askBin(label)));
    await this.#holder.sees("emergency-opened");
    await stage.person.closeDoor(stage.rig.bins.byLabel(label));
    await people.idle();
    return waitedMs;
  }

  async #takeAndReturn(): Promise<void> {
    const { stage, people } = this.#act;
    await this.#waitOut(() => stage.person.type(BOOKING_CODE));
    if (stage.rig.panel.view?.screen === "take-or-return") await stage.person.choose(this.#whereItHangs());
    await stage.person.see("bin-open");
    const bin = stage.rig.bins.byLabel(String(stage.rig.panel.view?.title.params?.bin));
    const fob = await stage.person.takeKey(bin);
    await stage.person.closeDoor(bin);
    await people.idle();
    people.carried.push(fob);
    await people.giveBack(fob);
  }

  /** The sheet has opened bins since, and the box asks in which one the key is: who hung it there knows. */
  #whereItHangs(): string {
    const { cloud, rig } = this.#act.stage;
    const { keys, accesses } = cloud.store.organisation;
    const key = accesses.find((access) => access.code === BOOKING_CODE)!.key;
    const bin = rig.bins.state.contents.indexOf(keys.find((one) => one.id === key)!.fob!);
    const isIt = ({ params }: Text) => params?.bin === rig.bins.label(bin);
    const offered = rig.panel.view!.choices.find(({ id, label }) => id.startsWith("take") && isIt(label));
    return offered?.id ?? "take";
  }

  /** Types, and where the box says to wait, waits and types again. Answers how long that was, ms. */
  async #waitOut(type: () => Promise<void>): Promise<number> {
    const { stage, people } = this.#act;
    await type();
    const { view } = stage.rig.panel;
    const refusal = [view?.title, ...(view?.lines ?? [])].find((text) => text?.id.startsWith("refused-throttled"));
    const waitMs = waitOf(refusal);
    expectThat(waitMs <= LONGEST_WAIT_MS, `no longer wait than an hour (it is ${waitMs} ms)`);
    this.longestWaitMs = Math.max(this.longestWaitMs, waitMs);
    if (refusal === undefined) return 0;
    await stage.world.advance(waitMs);
    await people.idle();
    await type();
    return waitMs;
  }
}
