import { expect, test } from "vitest";
import type { PanelInput, ScreenName, View } from "../../../hal/ports/panel.js";
import { GuessWatch, type Worth } from "../../../sim/trials/judge/guess-watch.js";
import type { Machine } from "../../../sim/world/machine/machine.js";
import type { World } from "../../../sim/world/machine/world.js";

interface Clock {
  seconds: number | undefined;
  errorSeconds: number | undefined;
}

/** A panel whose box says what a test tells it to say. */
class Bench {
  readonly problems: string[] = [];
  worth: Worth = "right";
  readonly #world = { nowMs: 0 };
  readonly #machine = { boots: 1, rtc: { seconds: undefined, errorSeconds: undefined } as Clock };
  #view: View | undefined;
  #input: (input: PanelInput) => void = () => {};
  #shown: (view: View | undefined) => void = () => {};

  constructor() {
    const bench = this;
    const panel = {
      get view() {
        return bench.#view;
      },
      watchInput: (watcher: (input: PanelInput) => void) => {
        this.#input = watcher;
      },
      watch: (watcher: (view: View | undefined) => void) => {
        this.#shown = watcher;
      },
    };
    new GuessWatch({
      world: this.#world as World,
      machine: Object.assign(this.#machine, { panel }) as unknown as Machine,
      report: (problem) => this.problems.push(problem),
      worth: () => this.worth,
    });
  }

  pass(seconds: number, boxSeconds?: number): void {
    this.#world.nowMs += 1_000 * seconds;
    this.#machine.rtc.seconds = boxSeconds;
  }

  /** It starts, and finds its clock so far ahead of the world's time. */
  boot(errorSeconds: number): void {
    this.#machine.boots++;
    this.#machine.rtc.errorSeconds = errorSeconds;
    this.#show({});
  }

  #show(view: Partial<View> | undefined): void {
    const { screen = "idle", title = { id: "" } } = view ?? {};
    this.#view = view && { lines: [], choices: [], notices: [], language: "en", ...view, screen, title };
    this.#shown(this.#view);
  }

  /** Types `digits` for a printed target, or on the ordinary keypad; the box answers with these screens, or goes dark. */
  try(digits: number, bin: string | undefined, answer: string, params: Record<string, number> = {}): void {
    const entry = { layout: "digits", groups: ["*".repeat(digits)], maxLength: 16 } as const;
    const asked = {
      screen: "emergency-code" as const,
      title: { id: "ask-code-bin", params: { bin: bin ?? "" } },
      entry,
    };
    this.#show(bin === undefined ? { screen: "enter-code", entry } : asked);
    this.#input({ kind: "enter" });
    if (answer === "dark") this.#show(undefined);
    else if (answer.startsWith("refused")) this.#show({ screen: "refused", lines: [{ id: answer, params }] });
    else for (const one of answer.split(" ")) this.#show(one === "dark" ? undefined : { screen: one as ScreenName });
    this.#show({});
  }
}

test("three wrong codes for one thing are free, the fifth comes two minutes after the fourth", () => {
  for (const [digits, bin, what] of [
    [6, undefined, "ordinary codes"],
    [4, undefined, "short codes"],
    [8, "A-1", "bin A-1"],
  ] as const) {
    const bench = new Bench();
    for (let i = 0; i < 4; i++) bench.try(digits, bin, "refused-wrong-code");
    expect(bench.problems).toEqual([]);
    bench.pass(116);
    bench.try(digits, bin, "refused-wrong-code");
    expect(bench.problems).toEqual([`a guess at ${what} was looked at 116 s after the last one, not after 120 s`]);
    bench.pass(240);
    bench.try(digits, bin, "refused-wrong-code");
    expect(bench.problems).toHaveLength(1);
  }
});

test("whoever is kept waiting for somebody else's wrong codes is seen", () => {
  const bench = new Bench();
  for (let i = 0; i < 4; i++) bench.try(8, "A-1", "refused-wrong-code");
  bench.try(8, "A-1", "refused-throttled", { seconds: 120 });
  expect(bench.problems).toEqual([]);
  bench.try(8, "A-2", "refused-throttled", { seconds: 120 });
  bench.try(6, undefined, "refused-throttled-minutes", { minutes: 2 });
  bench.try(8, "A-1", "refused-throttled-hours", { hours: 1 });
  expect(bench.problems).toHaveLength(3);
});

test("a power cut in the verdict may count, and an accepted code begins anew", () => {
  const bench = new Bench();
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "dark");
  bench.try(6, undefined, "refused-throttled", { seconds: 120 });
  bench.pass(120);
  bench.try(6, undefined, "opening");
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toEqual([]);
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toHaveLength(1);
});

test("a code that led to a question and then to an opening begins anew as well", () => {
  const bench = new Bench();
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  bench.try(6, undefined, "take-or-return");
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toHaveLength(1);
  bench.try(6, undefined, "take-or-return opening");
  for (let i = 0; i < 3; i++) bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toHaveLength(1);
});

test("a clock of the box that was put forward is no guesser", () => {
  const bench = new Bench();
  bench.pass(0, 1_000);
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  bench.pass(5, 1_125);
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toEqual([]);
});

test("a cut after the choice that a good code was followed by may have ended the count; a cut after a wrong code has not", () => {
  const bench = new Bench();
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  bench.pass(130);
  bench.try(6, undefined, "take-or-return dark");
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toEqual([]);
  for (let i = 0; i < 3; i++) bench.try(6, undefined, "refused-wrong-code");
  bench.worth = "nothing";
  bench.try(6, undefined, "dark");
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toHaveLength(1);
});

test("a cut in the answer to a good code may have ended the count", () => {
  const bench = new Bench();
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  bench.pass(130);
  bench.try(6, undefined, "dark");
  bench.worth = "nothing";
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toEqual([]);
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toHaveLength(1);
});

test("a code whose right is gone lets its key be returned and forgives no guesses, at once, after a question or in a cut", () => {
  for (const answer of ["opening", "offer-return opening", "take-or-return dark", "dark"]) {
    const bench = new Bench();
    for (let i = 0; i < 3; i++) bench.try(6, undefined, "refused-wrong-code");
    bench.worth = "lapsed";
    bench.try(6, undefined, answer);
    bench.worth = "nothing";
    bench.try(6, undefined, "refused-wrong-code");
    expect(bench.problems, answer).toEqual([]);
    bench.try(6, undefined, "refused-wrong-code");
    expect(bench.problems, answer).toHaveLength(1);
  }
});

test("a right of which nobody can say whether the box has it may begin the count anew, or not", () => {
  const bench = new Bench();
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  bench.worth = "unsure";
  bench.pass(120);
  bench.try(6, undefined, "opening");
  bench.try(6, undefined, "refused-throttled", { seconds: 120 });
  bench.worth = "nothing";
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toEqual([]);
});

test("a clock that was put off while the box ran is felt when it boots, and no guesser is blamed for it", () => {
  const bench = new Bench();
  bench.boot(0);
  for (let i = 0; i < 4; i++) bench.try(6, undefined, "refused-wrong-code");
  bench.boot(86_400);
  bench.pass(30);
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toEqual([]);
  bench.boot(86_400);
  bench.pass(60);
  bench.try(6, undefined, "refused-wrong-code");
  expect(bench.problems).toEqual(["a guess at ordinary codes was looked at 60 s after the last one, not after 240 s"]);
});
