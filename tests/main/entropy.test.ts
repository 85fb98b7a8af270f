import { afterEach, expect, it } from "vitest";
import { WatchedEntropy } from "../../firmware/parts/watched-entropy.js";
import { Kind, Outcome } from "../../firmware/records/records.js";
import { EntropyError } from "../../hal/ports/entropy.js";
import { People } from "../../sim/trials/scenarios/people.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import { BoxRig, VAN } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

async function statusFaults(): Promise<unknown[]> {
  await rig.person.choose("status");
  const faults = rig.machine.panel.view!.lines.filter((line) => line.id.startsWith("fault-"));
  await rig.person.choose("done");
  return faults.map((line) => line.id);
}

it("without entropy a box that has a journal works, says so, and takes it back when there is some again", async () => {
  rig = new BoxRig();
  rig.machine.entropy.healthy = false;
  await rig.start();
  expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  await rig.idle();
  expect(rig.notices).toContain("notice-faults");
  expect(await statusFaults()).toEqual(["fault-random-numbers"]);
  expect(rig.of(Kind.device)).toMatchObject([{ name: "random numbers", reason: expect.stringContaining("health") }]);
  rig.machine.entropy.healthy = true;
  rig.machine.powerCut({ backAfterMs: 500 });
  await rig.rebooted();
  await rig.idle();
  expect(await statusFaults()).toEqual([]);
});

it("entropy that repeats itself counts as none, from the first draw of a boot on", async () => {
  rig = new BoxRig();
  rig.machine.entropy.stuck = true;
  await rig.start();
  await rig.world.advance(15_000);
  expect(await statusFaults()).toEqual(["fault-random-numbers"]);
  expect(rig.of(Kind.device)).toMatchObject([{ name: "random numbers", reason: expect.stringContaining("repeats") }]);
  expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
});

it("flat bytes and those of the draw before are no random numbers; short draws are not judged", () => {
  const draws = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [9, 9, 9, 9, 9, 9, 9, 9],
    [7],
    [7],
    [1, 2, 3, 4, 5, 6, 7, 9],
    [1, 2, 3, 4, 5, 6, 7, 9],
    [8, 7, 6, 5, 4, 3, 2, 1],
  ];
  const entropy = new WatchedEntropy({ fill: (into) => into.set(draws.shift()!) });
  const draw = (bytes: number) => {
    try {
      entropy.fill(new Uint8Array(bytes));
      return entropy.faults().length;
    } catch (error) {
      expect(error).toBeInstanceOf(EntropyError);
      return "none";
    }
  };
  expect([8, 1, 1, 8, 8, 8].map(draw)).toEqual(["none", 0, 0, 0, "none", 0]);
});

it("without entropy an empty journal cannot begin: nothing opens, the box says why, and it begins when there is some", async () => {
  rig = new BoxRig({ model: null });
  rig.machine.entropy.healthy = false;
  await rig.start();
  expect(rig.machine.boots).toBe(1);
  expect(await statusFaults()).toEqual(["fault-random-numbers"]);
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

it("without entropy and with a journal that takes no boot record, two boots use no nonce twice: the box does not talk", async () => {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { machine, world } = stage;
  machine.start();
  await stage.untilInSync(300_000);
  machine.powerCut();
  // The will of that session is out.
  await world.advance(120_000);
  machine.entropy.healthy = false;
  const { journal } = machine.flash;
  for (let sector = 0; sector < journal.eraseCounts.length; sector++) journal.setFault(sector, "program-error");
  // The nonce is the lane and what stands in the clear.
  const nonces: string[] = [];
  stage.broker.virtual!.tamper = (message) => {
    if (message.topic.includes("/up/")) nonces.push(`${message.topic} ${message.payload.subarray(0, 21).join()}`);
    return [message];
  };
  for (let boot = 0; boot < 2; boot++) {
    machine.restorePower();
    await world.advance(120_000);
    machine.powerCut();
  }
  expect(new Set(nonces).size).toBe(nonces.length);
  expect(nonces).toEqual([]);
  // One of the two is enough.
  for (let sector = 0; sector < journal.eraseCounts.length; sector++) journal.setFault(sector, undefined);
  machine.restorePower();
  await world.advance(60_000);
  expect(nonces.length).toBeGreaterThan(0);
  await stage.close();
});

it("with numbers that are the same at each boot, no two boots use a nonce twice, and each gets online", async () => {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { machine } = stage;
  machine.entropy.beginsAnew = true;
  const nonces: string[] = [];
  stage.broker.virtual!.tamper = (message) => {
    if (message.topic.includes("/up/")) nonces.push(`${message.topic} ${message.payload.subarray(0, 21).join()}`);
    return [message];
  };
  machine.start();
  for (let boot = 1; boot <= 4; boot++) {
    await stage.untilInSync(300_000);
    expect(new Set(nonces).size).toBe(nonces.length);
    machine.powerCut({ backAfterMs: 120_000 });
    await stage.world.advance(121_000);
  }
  expect(nonces.length).toBeGreaterThan(8);
  await stage.close();
});

it("with numbers that are the same at each boot, a journal that was lost begins anew as another one: nothing is taken for sent", async () => {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { machine, world, cloud } = stage;
  const people = new People(stage);
  machine.entropy.beginsAnew = true;
  machine.start();
  await stage.untilInSync(300_000);
  const fob = await people.pickUp("135790");
  await people.giveBack(fob);
  await stage.untilInSync(300_000);
  machine.powerCut();
  await world.advance(5_000);
  machine.flash.journal.load(new Uint8Array(machine.flash.journal.sizeBytes).fill(0xff));
  machine.restorePower();
  await stage.untilInSync(300_000);
  expect(Object.keys(cloud.store.boxState(machine.name).epochs)).toHaveLength(2);
  await people.idle();
  // What only that journal knew is gone: the box is sure of no bin, and asks where the key is.
  const hangs = [...Array(machine.bins.count).keys()].find((bin) => machine.bins.content(bin) === fob)!;
  await stage.person.type("135790");
  await stage.person.see("take-or-return");
  const label = stage.rig.bins.label(hangs);
  const { choices } = machine.panel.view!;
  const taking = choices.find((choice) => choice.id.startsWith("take") && choice.label.params?.bin === label)!;
  await stage.person.choose(taking.id);
  await stage.person.see("bin-open");
  expect(await stage.person.takeKey(hangs)).toBe(fob);
  await stage.person.closeDoor(hangs);
  await people.idle();
  await stage.untilInSync(300_000);
  expect(stage.judge.verdict()).toMatchObject({ exchanges: 3, lost: 0, duplicated: 0 });
  await stage.close();
});
