import { afterEach, expect, it } from "vitest";
import { Outcome } from "../../firmware/records/records.js";
import { BoxRig, VAN } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

/** The van's bin is in doubt: the power failed while somebody had its door open. */
async function inDoubt(): Promise<void> {
  rig = await BoxRig.started();
  await rig.person.type(VAN.code);
  await rig.person.takeKey(VAN.bin);
  rig.machine.powerCut({ backAfterMs: 10_000 });
  rig.machine.bins.close(VAN.bin);
  await rig.rebooted();
  await rig.idle();
  expect(rig.content(VAN.bin)).toEqual({ held: { key: VAN.id }, uncertain: true });
}

it("a code for a key in doubt asks whether it is taken or brought back; brought back, it goes into a sure bin", async () => {
  await inDoubt();
  await rig.person.type(VAN.code);
  expect(rig.machine.panel.view?.screen).toBe("take-or-return");
  await rig.person.choose("return");
  await rig.person.see("bin-open");
  const bin = rig.shownBin();
  expect(bin).not.toBe(VAN.bin);
  await rig.person.putKey(bin, VAN.fob);
  await rig.person.closeDoor(bin);
  expect(rig.content(bin)).toEqual({ held: { key: VAN.id }, uncertain: false });
  expect(rig.belief(VAN.bin)).toEqual(["doubt", VAN.id]);
});

it("taken, the bin in doubt is opened; left alone, nothing is", async () => {
  await inDoubt();
  const before = rig.pulses.length;
  await rig.person.type(VAN.code);
  await rig.person.choose("cancel");
  expect(rig.pulses.length).toBe(before);
  await rig.person.type(VAN.code);
  await rig.person.choose("take");
  await rig.person.see("bin-open");
  expect(rig.shownBin()).toBe(VAN.bin);
  rig.machine.bins.close(VAN.bin);
  await rig.idle();
});

it("a door that was forced puts its bin in doubt", async () => {
  rig = await BoxRig.started();
  expect(rig.content(VAN.bin)).toEqual({ held: { key: VAN.id }, uncertain: false });
  rig.machine.bins.force(VAN.bin);
  await rig.world.advance(5_000);
  rig.machine.bins.close(VAN.bin);
  await rig.world.advance(5_000);
  expect(rig.content(VAN.bin)).toEqual({ held: { key: VAN.id }, uncertain: true });
});

it("an emergency code opens the bin whose door somebody left open: the end of that exchange makes nothing sure", async () => {
  rig = await BoxRig.started();
  await rig.person.type(VAN.code);
  await rig.person.takeKey(VAN.bin);
  await rig.person.cancel();
  await rig.idle();
  await rig.askForBin("A", "1");
  await rig.person.type(rig.printed("bin:A-1", 1));
  await rig.person.closeDoor(VAN.bin);
  await rig.world.advance(5_000);
  expect(rig.outcomes).toEqual([Outcome.leftOpen]);
  expect(rig.belief(VAN.bin)).toEqual(["doubt", VAN.id]);
});

it("nor does a run through all bins believe what a tag said a moment before", async () => {
  rig = await BoxRig.started();
  await rig.person.scan("777XYZ");
  await rig.person.see("bin-open");
  const bin = rig.shownBin();
  await rig.person.cancel();
  await rig.askFor("all-bins");
  await rig.person.type(rig.printed("all", 1));
  await rig.person.see("emergency-result", 60_000);
  expect(rig.belief(bin)).toEqual(["doubt", "777XYZ"]);
});
