import { expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { seal } from "../../firmware/wire/envelope.js";
import { Lane, topicOf } from "../../firmware/wire/lanes.js";
import { type BodyCodec, Fetch, Records, State, Status, type Welcome } from "../../firmware/wire/messages.js";
import { at, BOX, CloudRig, door, EPOCH, START_SECONDS, TestBox } from "./support/cloud-rig.js";

const EXTRA = { chapter: 7, doors: [1, { kind: 200 }], entries: new Uint8Array(100) };

/** As a newer box would encode it: the same fields, and others. */
function newer<T extends object>(codec: BodyCodec<T>, change: object = {}): BodyCodec<T> {
  return { ...codec, encode: (body) => encodeCbor({ ...body, ...EXTRA, ...change }) };
}

/** A newer box says hello to today's cloud. */
function connected(fields: object): { world: CloudRig; box: TestBox; welcome: Welcome } {
  const world = new CloudRig();
  const box = new TestBox(world);
  box.session = new Uint8Array(8).fill(1);
  const hello = {
    epoch: EPOCH,
    oldest: 1,
    next: 1,
    acked: 0,
    version: 0,
    model: "MS5",
    firmware: "1",
    boot: 1,
    bins: 24,
  };
  const body = encodeCbor({ protocol: 1, ...hello, ...EXTRA, ...fields });
  world.receive(topicOf(BOX, Lane.hello), seal(box.key, Lane.hello, box.session, new Uint8Array(8), 1, body));
  const [welcome] = box.bodies<Welcome>(Lane.welcome);
  expect(welcome).toBeDefined();
  return { world, box, welcome: welcome! };
}

test.each([
  ["of a newer protocol", { protocol: 2 }],
  ["of a newer model", { model: "MS6" }],
  ["with more bins than fit today", { bins: 240 }],
  ["that reads what this cloud does not know", { reads: 0x4000_0001 }],
  ["whose optional fields are of another type", { id: "seven", reads: [1] }],
])("a box %s is welcomed and served", (_, fields) => {
  const { world, box, welcome } = connected(fields);
  expect(welcome.of).toBe(1);
  box.send(Lane.state, newer(State), { online: true });
  box.send(
    Lane.status,
    newer(Status, { faults: Array(40).fill("y".repeat(60)), charge: "full", link: "satellite dish" }),
    {
      uptime: 1,
      mains: true,
      staleness: 0,
      link: "wifi",
      faults: [],
      count: 0,
      next: 1,
    },
  );
  box.send(Lane.records, newer(Records), {
    epoch: EPOCH,
    first: 1,
    records: [encodeRecord(door(1)), encodeCbor({ kind: 99, ...at(START_SECONDS) })],
  });
  box.send(Lane.fetch, newer(Fetch), { version: welcome.version, offset: 0, count: 2_000 });
  world.timers.advance(1_000);
  const lanes = box.read().map(({ lane }) => lane);
  expect(lanes).toContain(Lane.ack);
  expect(lanes.filter((lane) => lane === Lane.snapshot)).toHaveLength(2);
  const state = world.cloud.store.boxState(BOX);
  expect(state.online).toBe(true);
  expect(state.status).toMatchObject({ link: "satellite dish" });
  expect(state.epochs[Buffer.from(EPOCH).toString("hex")]?.through).toBe(2);
  expect(world.cloud.dropped).toEqual(expect.objectContaining({ body: 0, session: 0, counter: 0 }));
});

test("a lane that this cloud does not know is dropped and counted", () => {
  const { world, box } = connected({});
  box.send(Lane.state, State, { online: true });
  world.receive(`smartbox/${BOX}/up/video`, new Uint8Array(90));
  expect(world.cloud.dropped.topic).toBe(1);
  expect(world.cloud.store.boxState(BOX).online).toBe(true);
});
