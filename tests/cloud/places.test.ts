import { describe, expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, EmergencyTarget, Exchange, Flag, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { type Offer, Reads } from "../../firmware/wire/messages.js";
import { modelOf } from "../../sim/cloud/box-snapshot.js";
import type { CloudStore } from "../../sim/cloud/store.js";
import { at, BOX, CloudRig, EPOCH, FailingMemory, START_SECONDS, TestBox } from "./support/cloud-rig.js";

const TOKYO = "MS4-TOKYO";
const DAY = 86_400;
const T = START_SECONDS;
/** Roaming. */
const MASTER = "Master key, fire panel";
/** The RTC kept it: nobody vouches for it. */
const KEPT = Flag.wallTime | Flag.offline;

interface Move {
  readonly bin: number;
  readonly time: number;
  readonly flags?: number;
  readonly auth?: Auth;
  readonly access?: number;
}

class Boxes {
  readonly world: CloudRig;
  readonly #next = new Map<string, number>();
  readonly key: number;

  constructor(store?: CloudStore) {
    this.world = new CloudRig(store === undefined ? {} : { store, sample: false });
    this.key = this.world.cloud.store.organisation.keys.find(({ name }) => name === MASTER)!.id;
  }

  get inventory() {
    return this.world.cloud.ingest.log.inventory;
  }

  /** The bin in which the key hangs at first. */
  get home(): number {
    return this.inventory.whereabouts(`key:${this.key}`)!.place!.bin;
  }

  move(box: string, exchange: Exchange, { bin, time, flags, auth = Auth.quickScan, access }: Move): void {
    const first = this.#next.get(box) ?? 1;
    const stamp = at(time, flags ?? Flag.wallTime | Flag.synced);
    const records: Rec[] = [
      { kind: Kind.intent, exchange, bin, auth, key: this.key, ...(access && { access }), ...stamp },
      { kind: Kind.outcome, of: first, result: Outcome.done, ...stamp },
    ];
    this.world.cloud.ingest.take(box, { epoch: EPOCH, first, records: records.map((one) => encodeRecord(one)) });
    this.#next.set(box, first + 2);
  }

  take(box: string, move: Move): void {
    this.move(box, Exchange.pickup, move);
  }

  put(box: string, move: Move): void {
    this.move(box, Exchange.dropoff, move);
  }

  content(box: string, bin: number) {
    return this.inventory.content(box, bin);
  }

  row(box: string, bin: number) {
    const { log } = this.world.cloud.ingest;
    return modelOf(this.world.cloud.store, log.index, log.inventory, box, T).bins[bin];
  }
}

describe("where a key is", () => {
  test.each([DAY, -DAY])("does not rest on a clock that is %i s off and that nobody vouched for", (off) => {
    const boxes = new Boxes();
    const { home } = boxes;
    const holds = { belief: "holds", item: `key:${boxes.key}` };
    boxes.take(BOX, { bin: home, time: T, auth: Auth.bookingCode });
    boxes.put(TOKYO, { bin: 6, time: T + 10 + off, flags: KEPT });
    boxes.take(TOKYO, { bin: 6, time: T + 20 + off, flags: KEPT, auth: Auth.bookingCode });
    boxes.put(BOX, { bin: home, time: T + 30 });
    expect(boxes.content(BOX, home)).toEqual(holds);
    expect(boxes.inventory.whereabouts(`key:${boxes.key}`)).toEqual({ place: { box: BOX, bin: home, certain: true } });
    expect(boxes.row(BOX, home)).toEqual({ bin: home, enabled: true, key: boxes.key, uncertain: false });
  });

  test("is not undone by a late report without a clock, whichever box tells first", () => {
    const boxes = new Boxes();
    const { home, key } = boxes;
    boxes.take(BOX, { bin: home, time: T, auth: Auth.bookingCode });
    boxes.put(BOX, { bin: home, time: T + 100 });
    boxes.put(TOKYO, { bin: 6, time: 500, flags: Flag.offline });
    // One of the two is wrong until the rest of the report is here: the one told of last counts, and nothing is empty.
    expect([boxes.content(BOX, home).belief, boxes.content(TOKYO, 6).belief]).toEqual(["doubt", "holds"]);
    boxes.take(TOKYO, { bin: 6, time: 600, flags: Flag.offline, auth: Auth.bookingCode });
    expect(boxes.content(BOX, home)).toEqual({ belief: "holds", item: `key:${key}` });
    expect(boxes.content(TOKYO, 6)).toEqual({ belief: "taken", item: `key:${key}` });
  });

  test("goes by the clock where both were set from here: an older movement that is told of later is older", () => {
    const boxes = new Boxes();
    const { home } = boxes;
    boxes.take(BOX, { bin: home, time: T, auth: Auth.bookingCode });
    boxes.put(TOKYO, { bin: 6, time: T + 500 });
    boxes.put(BOX, { bin: home, time: T + 100 });
    expect([boxes.content(BOX, home).belief, boxes.content(TOKYO, 6).belief]).toEqual(["doubt", "holds"]);
  });

  test("is the same after a restart of the cloud, with the order in which it was told", () => {
    const disk = new FailingMemory();
    const boxes = new Boxes();
    disk.saved = JSON.stringify(boxes.world.cloud.store.data);
    const { home } = boxes;
    const again = new Boxes(disk.store());
    again.put(TOKYO, { bin: 6, time: 5, flags: 0 });
    again.world.cloud.store.touch();
    again.world.cloud.store.commit();
    const third = new Boxes(disk.store());
    expect([third.content(BOX, home).belief, third.content(TOKYO, 6).belief]).toEqual(["doubt", "holds"]);
  });
});

describe("a bin that a key was taken from", () => {
  test("is told as that to a box that reads it, and as doubt about nothing to one that does not", () => {
    const boxes = new Boxes();
    const { home, key, world } = boxes;
    boxes.take(BOX, { bin: home, time: T, auth: Auth.bookingCode });
    expect(boxes.row(BOX, home)).toEqual({ bin: home, enabled: true, uncertain: true });
    const box = new TestBox(world);
    const { version } = box.connect(1, { reads: Reads.taken });
    world.timers.advance(2_000);
    expect(boxes.row(BOX, home)).toEqual({ bin: home, enabled: true, key, uncertain: false, taken: true });
    expect(box.bodies<Offer>(Lane.offer).at(-1)!.version).toBeGreaterThan(version);
    // An older firmware was put on the box.
    box.connect(2);
    world.timers.advance(2_000);
    expect(boxes.row(BOX, home)).toEqual({ bin: home, enabled: true, uncertain: true });
  });

  test.each([
    ["a key code", { auth: Auth.keyCode }, "empty"],
    ["an ongoing access", { auth: Auth.badge, access: 2 }, "empty"],
    ["a booking that is over", { auth: Auth.bookingCode, access: 8 }, "taken"],
    ["a scan", { auth: Auth.quickScan }, "taken"],
  ] as const)("and that is returned elsewhere by %s is then %s", (_, by, belief) => {
    const boxes = new Boxes();
    const { home, world } = boxes;
    expect(world.cloud.store.organisation.accesses.find(({ id }) => id === 8)!.schedule).toMatchObject({
      zone: "local",
    });
    boxes.take(BOX, { bin: home, time: T, auth: Auth.bookingCode });
    const edits = boxes.inventory.edits(BOX);
    boxes.put(TOKYO, { bin: 6, time: T + DAY, ...by });
    expect(boxes.content(BOX, home).belief).toBe(belief);
    expect(boxes.inventory.edits(BOX) > edits).toBe(belief === "empty");
  });
});

test("an exchange whose bin an emergency code opened before its end makes nothing sure", () => {
  const boxes = new Boxes();
  const { home, key, world } = boxes;
  const stamp = at(T, Flag.wallTime | Flag.synced);
  const of = { key, bin: home };
  const records: Rec[] = [
    { kind: Kind.intent, exchange: Exchange.pickup, auth: Auth.keyCode, ...of, ...stamp },
    { kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 1, bin: home, ...stamp },
    { kind: Kind.outcome, of: 1, result: Outcome.leftOpen, ...stamp },
    { kind: Kind.emergencyOutcome, of: 2, bin: home, result: Outcome.done, ...stamp },
  ];
  world.cloud.ingest.take(BOX, { epoch: EPOCH, first: 1, records: records.map((one) => encodeRecord(one)) });
  expect(boxes.content(BOX, home)).toEqual({ belief: "doubt", item: `key:${key}` });
});

describe("a hello", () => {
  test("with another number of bins than are listed raises an alert until it is right", () => {
    const { world } = new Boxes();
    const box = new TestBox(world);
    box.connect(1, { bins: 12 });
    expect(world.cloud.alerts.of(BOX)).toMatchObject([
      { id: `bins/${BOX}`, what: "it has 12 bins, and 24 are listed here", wayOut: expect.stringContaining("cable") },
    ]);
    box.connect(2, { bins: 36 });
    expect(world.cloud.alerts.of(BOX)[0]!.wayOut).toContain("correct the list");
    box.connect(3, { bins: 24 });
    expect(world.cloud.alerts.of(BOX)).toEqual([]);
  });

  test("that the box has not proved to be its own raises nothing", () => {
    const { world } = new Boxes();
    const box = new TestBox(world);
    box.session = new Uint8Array(8).fill(9);
    box.hello({ bins: 12 });
    expect(world.cloud.alerts.of(BOX)).toEqual([]);
  });
});
