import { describe, expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, EmergencyTarget, Exchange, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { Lane } from "../../firmware/wire/lanes.js";
import type { Offer } from "../../firmware/wire/messages.js";
import { modelOf } from "../../sim/cloud/box-snapshot.js";
import { soundModel } from "../../sim/cloud/snapshot/sound-model.js";
import { SMALL } from "../snapshot/support/models.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS, TestBox } from "./support/cloud-rig.js";

function returned(key: number, bin: number, first: number): Rec[] {
  const stamp = at(START_SECONDS);
  return [
    { kind: Kind.intent, exchange: Exchange.dropoff, bin, auth: Auth.quickScan, key, ...stamp },
    { kind: Kind.outcome, of: first, result: Outcome.done, ...stamp },
  ];
}

function take(world: CloudRig, key: number, bin: number, first: number): void {
  const records = returned(key, bin, first).map((one) => encodeRecord(one));
  world.cloud.ingest.take(BOX, { epoch: EPOCH, first, records });
}

function bins(world: CloudRig) {
  const { log } = world.cloud.ingest;
  const model = modelOf(world.cloud.store, log.index, log.inventory, BOX, START_SECONDS);
  return soundModel({ ...model, version: 1 }).model.bins;
}

describe("a key that was removed", () => {
  test("and whose fob comes back is that fob, nobody's; a right that is taken away then is taken away", () => {
    const world = new CloudRig();
    const box = new TestBox(world);
    const { version } = box.connect();
    const { fob, name } = world.cloud.store.organisation.keys.find((key) => key.id === 1)!;
    take(world, 2, 20, 1);
    world.cloud.admin.removeKey(1);
    take(world, 1, 19, 3);
    expect(bins(world)[19]).toMatchObject({ fob, uncertain: false });
    world.cloud.store.commit();
    expect(world.cloud.store.data.exchanges.at(-1)).toMatchObject({ fob, keyName: name, binLabel: "B-8" });
    world.cloud.admin.removeAccess(world.cloud.store.organisation.accesses[0]!.id);
    world.timers.advance(2_000);
    expect(box.bodies<Offer>(Lane.offer).at(-1)!.version).toBeGreaterThan(version);
    expect(world.cloud.alerts.of(BOX)).toEqual([]);
  });

  test("and whose fob was given to another key comes back as that key", () => {
    const world = new CloudRig();
    const fob = world.cloud.store.organisation.keys.find((key) => key.id === 1)!.fob!;
    world.cloud.admin.removeKey(1);
    const [heir] = world.cloud.admin.addKeys([{ name: "Heir", fob, roaming: true, home: 1 }]);
    take(world, 1, 19, 1);
    expect(bins(world)[19]).toMatchObject({ key: heir!.id });
  });

  test("without a fob leaves its bin in doubt, and the box is told everything else", () => {
    const world = new CloudRig();
    const box = new TestBox(world);
    const { version } = box.connect();
    const [key] = world.cloud.admin.addKeys([{ name: "On a string", roaming: true, home: 1 }]);
    world.cloud.admin.placeKey(key!.id, { box: BOX, bin: "B-12" });
    expect(bins(world)[23]).toMatchObject({ key: key!.id, uncertain: false });
    world.cloud.admin.removeKey(key!.id);
    world.timers.advance(2_000);
    expect(bins(world)[23]).toEqual({ bin: 23, enabled: true, uncertain: true });
    expect(box.bodies<Offer>(Lane.offer).at(-1)!.version).toBeGreaterThan(version);
    expect(world.cloud.alerts.of(BOX).map(({ what }) => what)).toEqual([
      `left out of its snapshot: bin B-12: there is no key ${key!.id}`,
    ]);
    world.cloud.admin.emptyBin(BOX, "B-12");
    world.timers.advance(2_000);
    expect(bins(world)[23]).toEqual({ bin: 23, enabled: true, uncertain: false });
    expect(world.cloud.alerts.of(BOX)).toEqual([]);
  });

  test("without a fob, brought back to a box that has not heard of it, leaves that bin in doubt", () => {
    const world = new CloudRig();
    const [key] = world.cloud.admin.addKeys([{ name: "On a string", roaming: true, home: 1 }]);
    world.cloud.admin.removeKey(key!.id);
    take(world, key!.id, 23, 1);
    expect(bins(world)[23]).toEqual({ bin: 23, enabled: true, uncertain: true });
    expect(world.cloud.ingest.log.inventory.isDoubtful(BOX, 23)).toBe(true);
    world.cloud.store.commit();
    expect(world.cloud.store.data.exchanges.at(-1)).toMatchObject({ keyName: "On a string" });
  });

  test("while an emergency code was trying its bin, which stayed shut, hangs there as its fob", () => {
    const world = new CloudRig();
    const fob = world.cloud.store.organisation.keys.find((key) => key.id === 1)!.fob!;
    const { bin } = world.cloud.ingest.log.inventory.whereabouts("key:1")!.place!;
    const stamp = at(START_SECONDS);
    const tell = (first: number, record: Rec) =>
      world.cloud.ingest.take(BOX, { epoch: EPOCH, first, records: [encodeRecord(record)] });
    tell(1, { kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 1, bin, ...stamp });
    world.cloud.admin.removeKey(1);
    tell(2, { kind: Kind.emergencyOutcome, of: 1, bin, result: Outcome.notOpened, ...stamp });
    expect(bins(world)[bin]).toEqual({ bin, enabled: true, fob, uncertain: false });
  });

  test("gives its number to no other key, user or access", () => {
    const { admin, store } = new CloudRig().cloud;
    const last = admin.addKeys([{ name: "Last", fob: "LAST1", roaming: true, home: 1 }])[0]!;
    const user = admin.addUser({ name: "Last" });
    const access = admin.addAccess(user.id, last.id, { kind: "ongoing" });
    admin.removeKey(last.id);
    admin.removeUser(user.id);
    const [key] = admin.addKeys([{ name: "Next", fob: "NEXT1", roaming: true, home: 1 }]);
    expect(key!.id).toBe(last.id + 1);
    expect(admin.addUser({ name: "Next" }).id).toBe(user.id + 1);
    expect(admin.addAccess(1, key!.id, { kind: "ongoing" }).id).toBe(access.id + 1);
    expect(store.data.formerKeys).toEqual({ [last.id]: { name: "Last", fob: "LAST1" } });
  });
});

describe("a datum that makes no sense", () => {
  const access = SMALL.accesses[0]!;

  test("costs itself and what hangs on it, and is named", () => {
    const { model, leftOut } = soundModel({ ...SMALL, accesses: [...SMALL.accesses, { ...access, id: 900, key: 99 }] });
    expect(leftOut).toEqual(["access 900: there is no key 99"]);
    expect(model.accesses).toEqual(SMALL.accesses);
    expect(model.codes).toEqual(SMALL.codes);
  });

  test("about a bin leaves the bin in doubt and in service as it was", () => {
    const bins = [
      { bin: 1, enabled: false, key: 99 },
      { bin: 2, enabled: true, fob: "012ABC" },
      { bin: 4, enabled: true, key: 20 },
    ];
    const { model, leftOut } = soundModel({ ...SMALL, bins });
    expect(leftOut).toEqual(["bin 1: there is no key 99", "key 20 is in bin 2 and in bin 4"]);
    expect(model.bins).toEqual([
      { bin: 1, enabled: false, uncertain: true },
      { bin: 2, enabled: true, fob: "012ABC", uncertain: true },
      { bin: 4, enabled: true, uncertain: true },
    ]);
  });
});

describe("a fob that was replaced on a key", () => {
  const OLD = "012ABC";
  const NEW = "800NEW";

  function told(rig: CloudRig, records: readonly Rec[], first: number): void {
    rig.cloud.ingest.take(BOX, { epoch: EPOCH, first, records: records.map((one) => encodeRecord(one)) });
  }

  function takenAndReplaced(): { readonly rig: CloudRig; readonly key: number; readonly home: number } {
    const rig = new CloudRig();
    const { inventory } = rig.cloud.ingest.log;
    const key = rig.cloud.store.organisation.keys.find(({ fob }) => fob === OLD)!.id;
    const home = inventory.whereabouts(`key:${key}`)!.place!.bin;
    const stamp = at(START_SECONDS);
    const intent = { kind: Kind.intent, exchange: Exchange.pickup, bin: home, auth: Auth.keyCode, key } as const;
    told(
      rig,
      [
        { ...intent, ...stamp },
        { kind: Kind.outcome, of: 1, result: Outcome.done, ...stamp },
      ],
      1,
    );
    rig.cloud.admin.changeKey(key, { fob: NEW });
    return { rig, key, home };
  }

  const byOldFob = (bin: number, first: number): Rec[] => {
    const stamp = at(START_SECONDS + 60);
    return [
      { kind: Kind.intent, exchange: Exchange.dropoff, bin, auth: Auth.quickScan, fob: OLD, ...stamp },
      { kind: Kind.outcome, of: first, result: Outcome.done, ...stamp },
    ];
  };

  test("comes back on its key, from a box that knows the new one only, and the box is told whose it is", () => {
    const { rig, key } = takenAndReplaced();
    const box = new TestBox(rig);
    const { version } = box.connect();
    expect(rig.cloud.ingest.log.inventory.whereabouts(`key:${key}`)).toEqual({ holder: "Key Code User" });
    told(rig, byOldFob(23, 3), 3);
    expect(rig.cloud.ingest.log.inventory.whereabouts(`key:${key}`)?.place).toEqual({
      box: BOX,
      bin: 23,
      certain: true,
    });
    rig.cloud.store.commit();
    expect(rig.cloud.store.data.exchanges.at(-1)).toMatchObject({ key, fob: OLD, binLabel: "B-12" });
    rig.timers.advance(2_000);
    expect(box.bodies<Offer>(Lane.offer).at(-1)!.version).toBeGreaterThan(version);
    expect(bins(rig)[23]).toMatchObject({ key, uncertain: false });
  });

  test("while the key hangs in a bin, leaves it there for its holder", () => {
    const rig = new CloudRig();
    const { inventory } = rig.cloud.ingest.log;
    const key = rig.cloud.store.organisation.keys.find(({ fob }) => fob === OLD)!.id;
    const { bin } = inventory.whereabouts(`key:${key}`)!.place!;
    rig.cloud.admin.changeKey(key, { fob: NEW });
    expect(bins(rig)[bin]).toMatchObject({ key, uncertain: false });
    rig.cloud.admin.changeKey(key, { fob: undefined });
    expect(bins(rig)[bin]).toMatchObject({ key, uncertain: false });
  });

  test("and hung up by itself, where its key surely hangs elsewhere, makes nothing sure", () => {
    const { rig, key, home } = takenAndReplaced();
    take(rig, key, home, 3);
    told(rig, byOldFob(23, 5), 5);
    const { inventory } = rig.cloud.ingest.log;
    expect(inventory.whereabouts(`key:${key}`)?.place).toEqual({ box: BOX, bin: home, certain: true });
    expect(inventory.content(BOX, 23)).toMatchObject({ belief: "doubt" });
  });

  test("and given to another key is that one's: also what hung there by it before", () => {
    const rig = new CloudRig();
    const { admin, ingest, store } = rig.cloud;
    const [first, second] = store.organisation.keys.filter(
      ({ id }) => ingest.log.inventory.whereabouts(`key:${id}`)?.place?.box === BOX,
    );
    const placeOf = (id: number) => ingest.log.inventory.whereabouts(`key:${id}`)?.place?.bin;
    const [ofFirst, ofSecond] = [placeOf(first!.id), placeOf(second!.id)];
    // Two fobs were entered the wrong way round.
    admin.changeKey(first!.id, { fob: "SPARE" });
    admin.changeKey(second!.id, { fob: first!.fob! });
    admin.changeKey(first!.id, { fob: second!.fob! });
    expect([placeOf(first!.id), placeOf(second!.id)]).toEqual([ofSecond, ofFirst]);
    expect(Object.keys(store.data.formerFobs ?? {})).toEqual(["SPARE"]);
  });
});
