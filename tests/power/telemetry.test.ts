import { afterEach, describe, expect, it } from "vitest";
import { cutMains, ordinaryDay, restoreMains, untilDark, wakeUp } from "../../sim/trials/scenarios/on-battery.js";
import { People } from "../../sim/trials/scenarios/people.js";
import type { Act } from "../../sim/trials/scenarios/scenario.js";
import { Stage } from "../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let stage: Stage;
let act: Act;
const open = async () => {
  stage = await Stage.open({ seed: 31, broker: "virtual" });
  act = { stage, people: new People(stage), step: () => {}, options: { exchanges: 0, killBroker: false } };
  await ordinaryDay(act);
};
const told = () => stage.cloud.power(stage.machine.name);
const toldAnew = async () => {
  const state = stage.cloud.store.boxState(stage.machine.name);
  const before = state.status;
  await stage.world.until(() => state.status !== before, MINUTE_MS, "a status");
};
const wallSeconds = () => stage.world.wallSeconds();
afterEach(async () => {
  const { crashes } = stage.machine;
  await stage.close();
  expect(crashes).toEqual([]);
});

/** Two moments, s, that are the same but for roundings and the way to the cloud. */
function expectAbout(seconds: number | undefined, expected: number, within = 3): void {
  expect(seconds).toBeGreaterThan(expected - within);
  expect(seconds).toBeLessThan(expected + within);
}

describe("what the cloud is told of the supply", () => {
  it("on mains: mains, charge, voltage, and no loss", async () => {
    await open();
    expect(told()).toMatchObject({ mains: true, chargePercent: 100, mainsLostAt: undefined });
    expect(told()?.millivolts).toBeGreaterThan(4_000);
    expect(told()?.celsius).toBe(25);
    expectAbout(told()?.toldAt, wallSeconds(), 10 * 60);
  });

  it("the time of the loss, over sleeps, check-ins and the clock's correction, until mains return", async () => {
    await open();
    const lostAt = wallSeconds();
    cutMains(act);
    await stage.world.until(() => told()?.mains === false, 5 * MINUTE_MS, "the cloud to be told");
    expectAbout(told()?.mainsLostAt, lostAt);
    await untilDark(act);
    await stage.world.advance(3 * DAY_MS);
    expect(told()?.toldAt).toBeGreaterThan(lostAt + 2 * 86_400);
    expectAbout(told()?.mainsLostAt, lostAt);
    // The clock's crystal has been off in the cold; the cloud puts it right.
    stage.machine.rtc.shift(-900);
    await wakeUp(act);
    await toldAnew();
    expectAbout(told()?.mainsLostAt, lostAt);
    await untilDark(act);
    restoreMains(act);
    await stage.world.until(() => told()?.mains === true, 5 * MINUTE_MS, "the cloud to be told");
    expect(told()).toMatchObject({ mainsLostAt: undefined });
  });

  it("the time of the loss again, when a clock that was lost in the outage is set", async () => {
    await open();
    const lostAt = wallSeconds();
    cutMains(act);
    await untilDark(act);
    stage.machine.rtc.lose();
    await wakeUp(act);
    await toldAnew();
    expectAbout(told()?.mainsLostAt, lostAt);
  });

  it("where the clock was unknown at the loss: the time by the boot that saw it, none from later boots", async () => {
    await open();
    stage.machine.net.setInternet("blackHole");
    await stage.world.advance(5 * MINUTE_MS);
    stage.machine.rtc.lose();
    const unclockedAt = wallSeconds();
    cutMains(act);
    await stage.world.advance(10_000);
    stage.machine.net.setInternet("ok");
    stage.machine.button.press();
    await toldAnew();
    expectAbout(told()?.mainsLostAt, unclockedAt);
    await untilDark(act);
    await wakeUp(act);
    await toldAnew();
    expect(told()).toMatchObject({ mains: false, mainsLostAt: undefined });
    stage.machine.setMains(true);
    await stage.world.advance(1_000);
    const lostAt = wallSeconds();
    stage.machine.setMains(false);
    await toldAnew();
    expectAbout(told()?.mainsLostAt, lostAt);
  });
});
