import type { ScreenName, Text, View } from "../../../hal/ports/panel.js";
import type { Machine } from "../../world/machine/machine.js";
import type { World } from "../../world/machine/world.js";

/** Wrong codes in a row that cost nothing, and the minutes to wait after each further one (firmware/codes/SPEC.md section 4). */
const FREE = 3;
const WAIT_MINUTES = [2, 4, 8, 16, 32, 60];
const WAIT_MINUTES_SHORT = [...WAIT_MINUTES, 120, 240, 480, 720];
/** The shortest code, and the longest that counts as short, digits. */
const CODE_DIGITS = 4;
const SHORT_DIGITS = 5;
const PRINTED_DIGITS = 8;
/** The box counts whole seconds, and its clock and the world's differ a little, s. */
const TOLERANCE_SECONDS = 3;

/** What entered digits are worth: a right that holds, one that does not, or who can say: the box may know less, or more. */
export type Worth = "right" | "lapsed" | "unsure" | "nothing";

/** A code was accepted. */
const ACCEPTED: readonly ScreenName[] = ["opening", "opening-all", "unmount-press", "bin-open"];
/** It was good, and the box asks what to do. */
const GOOD: readonly ScreenName[] = ["choose-key", "offer-return", "take-or-return"];

interface Count {
  /** Wrong codes in a row that were told to be wrong. The box counts these at least. */
  told: number;
  /** And with those of which a power cut swallowed the answer. The box counts these at most. */
  tried: number;
  /** When the last was told to be wrong. */
  last: Moment | undefined;
}

/** By each clock, s; undefined where it is lost. */
interface Moment {
  readonly world: number;
  /** The RTC, which a box of the simulator asks each time. */
  readonly rtc: number | undefined;
  /** The RTC as the last boot found it, and run on from there: a board asks it once, and whoever puts it off later is felt at the next boot. */
  readonly board: number | undefined;
}

/**
 * Invariant 5, from what people type and what the panel answers: for each thing that can be guessed at, no verdict comes before its
 * wait is over, and nobody is kept waiting for more than what was typed for that very thing.
 */
export class GuessWatch {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #report: (problem: string) => void;
  readonly #worth: () => Worth;
  readonly #counts = new Map<string, Count>();
  /** Boots of the box that were seen, and how far ahead the last one found its clock, s. */
  #boots = 0;
  #aheadAtBoot: number | undefined;
  /** What was entered and is not answered yet. */
  #pending: string | undefined;
  #pendingWorth: Worth = "nothing";
  /** What a good code was typed for, while the box asks what to do with it. */
  #good: string | undefined;

  constructor(needs: {
    world: World;
    machine: Machine;
    report: (problem: string) => void;
    /** Of what has just been entered as an ordinary code. */
    worth: () => Worth;
  }) {
    this.#world = needs.world;
    this.#machine = needs.machine;
    this.#report = needs.report;
    this.#worth = needs.worth;
    const { panel } = needs.machine;
    panel.watchInput((input) => {
      if (input.kind !== "enter") return;
      this.#pending = guessedAt(panel.view);
      // A printed code has no window: the box has it, or has not.
      this.#pendingWorth = panel.view?.screen === "emergency-code" ? "right" : this.#worth();
    });
    panel.watch((view) => this.#shown(view));
  }

  #shown(view: View | undefined): void {
    const { boots, rtc } = this.#machine;
    if (boots !== this.#boots) this.#aheadAtBoot = rtc.errorSeconds;
    this.#boots = boots;
    const pending = this.#pending;
    // A power cut after the choice: the record that ends the count may be whole, and nobody saw the lock being worked.
    if (this.#good !== undefined && (view === undefined || ACCEPTED.includes(view.screen))) {
      this.#countOf(this.#good).told = 0;
    }
    if (view === undefined || view.screen === "idle") this.#good = undefined;
    if (pending === undefined || view?.screen === "enter-code" || view?.screen === "emergency-code") return;
    this.#pending = undefined;
    const count = this.#countOf(pending);
    const refusal = refusalOf(view);
    if (view === undefined) this.#swallowed(count);
    else if (refusal?.id.startsWith("refused-wrong-code") === true) this.#wrong(pending, count);
    else if (refusal?.id.startsWith("refused-throttled") === true) this.#keptWaiting(pending, count, refusal);
    // An expired code lets its key be returned, and forgives no guesses: whoever has it may have no right any more.
    else if (this.#pendingWorth === "lapsed") return;
    else if (GOOD.includes(view.screen)) this.#good = pending;
    else if (!ACCEPTED.includes(view.screen)) return;
    else if (this.#pendingWorth === "right") this.#counts.delete(pending);
    else count.told = 0;
  }

  /** The box went dark before it answered. */
  #swallowed(count: Count): void {
    count.tried++;
    // After a good code the record that ends the count may be whole, though no lock was worked.
    if (this.#pendingWorth === "right" || this.#pendingWorth === "unsure") count.told = 0;
  }

  #wrong(what: string, count: Count): void {
    const now = this.#now();
    const waited = count.last === undefined ? Number.POSITIVE_INFINITY : secondsBetween(count.last, now);
    const wait = waitSeconds(what, count.told);
    if (waited < wait - TOLERANCE_SECONDS) {
      this.#report(`a guess at ${what} was looked at ${Math.floor(waited)} s after the last one, not after ${wait} s`);
    }
    count.told++;
    count.tried++;
    count.last = now;
  }

  #keptWaiting(what: string, { tried }: Count, refusal: Text): void {
    const { seconds, minutes, hours } = refusal.params ?? {};
    const told = Number(seconds ?? 0) + 60 * Number(minutes ?? 0) + 3_600 * Number(hours ?? 0);
    const wait = waitSeconds(what, tried);
    if (told > wait) {
      this.#report(
        `whoever has a code for ${what} is kept waiting ${told} s: ${tried} wrong ones for it cost ${wait} s`,
      );
    }
  }

  #now(): Moment {
    const world = this.#world.nowMs / 1_000;
    const board = this.#aheadAtBoot === undefined ? undefined : world + this.#aheadAtBoot;
    return { world, rtc: this.#machine.rtc.seconds, board };
  }

  #countOf(what: string): Count {
    const found = this.#counts.get(what) ?? { told: 0, tried: 0, last: undefined };
    this.#counts.set(what, found);
    return found;
  }
}

/** Whichever of the clocks says most: what shifts the box's clock is no guesser. */
function secondsBetween(from: Moment, to: Moment): number {
  const by = (clock: keyof Moment) => {
    const [began, ended] = [from[clock], to[clock]];
    return began === undefined || ended === undefined ? 0 : ended - began;
  };
  return Math.max(by("world"), by("rtc"), by("board"));
}

function waitSeconds(what: string, failures: number): number {
  const minutes = what === "short codes" ? WAIT_MINUTES_SHORT : WAIT_MINUTES;
  const step = Math.min(failures - FREE, minutes.length);
  return step <= 0 ? 0 : 60 * minutes[step - 1]!;
}

function refusalOf(view: View | undefined): Text | undefined {
  return [view?.title, ...(view?.lines ?? [])].find((text) => text?.id.startsWith("refused-"));
}

/** What the digits on the screen are a code for; undefined: for nothing. */
function guessedAt(view: View | undefined): string | undefined {
  const digits = view?.entry?.groups.reduce((sum, group) => sum + group.length, 0) ?? 0;
  if (view?.screen === "enter-code" && digits >= CODE_DIGITS) {
    return digits <= SHORT_DIGITS ? "short codes" : "ordinary codes";
  }
  if (view?.screen !== "emergency-code" || digits < PRINTED_DIGITS) return undefined;
  const { id, params } = view.title;
  return id === "ask-code-bin" ? `bin ${params?.bin}` : id === "ask-code-all" ? "all bins" : "the release";
}
