import { expect, test } from "vitest";
import { type DeviceStatus, noticesOf, statusLines } from "../../firmware/panel/status.js";

const WELL: DeviceStatus = {
  box: "BOX-1",
  model: "MS5",
  firmware: "1",
  online: true,
  offlineReason: "",
  sinceSync: 20,
  unsent: undefined,
  outdated: undefined,
  snapshotVersion: 3,
  onBattery: false,
  batteryLow: false,
  charge: 90,
  timeLeft: undefined,
  clockKnown: true,
  faults: [],
  journalRoom: "all",
  heldOpen: undefined,
  update: undefined,
};

const notices = (status: Partial<DeviceStatus>) => noticesOf({ ...WELL, ...status }).map(({ id }) => id);
const lines = (status: Partial<DeviceStatus>) => statusLines({ ...WELL, ...status }).map(({ id }) => id);

test("what does not get through although the cloud answers is told with since when; what is a few minutes late is not", () => {
  expect(notices({})).toEqual([]);
  expect(notices({ unsent: 319, outdated: 319 })).toEqual([]);
  expect(notices({ unsent: 320, outdated: 7_300 })).toEqual(["notice-outdated-hours", "notice-unsent-minutes"]);
  expect(notices({ unsent: 200_000 })).toEqual(["notice-unsent-days"]);
});

test("while the cloud does not answer, the offline notice says that all is behind; what was held up before it stays told", () => {
  const offline = { online: false, sinceSync: 7_200 };
  expect(notices({ ...offline, unsent: 7_100, outdated: 7_200 })).toEqual(["notice-offline-hours"]);
  expect(notices({ ...offline, outdated: 9_000 })).toEqual(["notice-offline-hours", "notice-outdated-hours"]);
  expect(notices({ ...offline, sinceSync: undefined, unsent: 9_000 })).toEqual(["notice-offline"]);
});

test("the status screen tells what is behind from the first second on", () => {
  expect(lines({ unsent: 3, outdated: 90_000 })).toEqual(
    expect.arrayContaining(["notice-unsent-minutes", "notice-outdated-hours"]),
  );
  expect(lines({}).filter((id) => /unsent|outdated/.test(id))).toEqual([]);
});
