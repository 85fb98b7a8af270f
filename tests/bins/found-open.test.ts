import { afterEach, expect, it } from "vitest";
import { DoorEvent, Kind } from "../../firmware/records/records.js";
import { readJournal } from "../../sim/trials/judge/box-memory.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import { BoxRig, VAN } from "../support/box-rig.js";

const FREE = 3;
let rig: BoxRig;
afterEach(() => rig.check());

const dark = async (meanwhile: () => void) => {
  rig.machine.powerCut();
  await rig.world.advance(1_000);
  meanwhile();
  rig.machine.restorePower();
  await rig.person.see("idle");
};
const doors = () => rig.of(Kind.door).map(({ bin, event }) => [bin, event]);

it("a door that was opened while the box was dark is on record, and what hangs behind it in doubt", async () => {
  rig = await BoxRig.started();
  expect(rig.content(FREE)).toEqual({ held: undefined, uncertain: false });
  await dark(() => [0, FREE].forEach((bin) => void rig.machine.bins.force(bin)));
  expect(doors()).toEqual([0, FREE].map((bin) => [bin, DoorEvent.unexpected]));
  for (const bin of [0, FREE]) expect(rig.content(bin)).toMatchObject({ uncertain: true });
});

it("also where the journal is too full for a pick-up, but a door that flaps does not fill what is left", async () => {
  rig = new BoxRig();
  const ledger = rig.offlineLedger();
  while (ledger.refusal("pickup") === undefined) {
    ledger.write({ kind: Kind.codeFailure, count: 1, target: 1, bin: 4 }, "vital");
  }
  await rig.start();
  rig.machine.bins.force(FREE);
  await rig.world.advance(5_000);
  for (let again = 0; again < 3; again++) {
    rig.machine.bins.close(FREE);
    await rig.world.advance(5_000);
    rig.machine.bins.force(FREE);
    await rig.world.advance(5_000);
  }
  await dark(() => rig.machine.bins.force(FREE + 1));
  expect(doors()).toEqual([FREE, FREE + 1].map((bin) => [bin, DoorEvent.unexpected]));
  for (const bin of [FREE, FREE + 1]) expect(rig.belief(bin)[0]).toBe("doubt");
});

it("once: a door that goes on standing open is in doubt already", async () => {
  rig = await BoxRig.started();
  await dark(() => rig.machine.bins.force(FREE));
  await dark(() => {});
  expect(doors()).toEqual([[FREE, DoorEvent.unexpected]]);
});

it("a door that the box opened itself before it went dark is no such door", async () => {
  rig = await BoxRig.started();
  await rig.person.type(VAN.code);
  await rig.person.takeKey(0);
  await dark(() => {});
  await rig.person.closeDoor(0);
  expect(doors()).toEqual([]);
});

it("through the drivers too", async () => {
  const stage = await Stage.open({ seed: 1, broker: "virtual", parts: "registers" });
  const { machine, person, world } = stage;
  machine.start();
  await person.see("idle");
  await stage.untilInSync(300_000);
  machine.powerCut();
  await world.advance(1_000);
  machine.bins.force(FREE);
  machine.restorePower();
  await person.see("idle");
  await world.advance(2_000);
  const records = [...readJournal(machine.flash.journal, 1)].flatMap(({ record }) => record ?? []);
  const found = records.filter(({ kind }) => kind === Kind.door).map(({ bin, event }) => [bin, event]);
  expect(found).toEqual([[FREE, DoorEvent.unexpected]]);
  await stage.close();
});
