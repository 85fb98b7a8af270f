import { afterEach, describe, expect, it } from "vitest";
import {
  Auth,
  BinFault,
  CommandKind,
  EmergencyTarget,
  Exchange,
  Kind,
  Outcome,
} from "../../firmware/records/records.js";
import { WriteRefused } from "../../firmware/state/ledger.js";
import { BADGE, BoxRig, type BoxRigOptions, FLAT, MODEL, TRUCK, VAN } from "../support/box-rig.js";

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
afterEach(() => rig.check());

const bins = (...held: (number | undefined)[]) => held.map((key, bin) => ({ bin, enabled: true, key }));

describe("drop-off", () => {
  it("by quick scan, into the first bin that the snapshot knows to be empty, before one that a pick-up emptied", async () => {
    await open();
    await rig.pickUp(VAN.code);
    await rig.idle();
    expect(await rig.giveBack(VAN.fob)).toBe(3);
    await rig.person.see("thank-you");
    expect(rig.of(Kind.intent)[1]).toMatchObject({
      exchange: Exchange.dropoff,
      auth: Auth.quickScan,
      key: VAN.id,
      bin: 3,
    });
    expect(rig.outcomes).toEqual([Outcome.done, Outcome.done]);
  });

  it("of a fob that nobody knows, short serials too; it is found again by its serial", async () => {
    await open();
    expect(await rig.giveBack("X1")).toBe(3);
    expect(rig.content(3)).toEqual({ held: { fob: "X1" }, uncertain: false });
    await rig.idle();
    expect(await rig.giveBack("777XYZ")).toBe(4);
  });

  it("of a key that surely hangs here: the new bin is in doubt, and the old one keeps its key", async () => {
    await open();
    expect(await rig.giveBack(VAN.fob)).toBe(3);
    expect(rig.of(Kind.intent)[0]).toMatchObject({ contested: 1 });
    expect(rig.of(Kind.intent)[0]?.from).toBeUndefined();
    expect(rig.belief(VAN.bin)).toEqual(["holds", VAN.id]);
    expect(rig.belief(3)).toEqual(["doubt", VAN.id]);
  });

  it("of what is no fob's serial is refused, and opens nothing", async () => {
    await open();
    for (const serial of ["", "\u0000\u0001", "two words", "fob-é", "A".repeat(17), "lower"]) {
      await rig.person.scan(serial);
      await rig.isRefused("fob-unreadable");
    }
    expect(rig.pulses).toEqual([]);
  });

  it("takes a known fob whatever its serial looks like", async () => {
    await open({ model: { keys: MODEL.keys.map((key) => (key.id === VAN.id ? { ...key, fob: "van/1" } : key)) } });
    await rig.pickUp(VAN.code);
    await rig.idle();
    expect(await rig.giveBack("van/1")).toBe(3);
  });

  it("of a key that is at home elsewhere is refused with the place; a roaming one is taken", async () => {
    await open({ model: { keys: MODEL.keys.map((key) => (key.id === VAN.id ? { ...key, homeLocation: 5 } : key)) } });
    await rig.person.scan(TRUCK.fob);
    await rig.person.see("refused");
    expect([rig.refusal, rig.refusalParams]).toEqual(["wrong-location", { location: "Lyon" }]);
    await rig.idle();
    await rig.person.type(TRUCK.code);
    await rig.person.see("offer-return");
    await rig.person.choose("return");
    await rig.isRefused("wrong-location");
    await rig.giveBack(VAN.fob);
    expect(rig.outcomes).toEqual([Outcome.done]);
  });

  it("into a full box is refused, even of a key that is sure to hang there: its fob may be a copy", async () => {
    await open({ model: { bins: bins(1, 2) }, machine: { units: [2] } });
    for (const serial of ["777XYZ", VAN.fob]) {
      await rig.person.scan(serial);
      await rig.isRefused("box-full");
    }
    expect(rig.pulses).toEqual([]);
  });

  it("into a full box goes to the bin from which the key was taken, and to no bin in doubt", async () => {
    await open({ model: { bins: bins(1, 2) }, machine: { units: [2] } });
    await rig.pickUp(VAN.code);
    await rig.pickUp(FLAT.code);
    rig.machine.bins.force(1);
    await rig.world.advance(1_000);
    await rig.person.closeDoor(1);
    await rig.person.scan(FLAT.fob);
    await rig.isRefused("no-sure-bin");
    expect(await rig.giveBack(VAN.fob)).toBe(0);
    expect(rig.belief(0)).toEqual(["holds", VAN.id]);
  });

  it("of a copied fob hands no key to the next tag", async () => {
    await open();
    expect(await rig.giveBack(VAN.fob)).toBe(3);
    await rig.idle();
    expect(await rig.giveBack("777XYZ")).toBe(4);
    expect(rig.pulses).toEqual([3, 4]);
  });

  it("into a box whose bins are all out of service is refused", async () => {
    await open({
      model: { bins: bins(undefined, undefined).map((bin) => ({ ...bin, enabled: false })) },
      machine: { units: [2] },
    });
    await rig.person.scan("777XYZ");
    await rig.isRefused("no-working-bin");
  });

  it("passes over disabled bins; a pick-up from one is refused with its name", async () => {
    await open({ model: { bins: MODEL.bins.map((bin) => ({ ...bin, enabled: bin.bin === 4 })) } });
    expect(await rig.giveBack("777XYZ")).toBe(4);
    await rig.idle();
    await rig.person.type(VAN.code);
    await rig.person.see("refused");
    expect([rig.refusal, rig.refusalParams]).toEqual(["bin-disabled", { bin: "A-1" }]);
  });

  it("goes into the bin from which it was taken though that door stands open, when there is no other", async () => {
    await open({ model: { bins: bins(1, 2) }, machine: { units: [2] } });
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    await rig.person.scan("777XYZ");
    await rig.isRefused("no-sure-bin");
    await rig.person.scan(VAN.fob);
    expect(await rig.put(VAN.fob)).toBe(0);
    expect(rig.outcomes).toEqual([Outcome.leftOpen, Outcome.done]);
    expect(rig.belief(0)).toEqual(["holds", VAN.id]);
  });
});

it("a door that is shut in the very moment of its pulse springs open again, and is seen to", async () => {
  await open({ model: { bins: bins(1, 2) }, machine: { units: [2] } });
  await rig.person.type(VAN.code);
  await rig.person.takeKey(0);
  // The scan is read at the millisecond at which the contact's debounce ends.
  rig.machine.reader.scan(VAN.fob);
  await rig.world.advance(50);
  rig.machine.bins.close(0);
  await rig.world.advance(30);
  expect(await rig.put(VAN.fob)).toBe(0);
  expect(rig.outcomes).toEqual([Outcome.leftOpen, Outcome.done]);
  expect(rig.of(Kind.door)).toEqual([]);
});

it("a door that is shut in the very moment of its pulse and then stays shut did not open", async () => {
  await open({ model: { bins: bins(1, 2) }, machine: { units: [2] } });
  await rig.person.type(VAN.code);
  await rig.person.takeKey(0);
  rig.machine.reader.scan(VAN.fob);
  await rig.world.advance(50);
  rig.machine.bins.close(0);
  rig.machine.bins.jam(0, true);
  await rig.isRefused("no-sure-bin");
  expect(rig.outcomes).toEqual([Outcome.leftOpen, Outcome.notOpened]);
  expect(rig.belief(0)).toEqual(["taken", VAN.id]);
});

it("a right takes its key's bin in doubt before one that did not open, and before one whose door stands open", async () => {
  for (const isFaulty of [true, false]) {
    rig = new BoxRig({ model: { bins: bins(1, undefined) }, machine: { units: [2] } });
    const ledger = rig.offlineLedger();
    const of = ledger.write(
      { kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 1, bin: 0 },
      "vital",
    );
    ledger.write({ kind: Kind.emergencyOutcome, of, bin: 0, result: Outcome.done }, "vital");
    if (isFaulty) ledger.write({ kind: Kind.binFault, bin: 1, event: BinFault.wontOpen }, "vital");
    else rig.machine.bins.force(1);
    await rig.start();
    rig.machine.bins.stock(0, undefined);
    await rig.person.type(VAN.code);
    await rig.person.choose("return");
    expect(await rig.put(VAN.fob)).toBe(0);
    expect(rig.belief(0)).toEqual(["holds", VAN.id]);
    rig.check();
  }
});

describe("a bin that does not open", () => {
  it("gets two more pulses; then it is faulty, and a drop-off goes on with another", async () => {
    await open();
    rig.machine.bins.jam(3, true);
    await rig.person.scan("777XYZ");
    expect(await rig.put("777XYZ")).toBe(4);
    expect(rig.pulses).toEqual([3, 3, 3, 4]);
    expect(rig.outcomes).toEqual([Outcome.notOpened, Outcome.done]);
    expect(rig.of(Kind.binFault)).toMatchObject([{ bin: 3, event: BinFault.wontOpen }]);
    expect(rig.notices).toContain("notice-faults");
    expect(rig.content(3)).toEqual({ held: undefined, uncertain: false });
  });

  it("refuses a pick-up with its name; the next pick-up that opens it clears the fault", async () => {
    await open();
    rig.machine.bins.jam(0, true);
    await rig.person.type(VAN.code);
    await rig.person.see("refused");
    expect([rig.refusal, rig.refusalParams]).toEqual(["bin-wont-open", { bin: "A-1" }]);
    expect(rig.content(0)).toEqual({ held: { key: VAN.id }, uncertain: false });
    expect([...rig.memory.state.faulty]).toEqual([0]);
    await rig.idle();
    rig.machine.bins.jam(0, false);
    await rig.pickUp(VAN.code);
    expect([...rig.memory.state.faulty]).toEqual([]);
    expect(rig.of(Kind.binFault).map((record) => record.event)).toEqual([BinFault.wontOpen, BinFault.cleared]);
  });

  it("is tried again by a return when no other bin is left, three of them at most", async () => {
    await open({ model: { bins: bins(...Array(5)) }, machine: { units: [5] } });
    for (let bin = 0; bin < 5; bin++) rig.machine.bins.jam(bin, true);
    await rig.person.scan("777XYZ");
    await rig.person.see("refused", 60_000);
    expect(rig.refusal).toBe("no-working-bin");
    expect(rig.memory.state.faulty.size).toBe(5);
    rig.pulses.length = 0;
    await rig.idle();
    await rig.person.scan("777XYZ");
    await rig.person.see("refused", 60_000);
    expect(new Set(rig.pulses)).toEqual(new Set([0, 1, 2]));
    rig.machine.bins.jam(2, false);
    await rig.idle();
    await rig.person.scan("777XYZ");
    expect(await rig.put("777XYZ")).toBe(2);
  });

  it("does not keep a return going round and round in a journal that takes no diagnostics", async () => {
    rig = new BoxRig({ journalSectors: 8 });
    fillUntil("no-diagnostics");
    await rig.start();
    rig.machine.bins.jam(3, true);
    await rig.person.scan("777XYZ");
    expect(await rig.put("777XYZ")).toBe(4);
    expect(rig.pulses).toEqual([3, 3, 3, 4]);
    // The next return must not begin with it.
    expect([...rig.memory.state.faulty]).toEqual([3]);
  });
});

function fillUntil(room: string): void {
  const ledger = rig.offlineLedger();
  for (let i = 0; ledger.journal.room !== room; i++) {
    if (i > 10_000) throw new Error(`the journal never has room ${room}`);
    ledger.write({ kind: Kind.command, id: i + 1, command: CommandKind.closeSheets, sheet: 1 }, "vital");
  }
}

describe("a journal that nobody empties", () => {
  it("refuses pick-ups first, and says so; returns and outcomes go on", async () => {
    rig = new BoxRig({ journalSectors: 8 });
    fillUntil("no-pickups");
    await rig.start();
    expect(rig.notices).toContain("notice-journal-full");
    await rig.refused(VAN.code, "journal-full");
    expect(await rig.giveBack("777XYZ")).toBe(3);
    expect(rig.outcomes).toEqual([Outcome.done]);
  });

  it("refuses returns before it is full: what is left is for emergency codes", async () => {
    rig = new BoxRig({ journalSectors: 16 });
    fillUntil("vital-only");
    await rig.start();
    expect(rig.notices).toContain("notice-journal-emergency");
    await rig.person.scan("777XYZ");
    await rig.isRefused("journal-full");
    expect(rig.pulses).toEqual([]);
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.world.advance(5_000);
    expect(rig.pulses).toEqual([0]);
  });

  it("refuses everything when its last byte is written, and opens nothing", async () => {
    rig = new BoxRig({ journalSectors: 8 });
    const ledger = rig.offlineLedger();
    const fill = () => {
      for (let i = 1; i < 10_000; i++) {
        ledger.write({ kind: Kind.command, id: i, command: CommandKind.closeSheets, sheet: 1 }, "vital");
      }
    };
    expect(fill).toThrow(WriteRefused);
    await rig.start();
    await rig.person.scan("777XYZ");
    await rig.isRefused("journal-full");
    await rig.refused(VAN.code, "journal-full");
    expect(rig.pulses).toEqual([]);
  });

  it("says that its memory has a fault when the flash takes nothing", async () => {
    await open();
    for (let sector = 0; sector < 16; sector++) rig.machine.flash.journal.setFault(sector, "program-error");
    await rig.person.scan("777XYZ");
    await rig.isRefused("journal-fault");
    expect(rig.pulses).toEqual([]);
  });
});

describe("two people", () => {
  it("the next one types while the first one's door stands open, and nobody's screen is taken away", async () => {
    await open();
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    await rig.person.type(FLAT.code);
    await rig.world.advance(2_000);
    expect(rig.screen).toBe("bin-open");
    expect(rig.shownBin()).toBe(1);
    await rig.person.closeDoor(0);
    expect(rig.shownBin()).toBe(1);
    await rig.person.takeKey(1);
    await rig.person.closeDoor(1);
    expect(rig.screen).toBe("thank-you");
    expect(rig.outcomes).toEqual([Outcome.leftOpen, Outcome.done]);
  });

  it("a code can be typed while a refusal or a thank-you is still on the screen", async () => {
    await open();
    await rig.person.type("000000");
    await rig.person.see("refused");
    await rig.person.type(VAN.code);
    await rig.take();
    await rig.person.see("thank-you");
    await rig.person.type(FLAT.code);
    expect(await rig.take()).toBe(FLAT.fob);
  });
});

it("a bin of which the snapshot has no row opens for no tag, nor for a key that is out", async () => {
  await open({ model: { bins: [{ bin: 0, enabled: true, key: VAN.id }] }, machine: { units: [2] } });
  expect(rig.content(1).uncertain).toBe(true);
  for (const serial of ["777XYZ", FLAT.fob]) {
    await rig.person.scan(serial);
    await rig.isRefused("no-sure-bin");
  }
});

it("a tag whose letters were written small is the fob that the list has in capitals", async () => {
  await open();
  await rig.person.scan(BADGE.ana.toLowerCase());
  await rig.person.see("choose-key");
});
