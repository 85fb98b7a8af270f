import { expect, test } from "vitest";
import { Kind } from "../../firmware/records/records.js";
import type { CloudStore } from "../../sim/cloud/store.js";
import { type Asked, accessRows } from "../../sim/page/server/cloud/lists.js";
import { at, BOX, CloudRig, FailingMemory, START_SECONDS, TestBox } from "./support/cloud-rig.js";

/** Longer than the cloud waits for more changes before it makes a snapshot, ms. */
const SOON_MS = 5_000;

function rig(store?: CloudStore, first = 1) {
  const cloudRig = new CloudRig(store === undefined ? {} : { store, sample: store.organisation.boxes.length === 0 });
  const { cloud } = cloudRig;
  const box = new TestBox(cloudRig);
  const found = cloud.store.organisation.boxes.find(({ id }) => id === BOX)!;
  let sequence = first - 1;
  return {
    cloud,
    box,
    rowOf: (id: number) => {
      const asked: Asked = { cloud, box: found, timeZone: "Europe/Paris", now: START_SECONDS };
      return accessRows(asked).find((row) => row.id === id)!.atBox;
    },
    pass: () => cloudRig.timers.advance(SOON_MS),
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
  // Of the same key, and as it was: it is there.
  expect(rowOf(first!.id)).toEqual({ state: "there" });
  applies(newest() - 1);
  expect(rowOf(added.id)).toEqual({ state: "way" });
  applies(newest());
  expect(rowOf(added.id)).toEqual({ state: "there" });
});

test("an access that was changed, or whose key was, is on its way anew", () => {
  const { cloud, box, rowOf, pass, applies, newest } = rig();
  const [first, second] = cloud.store.organisation.accesses;
  box.connect();
  pass();
  applies(newest());
  cloud.admin.changeAccess(first!.id, { code: "86420135" });
  cloud.admin.changeKey(second!.key, { name: "Another name" });
  for (const { id } of [first!, second!]) expect(rowOf(id)).toEqual({ state: "way" });
  pass();
  applies(newest());
  for (const { id } of [first!, second!]) expect(rowOf(id)).toEqual({ state: "there" });
});

test("a change that says nothing new to a box is there with the version that it has", () => {
  const { cloud, box, rowOf, pass, applies, newest } = rig();
  const [first] = cloud.store.organisation.accesses;
  box.connect();
  pass();
  applies(newest());
  const version = newest();
  cloud.admin.changeAccess(first!.id, { code: first!.code });
  expect(rowOf(first!.id)).toEqual({ state: "way" });
  pass();
  expect([newest(), rowOf(first!.id)]).toEqual([version, { state: "there" }]);
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
  expect(cloud.permissions.versions(BOX).applied).toBeGreaterThan(0);
});

test("after a restart of the cloud what was there is there, and what was not is on its way", () => {
  const disk = new FailingMemory();
  const { cloud, box, pass, applies, newest } = rig(disk.store());
  box.connect();
  pass();
  applies(newest());
  const [first] = cloud.store.organisation.accesses;
  const added = cloud.admin.addAccess(first!.user, first!.key, { kind: "ongoing" });
  pass();
  const came = newest();
  const unmade = cloud.admin.addAccess(first!.user, first!.key, { kind: "ongoing" });
  cloud.store.commit();

  const again = rig(disk.store(), 2);
  const states = () => [first!, added, unmade].map(({ id }) => again.rowOf(id).state);
  expect(states()).toEqual(["there", "silent", "silent"]);
  again.box.connect(2, { next: 2 });
  again.pass();
  expect(states()).toEqual(["there", "way", "way"]);
  again.applies(came);
  expect(states()).toEqual(["there", "there", "way"]);
  again.applies(again.newest());
  expect(states()).toEqual(["there", "there", "there"]);
});
