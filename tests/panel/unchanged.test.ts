import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Stage } from "../../sim/trials/stage/stage.js";

vi.setConfig({ testTimeout: 60_000 });
const MINUTE_MS = 60_000;

let stage: Stage;
/** What the idle screen told each time that it was drawn. */
let drawn: string[];

beforeEach(async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  stage.rig.power.connect();
  await stage.untilInSync(5 * MINUTE_MS);
  await stage.world.advance(2 * MINUTE_MS);
  drawn = [];
  stage.rig.panel.watch((view) => {
    if (view?.screen === "idle") drawn.push(view.notices.map(({ id, params }) => id + (params?.minutes ?? "")).join());
  });
});

afterEach(() => stage.close());

test("a panel that has nothing new to tell is not drawn again", async () => {
  await stage.world.advance(30 * MINUTE_MS);
  expect(drawn).toEqual([]);
});

test("each minute offline is told, and the end of it", async () => {
  stage.rig.links.setInternet("blackHole");
  await stage.world.advance(12 * MINUTE_MS);
  const minutes = [...new Set(drawn)].map((told) => Number(/^notice-offline-minutes(\d+)$/.exec(told)?.[1]));
  expect(minutes.length).toBeGreaterThanOrEqual(10);
  expect(minutes).toEqual([...minutes.keys()].map((index) => minutes[0]! + index));
  stage.rig.links.setInternet("ok");
  await stage.untilInSync(5 * MINUTE_MS);
  await stage.world.advance(2 * MINUTE_MS);
  expect(drawn.at(-1)).toBe("");
});

test("after each boot the screen is drawn, whatever it told before", async () => {
  stage.rig.power.cut();
  await stage.world.advance(MINUTE_MS);
  stage.rig.power.restore();
  await stage.untilInSync(5 * MINUTE_MS);
  expect(stage.rig.panel.view?.screen).toBe("idle");
  expect(drawn.length).toBeGreaterThan(0);
});

test("whoever leaves a screen finds the idle one again", async () => {
  await stage.person.choose("status");
  await stage.person.see("status");
  await stage.person.choose("done");
  await stage.person.see("idle");
  expect(drawn).toEqual([""]);
});
