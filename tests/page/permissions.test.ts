import { expect, test } from "vitest";
import { Kind } from "../../firmware/records/records.js";
import { type Asked, accessRows } from "../../sim/page/server/cloud/lists.js";
import { appliedVersion, Permissions } from "../../sim/page/server/cloud/permissions.js";
import { at, BOX, CloudRig, START_SECONDS, TestBox } from "../cloud/support/cloud-rig.js";

/** Longer than the cloud waits for more changes before it makes a snapshot, ms. */
const SOON_MS = 5_000;

function rig() {
  const cloudRig = new CloudRig();
  const { cloud } = cloudRig;
  const box = new TestBox(cloudRig);
  const found = cloud.store.organisation.boxes.find(({ id }) => id === BOX)!;
  const permissions = new Permissions(cloud, found);
  let sequence = 0;
  return {
    cloud,
    box,
    rowOf: (id: number) => {
      permissions.look();
      const asked: Asked = { cloud, box: found, timeZone: "Europe/Paris", now: START_SECONDS };
      return accessRows(asked, permissions).find((row) => row.id === id)!.atBox;
    },
    pass: () => {
      cloudRig.timers.advance(SOON_MS);
      permissions.look();
    },
    applies: (version: number) => {
      const stamp = at(START_SECONDS + 1);
      sequence++;
      box.records(sequence, [{ kind: Kind.snapshotApplied, version, slot: 0, asOf: 0, sheet: 1, ...stamp }]);
      cloudRig.timers.advance(SOON_MS);
    },
    newest: () => cloud.snapshot(BOX)!.version,
  };
}

test("an access is on its way until the box has told the version that it came with, and not one before", () => {
  const { cloud, box, rowOf, pass, applies, newest } = rig();
  const [first] = cloud.store.organisation.accesses;
  expect(rowOf(first!.id)).toEqual({ state: "silent", since: null });
  box.connect();
  pass();
  expect(rowOf(first!.id)).toEqual({ state: "way" });
  applies(newest());
  expect(rowOf(first!.id)).toEqual({ state: "there" });

  const { user, key } = first!;
  const added = cloud.admin.addAccess(user, key, { kind: "ongoing" });
  expect(rowOf(added.id)).toEqual({ state: "way" });
  pass();
  expect(rowOf(added.id)).toEqual({ state: "way" });
  expect(rowOf(first!.id)).toEqual({ state: "there" });
  applies(newest() - 1);
  expect(rowOf(added.id)).toEqual({ state: "way" });
  applies(newest());
  expect(rowOf(added.id)).toEqual({ state: "there" });
});

test("of a box that went silent it says since when", () => {
  const { cloud, box, rowOf, pass, applies, newest } = rig();
  const [first] = cloud.store.organisation.accesses;
  box.connect();
  pass();
  applies(newest());
  box.will();
  expect(rowOf(first!.id)).toEqual({ state: "there" });
  const { user, key } = first!;
  const added = cloud.admin.addAccess(user, key, { kind: "ongoing" });
  pass();
  const { lastSeen } = cloud.store.boxState(BOX);
  expect(rowOf(added.id)).toEqual({ state: "silent", since: lastSeen });
  expect(appliedVersion(cloud, BOX)).toBeGreaterThan(0);
});
