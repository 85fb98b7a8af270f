import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Auth, EmergencyTarget, Exchange, Kind, Outcome, type Rec } from "../../../firmware/records/records.js";
import { Lane } from "../../../firmware/wire/lanes.js";
import type { Ack } from "../../../firmware/wire/messages.js";
import { entryWords } from "../../../sim/cloud/box-log.js";
import type { User } from "../../../sim/cloud/domain.js";
import type { CloudDocument } from "../../../sim/cloud/state.js";
import type { LogEntry, Newest } from "../../../sim/cloud/store/lines.js";
import type { CloudStore } from "../../../sim/cloud/store.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS, TestBox } from "../support/cloud-rig.js";
import { worked } from "../support/worked.js";

/** An engine with a place for one organisation, which outlives whoever has it open. */
export interface EngineRig {
  /** Makes the place, with what is in `document`. */
  create(document: CloudDocument): Promise<void>;
  /** As a cloud that starts; whoever had it open before has gone without a word. */
  open(): Promise<CloudStore>;
  box(box: string, last?: number): Promise<Newest<LogEntry>>;
  close(): Promise<void>;
}

const E = "0102030405060708";

/** What every engine does. */
export function engineSuite(name: string, makeRig: () => Promise<EngineRig>): void {
  describe(`the ${name} engine`, () => {
    let rig: EngineRig;
    beforeAll(async () => {
      rig = await makeRig();
      await rig.create(sample());
    });
    afterAll(() => rig?.close());

    let next = 1;
    const cloudOn = async (): Promise<CloudRig> => new CloudRig({ store: await rig.open(), sample: false });
    const tell = (world: CloudRig, ...records: Rec[]): void => {
      world.cloud.ingest.take(BOX, { epoch: EPOCH, first: next, records: records.map((one) => encodeRecord(one)) });
      next += records.length;
    };

    test("keeps what was committed, and what is under way can end after a restart", async () => {
      const world = await cloudOn();
      const first = next;
      tell(world, intent(0), outcome(first), intent(1));
      await settled(world.cloud.store);
      const before = JSON.parse(JSON.stringify(world.cloud.store.document));
      const again = await cloudOn();
      expect(JSON.parse(JSON.stringify(again.cloud.store.document))).toEqual(before);
      expect(again.cloud.ingest.through(BOX, E)).toBe(first + 2);
      tell(again, outcome(first + 2));
      await settled(again.cloud.store);
      const log = await rig.box(BOX);
      expect(log.entries.map(({ seq, status }) => [seq, status])).toEqual([
        [first, "done"],
        [first + 2, "done"],
      ]);
    });

    test("takes what comes again for what it is, before and after a restart", async () => {
      const world = await cloudOn();
      const batch = { epoch: EPOCH, first: 1, records: [intent(0), outcome(1)].map((one) => encodeRecord(one)) };
      expect(world.cloud.ingest.take(BOX, batch)).toBe(0);
      await settled(world.cloud.store);
      expect((await rig.box(BOX)).entries).toHaveLength(2);
    });

    test("loses what was not committed, all of it", async () => {
      const world = await cloudOn();
      const before = next;
      tell(world, intent(2), outcome(before));
      next = before;
      const again = await cloudOn();
      expect(again.cloud.ingest.through(BOX, E)).toBe(before - 1);
    });

    test("acknowledges once it is durable: whoever opens it then has the record", async () => {
      const world = await cloudOn();
      const box = new TestBox(world);
      await connected(box);
      box.records(next, [intent(3)]);
      next += 1;
      world.timers.advance(0);
      await expect.poll(() => box.bodies<Ack>(Lane.ack).at(-1)?.through).toBe(next - 1);
      expect((await cloudOn()).cloud.ingest.through(BOX, E)).toBe(next - 1);
    });

    test("has the newest entries of a box as they are by now, and says how many are older", async () => {
      const world = await cloudOn();
      const run = next;
      tell(
        world,
        { kind: Kind.emergency, target: EmergencyTarget.all, sheet: 1, number: 1, ...at(START_SECONDS) },
        {
          kind: Kind.emergency,
          target: EmergencyTarget.all,
          sheet: 1,
          number: 1,
          of: run,
          bin: 4,
          ...at(START_SECONDS),
        },
        { kind: Kind.emergencyOutcome, of: run, bin: 4, result: Outcome.done, ...at(START_SECONDS) },
        { kind: Kind.emergencyOutcome, of: run, result: Outcome.done, ...at(START_SECONDS) },
      );
      await settled(world.cloud.store);
      const { entries, older } = await rig.box(BOX, 1);
      expect(entries).toMatchObject([{ target: "all", status: "done", bins: [{ bin: 4, status: "done" }] }]);
      expect(older).toBe((await rig.box(BOX)).entries.length - 1);
    });

    test("keeps the organisation, and what was removed from the document is gone", async () => {
      const world = await cloudOn();
      const { admin } = world.cloud;
      admin.addUser({ name: "Somebody New" });
      await settled(world.cloud.store);
      admin.emptyBin(BOX, "A-2", true);
      await settled(world.cloud.store);
      const again = await cloudOn();
      expect(again.cloud.store.organisation.users.at(-1)?.name).toBe("Somebody New");
      expect(again.cloud.ingest.log.inventory.content(BOX, 1).belief).toBe("empty");
    });

    test("edits lines in their places: a name that was erased is nowhere, also after a restart", async () => {
      const world = await cloudOn();
      const { privacy, store } = world.cloud;
      const [user, other] = store.organisation.users;
      const first = next;
      const by = (one: User, time: number): Rec => ({ ...intent(0), user: one.id, access: 1, ...at(time) }) as Rec;
      tell(world, by(other!, START_SECONDS), outcome(first), by(user!, START_SECONDS), outcome(first + 2));
      tell(world, { kind: Kind.refused, reason: "too-early", user: user!.id, access: 1, ...at(START_SECONDS) });
      await settled(store);
      const before = (await store.history.after(0, 10_000)).map(({ at: place }) => place);

      privacy.erase(user!.id);
      await worked(world, () => privacy.erasing.length === 0);
      for (const cloud of [world.cloud, (await cloudOn()).cloud]) {
        const lines = await cloud.store.history.after(0, 10_000);
        expect(lines.map(({ at: place }) => place).slice(0, before.length)).toEqual(before);
        const text = JSON.stringify([lines, cloud.store.document]);
        expect(text).not.toContain(user!.name);
        const { entries } = await rig.box(BOX);
        const told = entries.filter(({ seq }) => seq >= first).map((entry) => ({ ...entry, ...entryWords(entry) }));
        expect(told.map(({ who, status }) => [who, status])).toEqual([
          [other!.name, "done"],
          [`user ${user!.id}`, "done"],
        ]);
        expect(cloud.store.organisation.users.map(({ name: left }) => left)).not.toContain(user!.name);
      }
    });
  });
}

function sample(): CloudDocument {
  return new CloudRig().cloud.store.document;
}

export function settled(store: CloudStore): Promise<void> {
  return new Promise((resolve, reject) => store.durable(resolve, reject));
}

/** Welcomes wait for a commit. */
async function connected(box: TestBox): Promise<void> {
  box.session = new Uint8Array(8).fill(9);
  box.sendHello();
  await expect.poll(() => box.bodies(Lane.welcome).length).toBe(1);
  box.counter = 0;
}

function intent(bin: number): Rec {
  return {
    kind: Kind.intent,
    exchange: Exchange.pickup,
    bin,
    key: 1,
    user: 1,
    auth: Auth.bookingCode,
    ...at(START_SECONDS + bin),
  };
}

function outcome(of: number): Rec {
  return { kind: Kind.outcome, of, result: Outcome.done, ...at(START_SECONDS) };
}
