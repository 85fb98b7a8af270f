import { afterEach, describe, expect, it } from "vitest";
import { Kind, Outcome } from "../../firmware/records/records.js";
import { BoxRig, FLAT, MODEL, VAN, VIRTUAL } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

const beliefs = () => [0, 1, 2, 3, 4].map((bin) => rig.belief(bin)[0]);
const choices = () => rig.machine.panel.view!.choices.map((choice) => choice.id);

function shutDoors(): void {
  const { bins } = rig.machine;
  for (let bin = 0; bin < bins.count; bin++) if (bins.isOpen(bin)) bins.close(bin);
}

async function openAll(): Promise<void> {
  rig = await BoxRig.started();
  await rig.askFor("all-bins");
  await rig.person.type(rig.printed("all", 1));
  await rig.person.see("emergency-result", 60_000);
}

describe("at the end of a run through all bins", () => {
  it("everything is taken out: all bins are empty, and returns go on at once", async () => {
    await openAll();
    for (const bin of [0, 1, 2]) rig.machine.bins.take(bin);
    shutDoors();
    expect(beliefs()).toEqual(Array(5).fill("doubt"));
    await rig.person.choose("all-out");
    await rig.person.see("bins-checked");
    expect(rig.title?.params).toEqual({ empty: 5, held: 0, left: 0 });
    expect(beliefs()).toEqual(Array(5).fill("empty"));
    const [burnt] = rig.of(Kind.emergency);
    expect(rig.of(Kind.binChecked).map(({ bin }) => bin)).toEqual([0, 1, 2, 3, 4]);
    const seqOfBurn = rig.of(Kind.emergency)[1]!.of;
    expect(burnt?.of).toBeUndefined();
    expect(rig.of(Kind.binChecked).every(({ of }) => of === seqOfBurn)).toBe(true);
    await rig.idle();
    expect(await rig.giveBack(VAN.fob)).toBe(0);
    expect(await rig.giveBack("777XYZ")).toBe(1);
  });

  it("bin by bin: what hangs there still, what is out, and what nobody knows", async () => {
    await openAll();
    rig.machine.bins.take(1);
    shutDoors();
    await rig.person.choose("bin-by-bin");
    await rig.person.see("check-bin");
    expect(choices()).toEqual(["bin-empty", "bin-holds", "bin-unknown", "done"]);
    await rig.person.choose("bin-holds");
    await rig.person.choose("bin-empty");
    await rig.person.choose("bin-unknown");
    expect([rig.title?.params, choices()]).toEqual([{ bin: "B-1" }, ["bin-empty", "bin-unknown", "done"]]);
    await rig.person.choose("bin-empty");
    await rig.person.choose("done");
    expect(rig.title).toEqual({ id: "bins-checked", params: { empty: 2, held: 1, left: 2 } });
    expect(beliefs()).toEqual(["holds", "empty", "doubt", "empty", "doubt"]);
    await rig.idle();
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("what somebody says of a bin stands, though its lock is told to be jammed a moment later", async () => {
    rig = await BoxRig.started({
      model: { bins: MODEL.bins.map((bin) => (bin.bin === 0 ? { ...bin, taken: true } : bin)) },
    });
    rig.machine.bins.jam(0, true);
    await rig.person.choose("emergency");
    await rig.person.choose("check-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.person.see("check-bin");
    await rig.person.choose("open-bin");
    await rig.person.choose("bin-holds");
    await rig.world.advance(30_000);
    expect(rig.of(Kind.emergencyOutcome).at(-1)).toMatchObject({ bin: 0, result: Outcome.notOpened });
    expect(rig.belief(0)).toEqual(["holds", VAN.id]);
  });

  it("a bin that stayed shut is not among those that were emptied", async () => {
    rig = await BoxRig.started();
    rig.machine.bins.jam(0, true);
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.person.see("emergency-result", 60_000);
    shutDoors();
    await rig.person.choose("all-out");
    expect(rig.belief(0)).toEqual(["holds", VAN.id]);
    expect(rig.of(Kind.binChecked).map(({ bin }) => bin)).toEqual([1, 2, 3, 4]);
  });

  it("a bin at which the power was cut, and whose door is shut, is not among them either", async () => {
    rig = await BoxRig.started();
    rig.machine.bins.jam(2, true);
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.world.until(() => rig.pulses.includes(2), 30_000, "the third bin");
    rig.machine.powerCut({ backAfterMs: 1_000 });
    await rig.rebooted();
    rig.machine.bins.jam(2, false);
    await rig.person.see("emergency-result", 60_000);
    expect(rig.machine.panel.view!.lines[0]!.params).toEqual({ bins: "A-3" });
    shutDoors();
    await rig.person.choose("all-out");
    expect(rig.belief(2)).toEqual(["doubt", VIRTUAL.id]);
    expect(rig.of(Kind.binChecked).map(({ bin }) => bin)).toEqual([0, 1, 3, 4]);
  });

  it("nobody answers: whoever has a right brings a key back all the same, and a tag is told the way", async () => {
    await openAll();
    for (const bin of [0, 1, 2]) rig.machine.bins.take(bin);
    shutDoors();
    await rig.person.choose("done");
    await rig.idle();
    await rig.person.scan(FLAT.fob);
    await rig.isRefused("no-sure-bin");
    await rig.person.type(FLAT.code);
    await rig.person.choose("return");
    expect(await rig.put(FLAT.fob)).toBe(FLAT.bin);
    expect(rig.belief(FLAT.bin)).toEqual(["holds", FLAT.id]);
  });
});

describe("after the code of one bin", () => {
  const openOne = async () => {
    rig = await BoxRig.started();
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("emergency-result");
  };

  it("its holder says that it is empty", async () => {
    await openOne();
    await rig.person.takeKey(0);
    await rig.person.closeDoor(0);
    await rig.person.choose("bin-empty");
    expect(rig.belief(0)).toEqual(["empty", undefined]);
    expect(rig.of(Kind.binChecked)[0]?.of).toBe(rig.memory.state.codes.grace?.seq);
  });

  it("its holder says that the key hangs there still", async () => {
    await openOne();
    await rig.person.closeDoor(0);
    await rig.person.choose("bin-holds");
    expect(rig.title).toEqual({ id: "bins-checked", params: { empty: 0, held: 1, left: 0 } });
    expect(rig.belief(0)).toEqual(["holds", VAN.id]);
  });
});

describe("a stock-take", () => {
  const ask = async () => {
    await rig.person.choose("emergency");
    await rig.person.choose("check-bins");
    await rig.person.see("emergency-code");
  };

  it("with the code for all bins goes through those of which the box is not sure, and opens no other", async () => {
    rig = await BoxRig.started();
    await rig.pickUp(VAN.code);
    rig.machine.bins.force(3);
    await rig.world.advance(1_000);
    shutDoors();
    await rig.idle();
    rig.pulses.length = 0;
    await ask();
    await rig.person.type(rig.printed("all", 1));
    await rig.person.see("check-bin");
    expect([rig.title?.params, choices()]).toEqual([
      { bin: "A-1" },
      ["open-bin", "bin-empty", "bin-holds", "bin-unknown", "done"],
    ]);
    await rig.person.choose("open-bin");
    await rig.person.waitForDoor();
    expect([rig.pulses, choices()]).toEqual([[0], ["bin-empty", "bin-holds", "bin-unknown", "done"]]);
    await rig.person.closeDoor(0);
    await rig.person.choose("bin-empty");
    expect(rig.title?.params).toEqual({ bin: "B-1" });
    await rig.person.choose("bin-empty");
    expect(rig.title).toEqual({ id: "bins-checked", params: { empty: 2, held: 0, left: 0 } });
    expect(beliefs()).toEqual(["empty", "holds", "holds", "empty", "empty"]);
    expect(rig.memory.state.openAll).toBeUndefined();
    expect(rig.of(Kind.emergency).map(({ stockTake }) => stockTake)).toEqual([1, 1]);
    expect(rig.of(Kind.emergencyOutcome).map(({ result }) => result)).toEqual([Outcome.done, Outcome.done]);
  });

  it("opens nothing by itself, also after a reboot in its middle", async () => {
    rig = await BoxRig.started({ model: { bins: MODEL.bins.map((bin) => ({ ...bin, uncertain: true })) } });
    await ask();
    await rig.person.type(rig.printed("all", 1));
    await rig.person.see("check-bin");
    rig.machine.powerCut({ backAfterMs: 1_000 });
    await rig.rebooted();
    await rig.world.advance(60_000);
    expect(rig.pulses).toEqual([]);
    expect(beliefs()).toEqual(Array(5).fill("doubt"));
  });

  it("with a wrong code says nothing of any bin", async () => {
    rig = await BoxRig.started({ model: { bins: MODEL.bins.map((bin) => ({ ...bin, uncertain: true })) } });
    await ask();
    const code = rig.printed("all", 1);
    await rig.person.type(code.slice(0, 7) + String((Number(code[7]) + 1) % 10));
    await rig.isRefused("wrong-code");
    expect(rig.of(Kind.emergency)).toEqual([]);
  });

  it("asks for nothing where the box is sure of every bin", async () => {
    rig = await BoxRig.started();
    await ask();
    await rig.person.type(rig.printed("all", 1));
    expect(rig.title).toEqual({ id: "bins-checked", params: { empty: 0, held: 0, left: 0 } });
    expect(rig.belief(VIRTUAL.bin)).toEqual(["holds", VIRTUAL.id]);
  });

  it("does not move a run through all bins that was cut off", async () => {
    rig = await BoxRig.started();
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.world.until(() => rig.pulses.length === 2, 20_000, "the second bin");
    rig.machine.powerCut({ backAfterMs: 1_000 });
    const ledger = rig.offlineLedger();
    const run = ledger.state.openAll!;
    const { seq: of, sheet, number, bin } = run;
    ledger.write({ kind: Kind.emergency, target: 2, sheet, number, of, bin: 4, stockTake: 1 }, "vital");
    expect(ledger.state.openAll?.bin).toBe(bin);
    await rig.rebooted();
    await rig.world.advance(60_000);
  });
});

it("what a check says is refused where it cannot be recorded, and the bin stays in doubt", async () => {
  await openAll();
  shutDoors();
  for (let sector = 0; sector < 16; sector++) rig.machine.flash.journal.setFault(sector, "program-error");
  await rig.person.choose("all-out");
  expect(rig.refusal).toBe("journal-fault");
});
