import { expect, test } from "vitest";
import type { Plan } from "../../../sim/trials/soak/plan.js";
import { type Ended, shrink, waysOf } from "../../../sim/trials/soak/shrink.js";

const PROBLEM = "bin A-7 was unlocked, and nobody had a right to that";

/** A soak of so many steps that fails where all of `needs` are played, and `mishap/cut` is not left out. */
function world(needs: readonly number[]) {
  const plays: Plan[] = [];
  const play = async (plan: Plan): Promise<Ended> => {
    plays.push(plan);
    const steps = plan.steps ?? [];
    const cuts = !(plan.without ?? []).some((what) => what === "mishap" || what === "mishap/cut");
    const fails = cuts && needs.every((step) => steps.includes(step));
    const times = (name: string) => (plan.without?.includes(name) ? 0 : 1);
    return {
      visits: steps.length,
      problems: fails ? [`${steps.length} ms: ${PROBLEM}`] : ["9 ms: something else"],
      coverage: {
        mishap: { cut: 1, jam: times("mishap/jam"), clock: 0 },
        office: { bin: 1 },
        people: { visit: 1 },
      },
    };
  };
  return { play, plays };
}

const FAILED: Ended = { visits: 900, problems: [`123456 ms: ${PROBLEM}`], coverage: {} };

test("of 900 steps the two that it takes are left, and what has no part in it is left out", async () => {
  const { play } = world([417, 803]);
  const smallest = await shrink(FAILED, {}, { play, isOver: () => false });
  expect(smallest).toEqual({ steps: [417, 803], without: ["mishap/jam", "office"] });
});

test("what fails in another way is not the same fault", async () => {
  const { play } = world([1_000]);
  expect(await shrink(FAILED, {}, { play, isOver: () => false })).toBeUndefined();
});

test("when the time is over, the smallest so far is the answer", async () => {
  const { play, plays } = world([417, 803]);
  const smallest = await shrink(FAILED, {}, { play, isOver: () => plays.length >= 6 });
  expect(plays).toHaveLength(6);
  expect(smallest!.steps!.length).toBeLessThan(900);
  expect(smallest!.steps).toEqual(expect.arrayContaining([417, 803]));
});

test("a part that is small already is made smaller still, with what it leaves out", async () => {
  const { play } = world([3]);
  const plan = { steps: [1, 2, 3, 4], without: ["mishap/jam"] };
  const smallest = await shrink({ ...FAILED, visits: 4 }, plan, { play, isOver: () => false });
  expect(smallest).toEqual({ steps: [3], without: ["mishap/jam", "office"] });
});

test("one way to fail is told from another by its words, not by times, numbers and bins", () => {
  expect(waysOf({ problems: ["17 ms: bin B-12 holds 3"], failure: "Error: waited 7200 ms\n  at x" })).toEqual([
    "bin BIN holds N",
    "Error: waited N ms",
  ]);
});
