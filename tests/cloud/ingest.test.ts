import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import {
  Auth,
  Belief,
  BinFault,
  CommandKind,
  DoorEvent,
  EmergencyTarget,
  Exchange,
  Flag,
  GapReason,
  Kind,
  LinkEvent,
  Outcome,
  PowerEvent,
  type Rec,
} from "../../firmware/records/records.js";
import { WakeCause } from "../../hal/ports/power.js";
import { modelOf } from "../../sim/cloud/box-snapshot.js";
import { bytesToHex } from "../../sim/cloud/domain.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS } from "./support/cloud-rig.js";

const T = START_SECONDS;
const E = bytesToHex(EPOCH);

function intent(
  exchange: Exchange,
  bin: number,
  extra: Partial<Extract<Rec, { kind: typeof Kind.intent }>>,
  time = T,
): Rec {
  return { kind: Kind.intent, exchange, bin, auth: Auth.bookingCode, ...at(time), ...extra };
}
function outcome(of: number, result: Outcome, time = T): Rec {
  return { kind: Kind.outcome, of, result, ...at(time) };
}

class Feed {
  readonly world = new CloudRig();
  readonly ingest = this.world.cloud.ingest;
  readonly inventory = this.ingest.log.inventory;

  /** All that the cloud knows, committed. */
  get data() {
    this.world.cloud.store.commit();
    return this.world.cloud.store.data;
  }

  take(
    first: number,
    records: readonly Rec[],
    options: { gapFrom?: number; box?: string; epoch?: Uint8Array } = {},
  ): number {
    const { box = BOX, epoch = EPOCH, gapFrom } = options;
    return this.ingest.take(box, { epoch, first, records: records.map((r) => encodeRecord(r)), gapFrom });
  }

  key(name: string): number {
    return this.world.cloud.store.organisation.keys.find((k) => k.name === name)!.id;
  }
}

/** 60 exchanges of key 1 at bin 0, with diagnostics in between. */
function story(): Rec[] {
  const records: Rec[] = [{ kind: Kind.boot, boot: 1, cause: WakeCause.powerOn, firmware: "1", ...at(T) }];
  for (let i = 0; i < 60; i++) {
    const seq = records.length + 1;
    const isPickup = i % 2 === 0;
    records.push(intent(isPickup ? Exchange.pickup : Exchange.dropoff, 0, { key: 1, user: 1 }, T + i));
    records.push({ kind: Kind.power, event: PowerEvent.mainsLost, ...at(T + i) });
    records.push(outcome(seq, Outcome.done, T + i));
  }
  return records;
}

describe("batches", () => {
  test("have their effect once and in order, however they are repeated, reordered and cut", () => {
    const whole = story();
    const straight = new Feed();
    for (let i = 0; i < whole.length; i += 50) straight.take(i + 1, whole.slice(i, i + 50));
    const expected = JSON.stringify(straight.data);
    const cut = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 64 }));
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 40 }), (cuts) => {
        const feed = new Feed();
        for (const [from, count] of cuts) feed.take(from + 1, whole.slice(from, from + count));
        // The box's own resending: from the ack on, until all is there.
        for (let acked = feed.ingest.through(BOX, E); acked < whole.length; acked = feed.ingest.through(BOX, E)) {
          feed.take(acked + 1, whole.slice(acked, acked + 64));
        }
        expect(JSON.stringify(feed.data)).toBe(expected);
      }),
      { seed: 20261123, numRuns: 60 },
    );
  });

  test("that come too early change nothing", () => {
    const feed = new Feed();
    expect(feed.take(5, story().slice(4, 10))).toBe(0);
    expect(feed.ingest.through(BOX, E)).toBe(0);
    expect(feed.data.exchanges).toHaveLength(0);
  });

  test("that the box lost are a counted gap, once", () => {
    const feed = new Feed();
    const whole = story();
    feed.take(1, whole.slice(0, 3));
    for (let i = 0; i < 3; i++) feed.take(11, whole.slice(10, 12), { gapFrom: 4 });
    expect(feed.data.gaps).toEqual([{ box: BOX, epoch: E, from: 4, through: 10, count: 7 }]);
    expect(feed.ingest.through(BOX, E)).toBe(12);
  });

  test("that are missing leave every bin of that box in doubt, about what it held, until the box tells of it anew", () => {
    const feed = new Feed();
    feed.take(1, story().slice(0, 3));
    const others = feed.inventory.content("MS4-TOKYO", 0);
    const kept: Rec = { kind: Kind.binKept, bin: 1, belief: Belief.holds, key: 2, ...at(T) };
    const empty: Rec = { kind: Kind.binKept, bin: 23, belief: Belief.empty, ...at(T) };
    feed.take(11, [{ kind: Kind.power, event: PowerEvent.mainsLost, ...at(T) }], { gapFrom: 4 });
    const beliefs = Array.from({ length: 24 }, (_, bin) => feed.inventory.content(BOX, bin).belief);
    expect(new Set(beliefs)).toEqual(new Set(["doubt"]));
    expect(feed.inventory.content(BOX, 1)).toEqual({ belief: "doubt", item: "key:2" });
    expect(feed.inventory.content("MS4-TOKYO", 0)).toEqual(others);
    feed.take(12, [kept, empty]);
    expect([1, 2, 23].map((bin) => feed.inventory.content(BOX, bin))).toEqual([
      { belief: "holds", item: "key:2" },
      { belief: "doubt", item: "key:3" },
      { belief: "empty" },
    ]);
  });

  test("an exchange that was under way before a gap makes nothing sure when its end comes after it", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.pickup, 0, { key: 1, user: 1 })]);
    feed.take(5, [outcome(1, Outcome.done)], { gapFrom: 2 });
    expect(feed.inventory.content(BOX, 0)).toEqual({ belief: "doubt", item: "key:1" });
  });

  test("a gap that does not reach back to what is here is no gap", () => {
    const feed = new Feed();
    feed.take(1, story().slice(0, 3));
    for (const gapFrom of [6, 5]) expect(feed.take(11, story().slice(10, 12), { gapFrom })).toBe(0);
    expect(feed.data.gaps).toEqual([]);
  });

  test("a record that does not decode is kept as it is and holds nothing up", () => {
    const feed = new Feed();
    const records = [Uint8Array.of(0xff, 0x00), encodeRecord(intent(Exchange.pickup, 0, { key: 1 }))];
    expect(feed.ingest.take(BOX, { epoch: EPOCH, first: 1, records })).toBe(2);
    expect(feed.data.events[0]).toMatchObject({ kind: "undecodable", seq: 1, detail: { raw: "ff00" } });
    expect(feed.data.exchanges[0]).toMatchObject({ seq: 2, status: "pending" });
  });

  test("of a new epoch begin at 1 again; what was under way in the old one is unconfirmed", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.pickup, 0, { key: 1, user: 1 })]);
    const epoch = new Uint8Array(8).fill(9);
    feed.take(1, [{ kind: Kind.boot, boot: 1, cause: WakeCause.powerOn, firmware: "1", ...at(T) }], { epoch });
    expect(feed.data.exchanges[0]!.status).toBe("unconfirmed");
    expect(feed.inventory.in(BOX, 0)).toEqual({ item: "key:1", certain: false });
    expect(feed.ingest.through(BOX, E)).toBe(1);
  });
});

describe("the exchange log", () => {
  test("has one entry for an intent, with what it says", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.pickup, 0, { key: 1, user: 1, access: 1, flags: Flag.offline | Flag.wallTime })]);
    feed.take(2, [outcome(1, Outcome.leftOpen)]);
    expect(feed.data.exchanges).toEqual([
      {
        box: BOX,
        epoch: E,
        seq: 1,
        time: T,
        clock: "kept",
        offline: true,
        onBattery: false,
        exchange: Exchange.pickup,
        bin: 0,
        binLabel: "A-1",
        key: 1,
        keyName: "Rue de Rivoli 12 front door",
        auth: "bookingCode",
        user: 1,
        userName: "Amélie Girard",
        access: 1,
        status: "leftOpen",
      },
    ]);
  });

  test("names the anonymous, and orders what has no time by boot and seconds", () => {
    const feed = new Feed();
    feed.take(1, [
      { kind: Kind.boot, boot: 7, cause: WakeCause.button, firmware: "1", at: 0, flags: 0 },
      intent(Exchange.pickup, 0, { key: 1, auth: Auth.keyCode, at: 12, flags: Flag.onBattery }),
      outcome(2, Outcome.done),
      intent(Exchange.dropoff, 3, { fob: "777ZZZ", auth: Auth.quickScan }),
    ]);
    expect(feed.data.exchanges[0]).toMatchObject({
      userName: "Key Code User",
      sinceBoot: 12,
      boot: 7,
      clock: "unknown",
    });
    expect(feed.data.exchanges[0]).not.toHaveProperty("time");
    expect(feed.data.exchanges[0]).toMatchObject({ onBattery: true, offline: false });
    expect(feed.data.exchanges[1]).toMatchObject({ userName: "Quick Scan", fob: "777ZZZ" });
  });

  test("an outcome whose intent fell into a gap is an event", () => {
    const feed = new Feed();
    feed.take(1, [outcome(99, Outcome.done)]);
    expect(feed.data.events[0]).toMatchObject({ kind: "outcome", detail: { of: 99, result: "done" } });
  });

  test("takes what the organisation does not know", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.pickup, 199, { key: 4000, user: 5000 }), outcome(1, Outcome.done)]);
    expect(feed.data.exchanges[0]).toMatchObject({ binLabel: "bin 199", keyName: "key 4000", userName: "user 5000" });
  });

  test("survives a restart in the middle of an exchange", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.pickup, 0, { key: 1, user: 1 })]);
    const again = new CloudRig({ store: feed.world.cloud.store, sample: false });
    again.cloud.ingest.take(BOX, { epoch: EPOCH, first: 2, records: [encodeRecord(outcome(1, Outcome.done))] });
    expect(feed.data.exchanges[0]!.status).toBe("done");
    expect(again.cloud.ingest.log.inventory.in(BOX, 0)).toBeUndefined();
  });
});

describe("the inventory", () => {
  test("changes by outcomes and not by intents", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.pickup, 0, { key: 1, user: 1 })]);
    expect(feed.inventory.in(BOX, 0)).toEqual({ item: "key:1", certain: true });
    feed.take(2, [outcome(1, Outcome.notOpened)]);
    expect(feed.inventory.in(BOX, 0)).toEqual({ item: "key:1", certain: true });
    feed.take(3, [intent(Exchange.pickup, 0, { key: 1, user: 1 }), outcome(3, Outcome.done)]);
    expect(feed.inventory.in(BOX, 0)).toBeUndefined();
    expect(feed.inventory.whereabouts("key:1")).toMatchObject({ holder: "Amélie Girard" });
    feed.take(5, [intent(Exchange.dropoff, 20, { key: 1 }), outcome(5, Outcome.leftOpen)]);
    expect(feed.inventory.in(BOX, 20)).toEqual({ item: "key:1", certain: true });
  });

  test("a drop-off leaves the bin that was thought to hold the key in doubt", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.dropoff, 21, { key: 1 }), outcome(1, Outcome.done)]);
    expect(feed.inventory.in(BOX, 0)).toEqual({ item: "key:1", certain: false });
    expect(feed.inventory.in(BOX, 21)?.item).toBe("key:1");
  });

  test.each([
    [Exchange.pickup, 0],
    [Exchange.dropoff, 22],
  ])("an unconfirmed exchange %i leaves the key in the bin, uncertain", (exchange, bin) => {
    const feed = new Feed();
    feed.take(1, [intent(exchange, bin, { key: 1, user: 1 }), outcome(1, Outcome.unconfirmed)]);
    expect(feed.inventory.in(BOX, bin)).toEqual({ item: "key:1", certain: false });
  });

  test("a fob that is a key's is that key, and a fob that becomes a key's stays where it is", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.dropoff, 21, { fob: "012ABC" }), outcome(1, Outcome.done)]);
    expect(feed.inventory.in(BOX, 21)?.item).toBe("key:1");
    feed.take(3, [intent(Exchange.dropoff, 22, { fob: "777ZZZ" }), outcome(3, Outcome.done)]);
    expect(feed.inventory.in(BOX, 22)?.item).toBe("fob:777ZZZ");
    const [key] = feed.world.cloud.admin.addKeys([{ name: "found", fob: "777zzz", roaming: false, home: 1 }]);
    expect(feed.inventory.in(BOX, 22)?.item).toBe(`key:${key!.id}`);
    feed.world.cloud.admin.removeKey(key!.id);
    expect(feed.inventory.in(BOX, 22)?.item).toBe("fob:777ZZZ");
  });

  test("a key that turns up elsewhere than it was sure to be leaves its bin in doubt: the fob may be a copy", () => {
    const feed = new Feed();
    const box2 = { box: "MS4-TOKYO", epoch: new Uint8Array(8).fill(3) };
    feed.take(1, [intent(Exchange.dropoff, 21, { key: 1 }), outcome(1, Outcome.done)]);
    expect(feed.inventory.isDoubtful(BOX, 0)).toBe(true);
    const key = feed.key("Master key, fire panel");
    const bin = feed.inventory.whereabouts(`key:${key}`)!.place!.bin;
    feed.take(1, [intent(Exchange.dropoff, 7, { key }), outcome(1, Outcome.done)], box2);
    expect(feed.inventory.isDoubtful(BOX, bin)).toBe(true);
    // What the box tells of its own bin settles it.
    feed.take(3, [intent(Exchange.dropoff, 0, { fob: "777ZZZ" }), outcome(3, Outcome.done)]);
    expect(feed.inventory.isDoubtful(BOX, 0)).toBe(false);
  });

  test("a key brought back leaves the bin empty of which the box says so, and a bin that was in doubt in doubt", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.pickup, 0, { key: 1, user: 1 }), outcome(1, Outcome.unconfirmed)]);
    feed.take(3, [intent(Exchange.dropoff, 21, { key: 1 }), outcome(3, Outcome.done)]);
    expect(feed.inventory.isDoubtful(BOX, 0)).toBe(true);
    feed.take(5, [intent(Exchange.pickup, 21, { key: 1, user: 1 }), outcome(5, Outcome.done)]);
    feed.take(7, [intent(Exchange.dropoff, 22, { key: 1, freed: 21, from: 0 }), outcome(7, Outcome.leftOpen)]);
    expect(feed.inventory.content(BOX, 21)).toEqual({ belief: "taken", item: "key:1" });
    feed.take(9, [intent(Exchange.dropoff, 22, { key: 1, freed: 21, from: 0 }), outcome(9, Outcome.done)]);
    expect(feed.inventory.content(BOX, 21)).toEqual({ belief: "empty" });
    expect(feed.inventory.isDoubtful(BOX, 0)).toBe(true);
  });

  test("what was said of a bin while its lock was worked stands, though the lock stayed shut", () => {
    const feed = new Feed();
    const [van] = feed.world.cloud.store.organisation.keys;
    const emergency = { kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 2, ...at(T) } as const;
    feed.take(1, [
      { ...emergency, bin: 22 },
      { kind: Kind.binChecked, bin: 22, key: van!.id, ...at(T) },
      { kind: Kind.emergencyOutcome, of: 1, bin: 22, result: Outcome.notOpened, ...at(T) },
    ]);
    expect(feed.inventory.content(BOX, 22)).toEqual({ belief: "holds", item: `key:${van!.id}` });
  });

  test("a box that lost records which are here gets a new snapshot", () => {
    const feed = new Feed();
    const edits = feed.inventory.edits(BOX);
    feed.take(1, [{ kind: Kind.gap, reason: GapReason.unreadable, count: 2, ...at(T) }]);
    expect(feed.inventory.edits(BOX)).toBe(edits);
    feed.take(2, [{ kind: Kind.gap, reason: GapReason.recordsLost, count: 1, ...at(T) }]);
    expect(feed.inventory.edits(BOX)).toBeGreaterThan(edits);
    expect(feed.inventory.isDoubtful(BOX, 21)).toBe(false);
  });

  test("the first journal of a box says nothing of its bins, another one that it lost what it had not told", () => {
    const feed = new Feed();
    feed.take(1, [intent(Exchange.dropoff, 21, { fob: "777XYZ" }), outcome(1, Outcome.done)]);
    expect(feed.inventory.isDoubtful(BOX, 22)).toBe(false);
    feed.take(1, [intent(Exchange.dropoff, 23, { fob: "778XYZ" }), outcome(1, Outcome.done)], {
      epoch: new Uint8Array(8).fill(9),
    });
    const beliefs = [21, 22, 23].map((bin) => feed.inventory.content(BOX, bin).belief);
    expect(beliefs).toEqual(["doubt", "doubt", "holds"]);
  });

  test("an empty bin that was opened with nothing said of what for is in doubt, also after a restart", () => {
    const feed = new Feed();
    const emergency = { kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 2, ...at(T) } as const;
    feed.take(1, [
      { ...emergency, bin: 22 },
      { kind: Kind.emergencyOutcome, of: 1, bin: 22, result: Outcome.done, ...at(T) },
      { ...emergency, bin: 23, number: 3 },
      { kind: Kind.emergencyOutcome, of: 3, bin: 23, result: Outcome.notOpened, ...at(T) },
      intent(Exchange.dropoff, 21, {}),
      outcome(5, Outcome.done),
    ]);
    const again = new CloudRig({ store: feed.world.cloud.store, sample: false });
    const { inventory } = again.cloud.ingest.log;
    expect([21, 22, 23].map((bin) => inventory.isDoubtful(BOX, bin))).toEqual([true, true, false]);
    const { bins } = modelOf(again.cloud.store, again.cloud.ingest.log.index, inventory, BOX, T);
    expect([21, 22, 23].map((bin) => bins[bin]!.uncertain)).toEqual([true, true, false]);
    again.cloud.admin.emptyBin(BOX, "B-11");
    expect(inventory.isDoubtful(BOX, 22)).toBe(false);
  });

  test("what somebody with a right says of a bin counts, and what a box tells again", () => {
    const feed = new Feed();
    const checked = { kind: Kind.binChecked, ...at(T) } as const;
    const kept = { kind: Kind.binKept, ...at(T) } as const;
    feed.take(1, [
      { ...checked, bin: 20, key: 1 },
      { ...checked, bin: 0 },
      { ...checked, bin: 1, doubt: 1 },
      { ...checked, bin: 21, fob: "777ZZZ", doubt: 1 },
      { ...kept, bin: 2, belief: Belief.empty },
      { ...kept, bin: 3, belief: Belief.taken, key: 4 },
      { ...kept, bin: 22, belief: Belief.holds, fob: "888ZZZ" },
      { ...kept, bin: 23, belief: Belief.doubt },
    ]);
    const bins = [20, 0, 1, 21, 2, 3, 22, 23].map((bin) => feed.inventory.content(BOX, bin));
    expect(bins).toEqual([
      { belief: "holds", item: "key:1" },
      { belief: "empty" },
      { belief: "doubt", item: "key:2" },
      { belief: "doubt", item: "fob:777ZZZ" },
      { belief: "empty" },
      { belief: "taken", item: "key:4" },
      { belief: "holds", item: "fob:888ZZZ" },
      { belief: "doubt" },
    ]);
  });

  test("a late report of an older movement does not undo a newer one at another box", () => {
    const feed = new Feed();
    const key = feed.key("Master key, fire panel");
    const tokyo = { box: "MS4-TOKYO", epoch: new Uint8Array(8).fill(3) };
    feed.take(1, [intent(Exchange.dropoff, 7, { key }, T + 500), outcome(1, Outcome.done, T + 500)], tokyo);
    feed.take(1, [intent(Exchange.pickup, 16, { key, user: 1 }, T + 100), outcome(1, Outcome.done, T + 100)]);
    expect(feed.inventory.in("MS4-TOKYO", 7)?.item).toBe(`key:${key}`);
    expect(feed.inventory.in(BOX, 16)).toBeUndefined();
  });

  test("an emergency opening makes what is in the bin uncertain, unless the door stayed shut", () => {
    const feed = new Feed();
    const emergency = { kind: Kind.emergency, target: EmergencyTarget.all, sheet: 1, number: 2, ...at(T) } as const;
    feed.take(1, [
      emergency,
      { ...emergency, bin: 0, of: 1 },
      { kind: Kind.emergencyOutcome, of: 2, bin: 0, result: Outcome.done, ...at(T) },
      { ...emergency, bin: 1, of: 1 },
      { kind: Kind.emergencyOutcome, of: 4, bin: 1, result: Outcome.notOpened, ...at(T) },
      { kind: Kind.emergencyOutcome, of: 1, result: Outcome.done, ...at(T) },
    ]);
    expect(feed.inventory.in(BOX, 0)?.certain).toBe(false);
    expect(feed.inventory.in(BOX, 1)?.certain).toBe(true);
    expect(feed.data.emergencies).toHaveLength(1);
    expect(feed.data.emergencies[0]).toMatchObject({
      target: "all",
      status: "done",
      bins: [
        { binLabel: "A-1", status: "done" },
        { binLabel: "A-2", status: "notOpened" },
      ],
    });
  });
});

test("an exchange whose end is missing is unconfirmed as soon as the box has begun another one", () => {
  const feed = new Feed();
  const key = feed.key("Rue de Rivoli 12 front door");
  const statuses = () => feed.data.exchanges.map(({ status }) => status);
  feed.take(1, [intent(Exchange.pickup, 0, { key })]);
  expect(statuses()).toEqual(["pending"]);
  feed.take(3, [intent(Exchange.pickup, 1, {})], { gapFrom: 2 });
  expect(statuses()).toEqual(["unconfirmed", "pending"]);
  feed.take(4, [outcome(3, Outcome.done)]);
  expect(statuses()).toEqual(["unconfirmed", "done"]);
  expect(feed.inventory.content(BOX, 0)).toMatchObject({ belief: "doubt" });
});

describe("a release from the wall", () => {
  const unmount = { kind: Kind.emergency, target: EmergencyTarget.unmount, sheet: 1, number: 1, ...at(T) } as const;
  const boot = { kind: Kind.boot, boot: 2, cause: WakeCause.powerOn, firmware: "1", ...at(T) } as const;

  test("that a power cut ended is unconfirmed, until the box says how it ended", () => {
    const feed = new Feed();
    feed.take(1, [unmount]);
    expect(feed.data.emergencies[0]!.status).toBe("pending");
    feed.take(2, [boot]);
    expect(feed.data.emergencies[0]!.status).toBe("unconfirmed");
    feed.take(3, [{ kind: Kind.emergencyOutcome, of: 1, result: Outcome.done, ...at(T) }]);
    expect(feed.data.emergencies[0]!.status).toBe("done");
  });

  test("and a run through all bins of a journal that is gone are unconfirmed", () => {
    const feed = new Feed();
    const all = { ...unmount, target: EmergencyTarget.all } as const;
    feed.take(1, [unmount, all, { ...all, bin: 0, of: 2 }]);
    feed.take(1, [boot], { epoch: new Uint8Array(8).fill(9) });
    expect(feed.data.emergencies.map(({ status }) => status)).toEqual(["unconfirmed", "unconfirmed"]);
    expect(feed.data.emergencies[1]!.bins[0]!.status).toBe("unconfirmed");
  });
});

describe("events and receipts", () => {
  test("name what happened", () => {
    const feed = new Feed();
    feed.take(1, [
      { kind: Kind.door, bin: 2, event: DoorEvent.heldOpen, ...at(T) },
      { kind: Kind.binFault, bin: 2, event: BinFault.wontOpen, ...at(T) },
      { kind: Kind.power, event: PowerEvent.mainsLost, charge: 80, ...at(T) },
      { kind: Kind.link, event: LinkEvent.sessionDown, link: "wifi", reason: "no-pingresp", ...at(T) },
      { kind: Kind.gap, reason: 1, count: 3, ...at(T) },
    ]);
    expect(feed.data.events.map(({ kind, detail }) => ({ kind, detail }))).toEqual([
      { kind: "door", detail: { bin: 2, event: "heldOpen", binLabel: "A-3" } },
      { kind: "binFault", detail: { bin: 2, event: "wontOpen", binLabel: "A-3" } },
      { kind: "power", detail: { event: "mainsLost", charge: 80 } },
      { kind: "link", detail: { event: "sessionDown", link: "wifi", reason: "no-pingresp" } },
      { kind: "gap", detail: { reason: "diagnosticsSuspended", count: 3 } },
    ]);
  });

  test("a receipt closes its command, and any older one, which the box will not take any more", () => {
    const feed = new Feed();
    const first = feed.world.cloud.reboot(BOX);
    const second = feed.world.cloud.oneTouchUnlock(BOX, "A-1");
    feed.take(1, [{ kind: Kind.command, id: second.id, command: CommandKind.oneTouchUnlock, bin: 0, ...at(T) }]);
    expect(second.status).toBe("received");
    expect(first.status).toBe("expired");
  });
});
