import { expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Lane, topicOf } from "../../firmware/wire/lanes.js";
import { Records } from "../../firmware/wire/messages.js";
import { BOX, CloudRig, door, EPOCH, FailingMemory, TestBox } from "./support/cloud-rig.js";

/** Empty messages to the box's offer lane. */
function knocks(rig: CloudRig, box = BOX): number {
  return rig.sent.filter(({ topic, payload }) => topic === topicOf(box, Lane.offer) && payload.length === 0).length;
}

function takenOver() {
  const disk = new FailingMemory();
  const first = new CloudRig({ store: disk.store() });
  const box = new TestBox(first);
  box.connect();
  first.timers.advance(2_000);
  first.cloud.store.commit();
  const second = new CloudRig({ store: disk.store(), sample: false });
  return { box, second };
}

test("a cloud that takes over knocks at once at the boxes that were there, and at no other", () => {
  const { second } = takenOver();
  expect(knocks(second)).toBe(0);
  second.cloud.tookOver();
  expect([knocks(second), knocks(second, "MS4-TOKYO")]).toEqual([1, 0]);
});

test("whoever sends something of a session that is not known here is told to ask: once, and not when it has asked by then", () => {
  const { box, second } = takenOver();
  const stray = (first: number) => {
    const payload = box.sealed(Lane.records, Records, { epoch: EPOCH, first, records: [encodeRecord(door(first))] });
    second.receive(topicOf(BOX, Lane.records), payload);
  };
  stray(1);
  stray(2);
  expect([second.cloud.dropped.session, knocks(second)]).toEqual([2, 0]);
  second.timers.advance(2_000);
  expect(knocks(second)).toBe(1);
  stray(3);
  const there = new TestBox(second);
  there.connect(9);
  second.timers.advance(2_000);
  expect(knocks(second)).toBe(1);
});
