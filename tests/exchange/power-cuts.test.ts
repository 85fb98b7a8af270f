import { afterEach, describe, expect, it } from "vitest";
import { Kind, Outcome } from "../../firmware/records/records.js";
import { BoxRig, VAN } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

/** Where in the flash operation the power fails: nothing done, torn, or done but the program knows nothing of it. */
const PLACES = ["before", 3, "after"] as const;

describe("a power cut in a pick-up", () => {
  for (const at of PLACES) {
    it(`${at} the flash takes the intent: nothing was opened without it, and the same code works again`, async () => {
      rig = await BoxRig.started();
      rig.machine.armFlashCut({ operation: 1, at, backAfterMs: 1_000 });
      await rig.person.type(VAN.code);
      await rig.world.until(() => rig.machine.powerCuts === 1, 5_000, "the cut");
      await rig.rebooted();
      expect(rig.pulses).toEqual([]);
      await rig.idle();
      expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
      expect(rig.outcomes.at(-1)).toBe(Outcome.done);
      expect(rig.content(0)).toEqual({ held: undefined, uncertain: false });
    });
  }

  it("with the intent on flash and the lock not worked: unconfirmed, not opened by itself, and the code works again", async () => {
    rig = await BoxRig.started();
    const { machine } = rig;
    const unwatch = machine.panel.watch((view) => {
      if (view?.screen === "opening") machine.powerCut({ backAfterMs: 1_000 });
    });
    await rig.person.type(VAN.code);
    await rig.rebooted();
    unwatch();
    await rig.world.advance(10_000);
    expect(rig.pulses).toEqual([]);
    expect(rig.outcomes).toEqual([Outcome.unconfirmed]);
    expect(rig.content(0)).toEqual({ held: { key: VAN.id }, uncertain: true });
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    expect(rig.outcomes).toEqual([Outcome.unconfirmed, Outcome.done]);
  });

  it("in the pulse, the door stays shut: unconfirmed, not opened by itself", async () => {
    rig = await BoxRig.started();
    rig.machine.armPulseCut({ doorOpens: false, backAfterMs: 1_000 });
    await rig.person.type(VAN.code);
    await rig.rebooted();
    await rig.world.advance(10_000);
    expect(rig.pulses).toEqual([0]);
    expect(rig.outcomes).toEqual([Outcome.unconfirmed]);
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("in the pulse, the door opens: the box says so when it is back, and sees the end of it", async () => {
    rig = await BoxRig.started();
    rig.machine.armPulseCut({ doorOpens: true, backAfterMs: 1_000 });
    await rig.person.type(VAN.code);
    await rig.rebooted();
    expect(await rig.take()).toBe(VAN.fob);
    expect(rig.pulses).toEqual([0]);
    expect(rig.outcomes).toEqual([Outcome.done]);
  });

  it("in the pulse, the door opens and the person has walked off: unconfirmed, the key may hang there, and no other is put there", async () => {
    rig = await BoxRig.started();
    rig.machine.armPulseCut({ doorOpens: true, backAfterMs: 1_000 });
    await rig.person.type(VAN.code);
    await rig.rebooted();
    await rig.world.advance(70_000);
    expect(rig.outcomes).toEqual([Outcome.unconfirmed]);
    await rig.person.closeDoor(0);
    expect(rig.content(0)).toEqual({ held: { key: VAN.id }, uncertain: true });
  });

  it("while the door stands open, which is shut before the box is back: unconfirmed", async () => {
    rig = await BoxRig.started();
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    rig.machine.powerCut({ backAfterMs: 10_000 });
    rig.machine.bins.close(0);
    await rig.rebooted();
    await rig.idle();
    expect(rig.outcomes).toEqual([Outcome.unconfirmed]);
    expect(rig.pulses).toEqual([0]);
    // The key comes back all the same: its own bin is in doubt, so it gets one that is not. Its tag alone clears no doubt.
    expect(await rig.giveBack(VAN.fob)).toBe(3);
    expect(rig.belief(0)).toEqual(["doubt", VAN.id]);
  });

  for (const at of PLACES) {
    it(`${at} the flash takes the outcome`, async () => {
      rig = await BoxRig.started();
      await rig.person.type(VAN.code);
      await rig.person.takeKey(0);
      rig.machine.armFlashCut({ operation: 1, at, backAfterMs: 1_000 });
      await rig.person.closeDoor(0);
      await rig.rebooted();
      await rig.idle();
      expect(rig.pulses).toEqual([0]);
      expect(rig.outcomes).toHaveLength(1);
      expect([Outcome.done, Outcome.unconfirmed]).toContain(rig.outcomes[0]);
    });
  }
});

describe("a power cut in a drop-off", () => {
  it("cut off with the key in: the key counts as there, in doubt, and no other is put on it", async () => {
    rig = await BoxRig.started();
    await rig.person.scan("777XYZ");
    await rig.person.putKey(3, "777XYZ");
    rig.machine.powerCut({ backAfterMs: 5_000 });
    rig.machine.bins.close(3);
    await rig.rebooted();
    await rig.idle();
    expect(rig.content(3)).toEqual({ held: { fob: "777XYZ" }, uncertain: true });
    expect(await rig.giveBack("888XYZ")).toBe(4);
  });

  it("of a key that surely hangs here: it still does, and the cut leaves the other bin in doubt", async () => {
    rig = await BoxRig.started();
    rig.machine.armPulseCut({ doorOpens: false, backAfterMs: 1_000 });
    await rig.person.scan(VAN.fob);
    await rig.rebooted();
    await rig.idle();
    expect(rig.content(3)).toEqual({ held: { key: VAN.id }, uncertain: true });
    expect(rig.belief(0)).toEqual(["holds", VAN.id]);
    expect(await rig.giveBack(VAN.fob)).toBe(4);
  });
});

describe("an outcome that cannot be written", () => {
  it("is kept while the cell is empty, and written when mains is back", async () => {
    rig = await BoxRig.started();
    rig.machine.setMains(false);
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    rig.machine.gauge.lies = { millivolts: 3_200 };
    await rig.person.closeDoor(0);
    expect(rig.screen).toBe("thank-you");
    expect(rig.outcomes).toEqual([]);
    rig.machine.setMains(true);
    await rig.world.advance(1_000);
    expect(rig.outcomes).toEqual([Outcome.done]);
  });

  it("stays what it was when the next person is the first to be written down", async () => {
    rig = await BoxRig.started();
    rig.machine.setMains(false);
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    rig.machine.gauge.lies = { millivolts: 3_200 };
    await rig.person.closeDoor(0);
    rig.machine.gauge.lies = {};
    expect(await rig.giveBack(VAN.fob)).toBe(3);
    expect(rig.outcomes).toEqual([Outcome.done, Outcome.done]);
  });

  it("settled later where the boot could not: nobody claims to have seen the door", async () => {
    rig = await BoxRig.started();
    rig.machine.armPulseCut({ doorOpens: false });
    await rig.person.type(VAN.code);
    rig.machine.gauge.lies = { millivolts: 3_200 };
    rig.machine.setMains(false);
    rig.machine.restorePower();
    await rig.rebooted();
    expect(rig.outcomes).toEqual([]);
    rig.machine.setMains(true);
    await rig.world.advance(1_000);
    expect(rig.outcomes).toEqual([Outcome.unconfirmed]);
    expect(rig.of(Kind.intent)).toHaveLength(1);
  });
});
