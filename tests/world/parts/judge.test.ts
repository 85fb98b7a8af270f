import { expect, it } from "vitest";
import { Stage } from "../../../sim/trials/stage/stage.js";

const UNTOLD = /nobody was told that this part does not work: reader/;
const UNREAD = /the fob 012ABC was held to a reader that works, and was not read/;

/** What the judge says of a box at register level after `work`. */
async function judged(work: (stage: Stage) => Promise<void>): Promise<string[]> {
  const stage = await Stage.open({ seed: 3, broker: "virtual", parts: "registers" });
  try {
    stage.machine.start();
    await stage.untilInSync(300_000);
    await work(stage);
    return stage.judge.verdict().problems.filter((problem) => UNTOLD.test(problem) || UNREAD.test(problem));
  } finally {
    await stage.close();
  }
}

it("the judge wants to hear of a part that does not work, and does not care once it works", async () => {
  const silence = async ({ judge, world }: Stage) => {
    judge.broken("reader");
    await world.advance(110_000);
  };
  const told = async (stage: Stage) => {
    stage.machine.parts!.reader.silent = true;
    await silence(stage);
  };
  const mended = async ({ judge, world }: Stage) => {
    judge.broken("reader")();
    await world.advance(110_000);
  };
  expect(await judged(silence)).toHaveLength(1);
  expect(await judged(told)).toEqual([]);
  expect(await judged(mended)).toEqual([]);
});

it("a box that is not awake for long enough need not have told it yet", async () => {
  const problems = await judged(async ({ judge, machine, world }) => {
    judge.broken("reader");
    for (let i = 0; i < 5; i++) {
      await world.advance(60_000);
      machine.powerCut({ backAfterMs: 1_000 });
    }
  });
  expect(problems).toEqual([]);
});

it("the judge sees a fob that a working reader does not read", async () => {
  const scan = async ({ machine, world }: Stage, break_: (machine: Stage["machine"]) => void) => {
    break_(machine);
    machine.reader.scan("012ABC");
    await world.advance(5_000);
  };
  const blank = (machine: Stage["machine"]) => {
    const { tagOf } = machine.parts!;
    machine.parts!.tagOf = () => tagOf("");
  };
  expect((await judged((stage) => scan(stage, blank))).join()).toMatch(UNREAD);
  expect(await judged((stage) => scan(stage, () => {}))).toEqual([]);
});
