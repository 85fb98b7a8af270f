import { describe, expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Kind } from "../../firmware/records/records.js";
import { Alerts } from "../../sim/cloud/alerts.js";
import { BoxAlerts } from "../../sim/cloud/box-alerts.js";
import { at, BOX, CloudRig, EPOCH, FailingMemory, START_SECONDS } from "./support/cloud-rig.js";

const ALERT = { id: `withheld/${BOX}`, box: BOX, what: "records are behind", wayOut: "look at the broker" };

describe("an alert", () => {
  test("is told once, keeps its beginning while it lasts, and takes the newest words", () => {
    const { cloud, timers, told } = new CloudRig();
    cloud.alerts.raise(ALERT);
    timers.advance(60_000);
    cloud.alerts.raise({ ...ALERT, what: "records are 2 minutes behind" });
    expect(cloud.alerts.of(BOX)).toEqual([{ ...ALERT, what: "records are 2 minutes behind", since: START_SECONDS }]);
    expect(cloud.alerts.of("MS4-TOKYO")).toEqual([]);
    expect(told).toEqual([`box ${BOX}: records are behind: look at the broker`]);
  });

  test("that is over is gone, and begins anew when it comes again", () => {
    const { cloud, timers, told } = new CloudRig();
    cloud.alerts.clear(ALERT.id);
    cloud.alerts.raise(ALERT);
    cloud.alerts.clear(ALERT.id);
    expect(cloud.alerts.of(BOX)).toEqual([]);
    timers.advance(60_000);
    cloud.alerts.raise(ALERT);
    expect(cloud.alerts.of(BOX)[0]!.since).toBe(START_SECONDS + 60);
    expect(told).toHaveLength(2);
  });

  test("outlives a restart of the cloud with its beginning", () => {
    const disk = new FailingMemory();
    const store = disk.store();
    new Alerts(store, () => 1_000).raise(ALERT);
    store.commit();
    const again = disk.store();
    new Alerts(again, () => 2_000).raise(ALERT);
    expect(again.dirty).toBe(false);
    expect(new Alerts(again, () => 2_000).of(BOX)).toEqual([{ ...ALERT, since: 1_000 }]);
  });
});

test("a box whose program ended by a fault is told of until somebody has seen it, with how often and why", () => {
  const { cloud } = new CloudRig();
  const take = (first: number, reason: string) => {
    const records = [encodeRecord({ kind: Kind.crash, reason, lines: "sync: online\n", ...at(START_SECONDS) })];
    cloud.ingest.take(BOX, { epoch: EPOCH, first, records, gapFrom: undefined });
    new BoxAlerts(cloud.alerts).crashed(BOX, cloud.store.boxState(BOX));
  };
  take(1, "memory full");
  expect(cloud.alerts.of(BOX)[0]!.what).toBe(
    'its program ended by a fault, once so far, the last time by "memory full"',
  );
  take(2, "watchdog");
  expect(cloud.alerts.of(BOX)).toMatchObject([{ id: `crash/${BOX}`, what: expect.stringContaining("2 times so far") }]);
  cloud.store.commit();
  expect(cloud.store.data.events.at(-1)).toMatchObject({
    kind: "crash",
    detail: { reason: "watchdog", lines: "sync: online\n" },
  });
  cloud.seen(BOX);
  expect(cloud.alerts.of(BOX)).toEqual([]);
  take(3, "watchdog");
  expect(cloud.alerts.of(BOX)[0]!.what).toContain("once so far");
});
