import { afterEach, expect, it } from "vitest";
import { Flag, Kind, LinkEvent } from "../../firmware/records/records.js";
import { emptyState } from "../../firmware/state/box-state.js";
import { applyRecord } from "../../firmware/state/reducer.js";
import { HELLO_WAITS_MS, REHELLO_INTERVAL_MS } from "../../firmware/sync/limits.js";
import { Stage } from "../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;
const ONLINE_S = (REHELLO_INTERVAL_MS + HELLO_WAITS_MS[0]!) / 1_000;
const LINK = { kind: Kind.link, link: "wifi" } as const;

let stage: Stage;
afterEach(async () => await stage?.close());

/** Minutes that the offline notice tells. */
function minutesShown(): unknown {
  return stage.machine.panel.view?.notices.find(({ id }) => id === "notice-offline-minutes")?.params?.minutes;
}

it("is right after the net is down, mains is off and the button wakes the box: 25 minutes are 25", async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { machine, world } = stage;
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  // The cloud was just heard.
  const heardMs = world.nowMs;
  machine.net.setInternet("blackHole");
  await world.advance(20 * MINUTE_MS);
  machine.setMains(false);
  await world.until(() => machine.state === "asleep", 10 * MINUTE_MS, "sleep");
  await world.advance(heardMs + 25 * MINUTE_MS - world.nowMs);
  machine.button.press();
  await world.until(() => machine.panel.view?.screen === "idle", MINUTE_MS, "a usable keypad");
  expect(minutesShown()).toBeGreaterThanOrEqual(25);
  expect(minutesShown()).toBeLessThanOrEqual(26);
  // And again after a power cut, which leaves no record of its own.
  machine.powerCut({ backAfterMs: 5 * MINUTE_MS });
  await world.advance(6 * MINUTE_MS);
  expect(minutesShown()).toBeGreaterThanOrEqual(30);
  expect(minutesShown()).toBeLessThanOrEqual(32);
});

it("is no later than true when a power cut ends a session that nobody saw end", async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { machine, world } = stage;
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  const heardMs = world.nowMs;
  machine.net.setInternet("blackHole");
  machine.powerCut({ backAfterMs: 10 * MINUTE_MS });
  await world.advance(12 * MINUTE_MS);
  // The panel was drawn within the last minute.
  expect(minutesShown()).toBeGreaterThanOrEqual(Math.floor((world.nowMs - heardMs) / MINUTE_MS) - 1);
});

it("comes from the end of a session, its beginning, and records that carry no offline mark; never from the offline ones", () => {
  const state = emptyState();
  const online = Flag.wallTime;
  const offline = Flag.wallTime | Flag.offline;
  const after = (record: Parameters<typeof applyRecord>[2]) => {
    applyRecord(state, 1, record);
    return state.lastSync;
  };
  expect(after({ ...LINK, event: LinkEvent.sessionUp, at: 10_000, flags: online })).toBe(10_000);
  expect(after({ kind: Kind.ack, through: 5, at: 10_100, flags: online })).toBe(10_000);
  expect(after({ kind: Kind.ack, through: 6, at: 12_000, flags: online })).toBe(12_000 - ONLINE_S);
  expect(after({ ...LINK, event: LinkEvent.sessionDown, synced: 66, at: 13_000, flags: offline })).toBe(12_934);
  expect(after({ kind: Kind.ack, through: 7, at: 20_000, flags: offline })).toBe(12_934);
  // An older firmware did not say since when.
  expect(after({ ...LINK, event: LinkEvent.sessionDown, at: 21_000, flags: offline })).toBe(12_934);
  // Without a clock nobody knows; and a clock that was set back does not leave it in the future.
  expect(after({ ...LINK, event: LinkEvent.sessionUp, at: 30, flags: 0 })).toBe(12_934);
  expect(after({ ...LINK, event: LinkEvent.sessionUp, at: 5_000, flags: online })).toBe(5_000);
});
