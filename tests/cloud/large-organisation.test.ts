import { afterEach, describe, expect, test, vi } from "vitest";
import { fitSnapshot } from "../../sim/cloud/snapshot/fit.js";
import type { SnapshotModel } from "../../sim/cloud/snapshot/model.js";
import { People } from "../../sim/trials/scenarios/people.js";
import { Stage } from "../../sim/trials/stage/stage.js";

vi.setConfig({ testTimeout: 60_000 });

const MINUTE_MS = 60_000;
const KEYS = 10_000;
/** Of a key of another location. */
const FOREIGN = "F000003";

let stage: Stage | undefined;
afterEach(() => stage?.close());

/** The sample, with so many keys of another location that the box of the story has none of. */
async function openLarge(): Promise<Stage> {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { admin, store } = stage.cloud;
  const tokyo = store.organisation.locations[1]!;
  admin.addKeys(
    Array.from({ length: KEYS }, (_, i) => ({
      name: `Flat ${i} of many`,
      fob: `F${String(i).padStart(6, "0")}`,
      roaming: false,
      home: tokyo.id,
    })),
  );
  stage.rig.power.connect();
  await stage.untilInSync(5 * MINUTE_MS);
  return stage;
}

describe("an organisation of 10,000 keys", () => {
  test("sends a box what concerns it: a snapshot that it takes at once, and works by", async () => {
    const { cloud, rig } = await openLarge();
    expect(cloud.snapshot(rig.name)!.bytes.length).toBeLessThan(16 * 1024);
    expect(cloud.alerts.all).toEqual([]);
    const people = new People(stage!);
    await people.pickUp("135790");
    await people.giveBack("012ABC");
    await stage!.untilInSync(5 * MINUTE_MS);
    expect(stage!.verdict()).toMatchObject({ exchanges: 2, problems: [] });
  });

  test("whose foreign key comes to the box: it hangs there as a fob that the box does not know, and the cloud knows whose it is", async () => {
    const { cloud, rig } = await openLarge();
    const people = new People(stage!);
    people.carried.push(FOREIGN);
    await people.giveBack(FOREIGN);
    await stage!.untilInSync(5 * MINUTE_MS);
    const bin = rig.bins.state.contents.indexOf(FOREIGN);
    const key = cloud.store.organisation.keys.find(({ fob }) => fob === FOREIGN)!;
    expect(cloud.ingest.log.inventory.content(rig.name, bin)).toEqual({ belief: "holds", item: `key:${key.id}` });
    // The next snapshot has it: whoever may take it, can.
    const { code } = cloud.admin.addAccess(cloud.store.organisation.users[0]!.id, key.id, { kind: "ongoing" });
    await stage!.untilInSync(5 * MINUTE_MS);
    expect(await people.pickUp(code)).toBe(FOREIGN);
  });

  test("makes no new snapshot for a box when a key of another place changes", async () => {
    const { cloud, rig, world } = await openLarge();
    const { version } = cloud.snapshot(rig.name)!;
    const key = cloud.store.organisation.keys.find(({ fob }) => fob === FOREIGN)!;
    cloud.admin.changeKey(key.id, { name: "Another name" });
    await world.advance(MINUTE_MS);
    expect(cloud.snapshot(rig.name)!.version).toBe(version);
  });
});

describe("of what does not fit", () => {
  const COUNT = 400;
  /** Every key has a code and an access; the last key hangs here. */
  function model(windows: boolean): SnapshotModel {
    const ids = Array.from({ length: COUNT }, (_, i) => i + 1);
    return {
      version: 1,
      box: "BOX",
      epoch: new Uint8Array(8),
      asOf: 0,
      sheet: 1,
      lookupKey: new Uint8Array(32),
      location: { id: 1, name: "Paris", language: "fr", offsets: [] },
      bins: [{ bin: 0, enabled: true, key: COUNT, uncertain: false }],
      keys: ids.map((id) => ({
        id,
        name: `Key ${id}`,
        fob: `F${id}`,
        roaming: true,
        homeLocation: 1,
        homeLocationName: "Paris",
      })),
      users: [{ id: 1, name: "Somebody" }],
      accesses: ids.map((id) => ({
        id,
        user: 1,
        key: id,
        window: windows ? { from: 1_000 * (COUNT - id), until: 1_000_000 } : undefined,
      })),
      codes: ids.flatMap((id) => [
        { text: String(100_000 + id), target: { kind: "booking", access: id } as const },
        { text: String(700_000 + id), target: { kind: "key", key: id } as const },
      ]),
      badges: [],
    };
  }
  const sizeOf = (one: SnapshotModel) => fitSnapshot(one, Number.POSITIVE_INFINITY).bytes.length;

  test("rights to what hangs here are the last to go, and keys go with their last right", () => {
    const whole = model(false);
    const { bytes, idleKeys, lateAccesses, keyCodes } = fitSnapshot(whole, Math.floor(sizeOf(whole) / 2));
    expect(bytes.length).toBeLessThanOrEqual(sizeOf(whole) / 2);
    expect(bytes.length).toBeGreaterThan(sizeOf(whole) / 3);
    expect([lateAccesses, keyCodes]).toEqual([expect.closeTo(COUNT / 2, -2), expect.closeTo(COUNT / 2, -2)]);
    expect(idleKeys).toBeGreaterThan(0);
    // With room for two rights only, they are those to the key in the bin.
    const alone = {
      ...whole,
      keys: [whole.keys.at(-1)!],
      accesses: [whole.accesses.at(-1)!],
      codes: whole.codes.slice(-2),
    };
    expect(fitSnapshot(whole, sizeOf(alone) + 90).bytes).toEqual(fitSnapshot(alone, sizeOf(alone)).bytes);
  });

  test("what begins last goes first", () => {
    const whole = model(true);
    const late = { ...whole, codes: whole.codes.filter(({ target }) => target.kind === "booking") };
    const { bytes, lateAccesses } = fitSnapshot(late, Math.floor(sizeOf(late) / 2));
    const kept = COUNT - lateAccesses;
    // Number COUNT begins first.
    const firstOf = (count: number): SnapshotModel => ({
      ...late,
      keys: late.keys.slice(-count),
      accesses: late.accesses.slice(-count),
      codes: late.codes.slice(-count),
    });
    expect(bytes).toEqual(fitSnapshot(firstOf(kept), Number.POSITIVE_INFINITY).bytes);
  });

  test("without any right it is an error that says how large it is", () => {
    expect(() => fitSnapshot(model(false), 200)).toThrow(/it has \d+ bytes without any right, boxes hold 200/);
  });
});
