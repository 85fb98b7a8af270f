import { describe, expect, test, vi } from "vitest";
import { XsEngine } from "../../../sim/engines/xs-engine.js";
import { play, SCENARIOS } from "../../../sim/trials/scenarios/play.js";
import { whyNoXs } from "../../support/xs.js";

vi.setConfig({ testTimeout: 240_000 });

const named = (name: string) => SCENARIOS.find((scenario) => scenario.name === name)!;
const options = { exchanges: 6, killBroker: false };

test.each([
  ["update", 1],
  ["update-bad-image", 1],
  ["update-cut", 1],
  ["update-cut", 2],
  ["update-hostile", 1],
  ["update-slow", 1],
  ["update-trouble", 1],
])("%s, seed %i: nothing is lost, and a confirmed image runs", async (name, seed) => {
  const result = await play(named(name), { seed, broker: "virtual" }, options, () => {});
  expect(result.failure, `npm run scenario -- ${name} --seed ${seed}`).toBeUndefined();
  expect(result).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
});

describe.skipIf(whyNoXs())("on real XS the program in the slot is what runs", () => {
  test("the boots of release 8 call themselves what its bundle says", async () => {
    const boots: unknown[] = [];
    const engine = await XsEngine.open();
    const result = await play(
      named("update"),
      { seed: 1, broker: "virtual", engine },
      options,
      () => {},
      ({ cloud }) => {
        boots.push(
          ...cloud.store.data.events.filter(({ kind }) => kind === "boot").map(({ detail }) => detail.firmware),
        );
      },
    );
    expect(result).toMatchObject({ lost: 0, problems: [] });
    expect(boots).toEqual(["0.7.0", "0.8.0", "0.8.0"]);
  });

  test("programs that throw, hang or cannot read the journal go back by themselves", async () => {
    const engine = await XsEngine.open();
    const result = await play(named("update-bad-image"), { seed: 1, broker: "virtual", engine }, options, () => {});
    expect(result.failure).toBeUndefined();
    expect(result).toMatchObject({ lost: 0, duplicated: 0, problems: [] });
  });
});
