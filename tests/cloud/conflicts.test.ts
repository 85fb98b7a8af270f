import { beforeEach, describe, expect, test } from "vitest";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, Exchange, Flag, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS } from "./support/cloud-rig.js";

/** Rows of sim/cloud/CONFLICTS.md that no other test has, at the cloud's end; scenario `two-boxes` has them with real boxes. */

const TOKYO = "MS4-TOKYO";
const T = START_SECONDS;
/** Nobody vouches for its time. */
const UNSURE = Flag.wallTime | Flag.offline;

let world: CloudRig;
let next: Map<string, number>;
beforeEach(() => {
  world = new CloudRig();
  next = new Map();
});

function tell(box: string, records: readonly Rec[]): void {
  const first = next.get(box) ?? 1;
  next.set(box, first + records.length);
  world.cloud.ingest.take(box, { epoch: EPOCH, first, records: records.map((one) => encodeRecord(one)) });
}

interface Exchanged {
  readonly bin: number;
  readonly key: number;
  readonly user?: number;
  readonly access?: number;
  readonly time: number;
  readonly flags?: number;
}

function exchanged(box: string, exchange: Exchange, { bin, key, user, access, time, flags }: Exchanged): void {
  const stamp = at(time, flags);
  const of = next.get(box) ?? 1;
  const auth = user === undefined ? Auth.quickScan : Auth.bookingCode;
  const who = { ...(user !== undefined && { user }), ...(access !== undefined && { access }) };
  tell(box, [
    { kind: Kind.intent, exchange, bin, auth, key, ...who, ...stamp },
    { kind: Kind.outcome, of, result: Outcome.done, ...stamp },
  ]);
}

function keyNamed(name: string): number {
  return world.cloud.store.organisation.keys.find((key) => key.name === name)!.id;
}

const RIVOLI = "Rue de Rivoli 12 front door";
const MASTER = "Master key, fire panel";

describe("an inventory that somebody corrects", () => {
  test("gives way to an exchange from before the correction that the box tells of later", () => {
    const { cloud } = world;
    const { inventory } = cloud.ingest.log;
    const key = keyNamed(RIVOLI);
    cloud.admin.fillBin(BOX, "A-1", key);
    exchanged(BOX, Exchange.pickup, { bin: 0, key, user: 1, time: T - 600, flags: UNSURE });
    expect(inventory.content(BOX, 0)).toEqual({ belief: "taken", item: `key:${key}` });
    expect(inventory.whereabouts(`key:${key}`)).toEqual({ holder: "Amélie Girard" });
  });

  test("that a key hangs nowhere gives way to the doors of the box where it was hung up before", () => {
    const { cloud } = world;
    const { inventory } = cloud.ingest.log;
    const key = keyNamed(MASTER);
    exchanged(BOX, Exchange.pickup, { bin: 16, key, user: 1, time: T - 900 });
    cloud.admin.placeKey(key, undefined);
    exchanged(TOKYO, Exchange.dropoff, { bin: 7, key, time: T - 600, flags: UNSURE });
    expect(inventory.content(TOKYO, 7)).toEqual({ belief: "holds", item: `key:${key}` });
    expect(inventory.content(BOX, 16)).toEqual({ belief: "empty" });
  });

  test("is told to the box: its next snapshot goes by it", () => {
    const { inventory } = world.cloud.ingest.log;
    const before = [inventory.edits(BOX), inventory.edits(TOKYO)];
    world.cloud.admin.fillBin(TOKYO, "A-8", keyNamed(MASTER), true);
    expect([inventory.edits(BOX), inventory.edits(TOKYO)]).toEqual(before.map((edits) => edits + 1));
  });
});

describe("a stock-take in which somebody says that a key hangs here", () => {
  const checked = (time: number, flags?: number): Rec => ({
    kind: Kind.binChecked,
    bin: 7,
    key: keyNamed(MASTER),
    ...at(time, flags),
  });

  test("leaves the bin of the other box in doubt, which was sure of it before", () => {
    const { inventory } = world.cloud.ingest.log;
    const key = keyNamed(MASTER);
    exchanged(BOX, Exchange.dropoff, { bin: 16, key, time: T - 900 });
    tell(TOKYO, [checked(T - 60)]);
    expect(inventory.content(TOKYO, 7).belief).toBe("holds");
    expect(inventory.content(BOX, 16).belief).toBe("doubt");
  });

  test("is itself the one in doubt where it was before that, by two clocks that the cloud had set", () => {
    const { inventory } = world.cloud.ingest.log;
    const key = keyNamed(MASTER);
    exchanged(BOX, Exchange.dropoff, { bin: 16, key, time: T - 60 });
    tell(TOKYO, [checked(T - 900)]);
    expect([inventory.content(TOKYO, 7).belief, inventory.content(BOX, 16).belief]).toEqual(["doubt", "holds"]);
  });
});

describe("a right that is gone by the time the box tells of its use", () => {
  test("is what the log says it was: who, by which access, offline", () => {
    const { cloud } = world;
    const { id, user, key } = cloud.store.organisation.accesses[0]!;
    cloud.admin.removeAccess(id);
    exchanged(BOX, Exchange.pickup, { bin: 0, key, user, access: id, time: T - 60, flags: UNSURE });
    cloud.store.commit();
    expect(cloud.store.data.exchanges).toMatchObject([
      { key, user, access: id, offline: true, userName: "Amélie Girard", status: "done" },
    ]);
  });

  test("of a user who was removed: the key is out, and it is said by whom as far as that is known", () => {
    const { cloud } = world;
    const { user, key, id } = cloud.store.organisation.accesses[0]!;
    cloud.admin.removeUser(user);
    exchanged(BOX, Exchange.pickup, { bin: 0, key, user, access: id, time: T - 60, flags: UNSURE });
    expect(cloud.ingest.log.inventory.content(BOX, 0).belief).toBe("taken");
    cloud.store.commit();
    expect(cloud.store.data.exchanges[0]!.userName).toBe(`user ${user}`);
  });
});
