import { afterEach, expect, it } from "vitest";
import { Kind, Outcome } from "../../firmware/records/records.js";
import { BoxRig, VAN } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

async function statusFaults(): Promise<unknown[]> {
  await rig.person.choose("status");
  const faults = rig.machine.panel.view!.lines.filter((line) => line.id === "status-fault");
  await rig.person.choose("done");
  return faults.map((line) => line.params?.name);
}

it("without entropy a box that has a journal works, says so, and takes it back when there is some again", async () => {
  rig = new BoxRig();
  rig.machine.entropy.healthy = false;
  await rig.start();
  expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  await rig.idle();
  expect(rig.notices).toContain("notice-faults");
  expect(await statusFaults()).toEqual(["random numbers"]);
  expect(rig.of(Kind.device)).toMatchObject([{ name: "random numbers", reason: expect.stringContaining("health") }]);
  rig.machine.entropy.healthy = true;
  rig.machine.powerCut({ backAfterMs: 500 });
  await rig.rebooted();
  await rig.idle();
  expect(await statusFaults()).toEqual([]);
});

it("without entropy an empty journal cannot begin: nothing opens, the box says why, and it begins when there is some", async () => {
  rig = new BoxRig({ model: null });
  rig.machine.entropy.healthy = false;
  await rig.start();
  expect(rig.machine.boots).toBe(1);
  expect(await statusFaults()).toEqual(["random numbers"]);
  await rig.askForBin("A", "1");
  await rig.person.type(rig.printed("bin:A-1", 1));
  await rig.isRefused("journal-fault");
  await rig.idle();
  expect(rig.pulses).toEqual([]);
  rig.machine.entropy.healthy = true;
  await rig.askForBin("A", "1");
  await rig.person.type(rig.printed("bin:A-1", 1));
  await rig.person.see("emergency-result");
  expect(rig.pulses).toEqual([0]);
  await rig.person.closeDoor(0);
  await rig.idle();
  expect(rig.of(Kind.emergencyOutcome).map(({ result }) => result)).toEqual([Outcome.done]);
});
