import { afterEach, expect, test } from "vitest";
import { People } from "../../../sim/trials/scenarios/people.js";
import { Stage } from "../../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;
const DAY_SECONDS = 86_400;
const TOMORROWS = "918273";

let stage: Stage;
afterEach(() => stage.close());

const local = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 16);

test("a box whose clock was put a day ahead is judged by that clock, and one with a clock that is right by the true time", async () => {
  stage = await Stage.open({ seed: 3, broker: "virtual" });
  const { machine, cloud, world, judge } = stage;
  const people = new People(stage);
  const { id } = cloud.store.organisation.keys.find(({ fob }) => fob === "012ABC")!;
  const noon = world.wallSeconds() + DAY_SECONDS;
  const schedule = { kind: "scheduled", start: local(noon - 7_200), end: local(noon + 7_200), zone: "UTC" } as const;
  cloud.admin.addAccess(1, id, schedule, TOMORROWS);
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  await people.isRefused(TOMORROWS, "too-early");
  machine.net.setInternet("blackHole");
  machine.rtc.shift(DAY_SECONDS);
  expect(await people.pickUp(TOMORROWS)).toBe("012ABC");
  expect(judge.verdict().unauthorised).toBe(0);
});
