import { afterEach, describe, expect, it } from "vitest";
import { BinFault, DoorEvent, Kind, Outcome } from "../../firmware/records/records.js";
import { BoxRig, type BoxRigOptions, VAN } from "../support/box-rig.js";

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
afterEach(() => rig.check());

describe("doors", () => {
  it("held open for 60 s: told, ended as left open, and closed late", async () => {
    await open();
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    await rig.person.see("held-open", 61_000);
    expect(rig.outcomes).toEqual([Outcome.leftOpen]);
    expect(rig.of(Kind.door)).toMatchObject([{ bin: 0, event: DoorEvent.heldOpen }]);
    expect(rig.content(0)).toEqual({ held: undefined, uncertain: false });
    await rig.world.advance(60_000);
    await rig.person.closeDoor(0);
    expect(rig.of(Kind.door).map((record) => record.event)).toEqual([DoorEvent.heldOpen, DoorEvent.closedLate]);
    expect(rig.outcomes).toEqual([Outcome.leftOpen]);
  });

  it("closed after 59 s is an ordinary exchange", async () => {
    await open();
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    await rig.world.advance(57_000);
    await rig.person.closeDoor(0);
    expect(rig.outcomes).toEqual([Outcome.done]);
    expect(rig.of(Kind.door)).toEqual([]);
  });

  it("opened by nobody's right is on record", async () => {
    await open();
    rig.machine.bins.force(3);
    await rig.world.advance(100);
    expect(rig.of(Kind.door)).toMatchObject([{ bin: 3, event: DoorEvent.unexpected }]);
  });
});

/** The lock is worked, and then the contact is lost before the door was seen open. */
async function blindlyOpened(): Promise<void> {
  rig.machine.bins.stickContact(0, "closed");
  await rig.person.type(VAN.code);
  rig.machine.bins.unreachable(0, true);
  await rig.person.see("bin-open");
}

describe("door contacts", () => {
  it("one that cannot be read: one pulse, time to reach in, and nobody can say how it ended", async () => {
    await open();
    await blindlyOpened();
    expect(rig.pulses).toEqual([0]);
    // What it says when it answers again is not what the door did: it was never seen open.
    rig.machine.bins.unreachable(0, false);
    await rig.person.see("thank-you", 16_000);
    expect(rig.outcomes).toEqual([Outcome.unconfirmed]);
    expect(rig.content(0)).toEqual({ held: { key: VAN.id }, uncertain: true });
  });

  it("one that cannot be read, and the next person comes: nobody claims to have seen the door", async () => {
    await open();
    await blindlyOpened();
    await rig.giveBack("777XYZ");
    expect(rig.outcomes).toEqual([Outcome.unconfirmed, Outcome.done]);
  });

  it("one that comes back in time: the door is seen after all", async () => {
    await open();
    await blindlyOpened();
    rig.machine.bins.stickContact(0, undefined);
    rig.machine.bins.unreachable(0, false);
    await rig.person.takeKey(0);
    await rig.world.advance(20_000);
    await rig.person.closeDoor(0);
    expect(rig.outcomes).toEqual([Outcome.done]);
  });

  it("stuck at open: the lock is worked all the same", async () => {
    await open();
    rig.machine.bins.stickContact(0, "open");
    await rig.world.advance(100);
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    expect(rig.pulses).toEqual([0]);
    await rig.world.advance(61_000);
    expect(rig.outcomes).toEqual([Outcome.leftOpen]);
  });

  it("stuck at closed: three pulses, then the bin counts as faulty", async () => {
    await open();
    rig.machine.bins.stickContact(0, "closed");
    await rig.person.type(VAN.code);
    await rig.isRefused("bin-wont-open");
    expect(rig.pulses).toEqual([0, 0, 0]);
  });
});

describe("the lock driver", () => {
  it("that does not answer is tried again, and then the bin counts as faulty", async () => {
    await open();
    rig.machine.bins.unreachable(3, true);
    await rig.person.scan("777XYZ");
    expect(await rig.put("777XYZ")).toBe(4);
    expect(rig.of(Kind.binFault)).toMatchObject([{ bin: 3, event: BinFault.unreachable }]);
    expect(rig.outcomes).toEqual([Outcome.notOpened, Outcome.done]);
  });

  it("that misses one message opens at the second try", async () => {
    await open();
    rig.machine.bins.unreachable(3, true);
    rig.machine.reader.scan("777XYZ");
    await rig.world.advance(100);
    rig.machine.bins.unreachable(3, false);
    expect(await rig.put("777XYZ")).toBe(3);
    expect(rig.of(Kind.binFault)).toEqual([]);
  });

  it("still busy with the lock before: the next bin does not become faulty", async () => {
    await open();
    rig.machine.reader.scan("777XYZ");
    // The first door opens about 210 ms after its pulse, which lasts 300 ms.
    await rig.world.until(() => rig.screen === "bin-open", 5_000, "the first door");
    rig.machine.reader.scan("888XYZ");
    await rig.world.advance(85);
    expect(rig.machine.panel.view?.screen).toBe("opening");
    await rig.person.see("bin-open");
    expect(rig.shownBin()).toBe(4);
    expect(rig.of(Kind.binFault)).toEqual([]);
  });
});
