import { afterEach, describe, expect, it } from "vitest";
import { Auth, Exchange, Kind, Outcome } from "../../firmware/records/records.js";
import { BADGE, BoxRig, type BoxRigOptions, FLAT, MODEL, START, TRUCK, VAN } from "../support/box-rig.js";

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
afterEach(() => rig.check());

const HOUR_MS = 3_600_000;
const row = (bin: number, key?: number) => ({ bin, enabled: true, key });
const rows = (...held: (number | undefined)[]) => held.map((key, bin) => row(bin, key));

/** A tag on the reader, and nothing hung: the attacker only looks at what the door shows. */
async function copied(serial: string): Promise<number | undefined> {
  await rig.person.scan(serial);
  if (rig.screen === "refused") {
    await rig.person.cancel();
    return undefined;
  }
  await rig.person.see("bin-open", 60_000);
  const bin = rig.shownBin();
  await rig.person.closeDoor(bin);
  await rig.idle();
  return bin;
}

describe("whoever copies tags", () => {
  it("and fills all bins but one with junk gets no key: neither by the tag of one that hangs here, nor by one that is out", async () => {
    await open({ model: { bins: rows(VAN.id, FLAT.id, undefined, undefined, undefined) } });
    await rig.pickUp(FLAT.code);
    await rig.idle();
    expect([await copied("JUNK1"), await copied("JUNK2")]).toEqual([2, 3]);
    expect(await copied(VAN.fob)).toBe(4);
    // The truck's key never hung here, the flat's is out: its own bin is all that its tag opens.
    expect(await copied(TRUCK.fob)).toBeUndefined();
    expect(await copied(FLAT.fob)).toBe(FLAT.bin);
    expect(await copied(VAN.fob)).toBeUndefined();
    expect(await copied("JUNK3")).toBeUndefined();
    expect(rig.pulses.filter((bin) => bin === VAN.bin)).toEqual([]);
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("and hangs nothing does not send the key's owner to an empty bin", async () => {
    await open();
    expect(await copied(VAN.fob)).toBe(3);
    await rig.person.type(VAN.code);
    await rig.person.see("bin-open");
    expect(rig.shownBin()).toBe(VAN.bin);
  });

  it("of a key that is out makes its owner look once, not lose it", async () => {
    await open();
    await rig.pickUp(VAN.code);
    await rig.idle();
    expect(await copied(VAN.fob)).toBe(3);
    expect(await rig.giveBack(VAN.fob)).toBe(4);
    expect([rig.belief(3), rig.belief(4)]).toEqual([
      ["holds", VAN.id],
      ["doubt", VAN.id],
    ]);
    await rig.idle();
    await rig.person.type(VAN.code);
    await rig.person.see("bin-open");
    expect(rig.shownBin()).toBe(3);
    await rig.person.closeDoor(3);
    await rig.idle();
    await rig.person.type(VAN.code);
    await rig.person.see("take-or-return");
    expect(rig.machine.panel.view?.choices[0]?.label.params).toEqual({ bin: "B-2" });
    await rig.person.choose("take");
    expect(await rig.take()).toBe(VAN.fob);
  });

  it("frees no bin: what was left where it was taken stays out of every other tag's reach", async () => {
    await open({ model: { bins: rows(VAN.id, FLAT.id, undefined, undefined, undefined) } });
    // Shut in by mistake.
    await rig.person.type(VAN.code);
    await rig.person.see("bin-open");
    await rig.person.closeDoor(VAN.bin);
    await rig.idle();
    expect(await copied(VAN.fob)).toBe(2);
    expect([await copied("JUNK1"), await copied("JUNK2"), await copied("JUNK3")]).toEqual([3, 4, undefined]);
    expect(rig.belief(VAN.bin)).toEqual(["taken", VAN.id]);
  });

  it("moves no belief with a door that was never seen to open and to shut", async () => {
    await open();
    await rig.pickUp(VAN.code);
    await rig.idle();
    rig.machine.armPulseCut({ doorOpens: false, backAfterMs: 1_000 });
    await rig.person.scan(VAN.fob);
    await rig.rebooted();
    await rig.idle();
    expect(rig.outcomes.at(-1)).toBe(Outcome.unconfirmed);
    expect([rig.belief(VAN.bin), rig.belief(3)]).toEqual([
      ["taken", VAN.id],
      ["doubt", VAN.id],
    ]);
  });
});

describe("returns by scan", () => {
  it("leave an eighth of the bins empty, at least one: then a key goes back to where it was taken", async () => {
    const keys = MODEL.keys.map((key) => ({ ...key, roaming: true }));
    await open({
      model: { keys, bins: rows(VAN.id, FLAT.id, ...Array(15).fill(undefined)) },
      machine: { units: [17] },
    });
    await rig.pickUp(VAN.code);
    await rig.idle();
    // An eighth of 17 is 2: of 15 empty bins, 13 are for anybody.
    for (let n = 0; n < 13; n++) expect(await copied(`JUNK${n}`)).toBe(2 + n);
    expect(await rig.giveBack(VAN.fob)).toBe(VAN.bin);
    await rig.idle();
    await rig.pickUp(VAN.code);
    await rig.idle();
    expect(await copied(TRUCK.fob)).toBe(15);
    expect(await rig.giveBack(VAN.fob)).toBe(VAN.bin);
    await rig.idle();
    expect(await copied("JUNK9X")).toBe(16);
    expect(await copied("JUNK9Y")).toBeUndefined();
  });
});

describe("a right that does not hold now", () => {
  const late = { id: 101, user: 1, key: FLAT.id, window: { from: START, until: START + 600 } };
  const expired = async (bins: ReturnType<typeof rows>, units: number) => {
    await open({ model: { accesses: [late], codes: [MODEL.codes[2]!], bins }, machine: { units: [units] } });
    // An emergency code, or a crowbar: the flat's key may hang in its bin, or not.
    rig.machine.bins.force(FLAT.bin);
    await rig.world.advance(1_000);
    await rig.person.closeDoor(FLAT.bin);
    await rig.world.advance(HOUR_MS);
    expect(rig.belief(FLAT.bin)).toEqual(["doubt", FLAT.id]);
    await rig.person.type(FLAT.code);
    await rig.person.see("take-or-return");
  };

  it("opens no bin where its key may hang, though all other bins are full", async () => {
    await expired(rows(VAN.id, FLAT.id), 2);
    await rig.person.choose("return");
    await rig.isRefused("no-sure-bin");
    await rig.person.type(FLAT.code);
    await rig.person.choose("take");
    await rig.isRefused("expired");
    expect(rig.pulses).toEqual([]);
  });

  it("and returns nothing does not make its key's bin the next tag's", async () => {
    await expired(rows(VAN.id, FLAT.id, undefined), 3);
    await rig.person.choose("return");
    await rig.person.see("bin-open");
    expect(rig.shownBin()).toBe(2);
    await rig.person.closeDoor(2);
    await rig.idle();
    expect(rig.of(Kind.intent)[0]).toMatchObject({ exchange: Exchange.dropoff, auth: Auth.bookingCode, user: 1 });
    expect([rig.belief(FLAT.bin), rig.belief(2)]).toEqual([
      ["doubt", FLAT.id],
      ["holds", FLAT.id],
    ]);
    expect(await copied("777XYZ")).toBeUndefined();
    expect(await copied(FLAT.fob)).toBeUndefined();
    expect(rig.pulses).toEqual([2]);
  });

  it("is no better before its time: the key that surely hangs here is not handed out as a return", async () => {
    const early = { ...late, window: { from: START + 86_400, until: START + 90_000 } };
    await open({ model: { accesses: [early], codes: [MODEL.codes[2]!] } });
    await rig.refused(FLAT.code, "too-early");
    expect(rig.pulses).toEqual([]);
  });
});

describe("whoever has a right, and shut the door on the key", () => {
  const shutIn = async () => {
    await open();
    await rig.person.type(VAN.code);
    await rig.person.see("bin-open");
    await rig.person.closeDoor(VAN.bin);
    await rig.idle();
    expect(rig.belief(VAN.bin)).toEqual(["taken", VAN.id]);
  };

  it("comes back with the code and takes it", async () => {
    await shutIn();
    await rig.person.type(VAN.code);
    await rig.person.see("take-or-return");
    await rig.person.choose("take");
    expect(await rig.take()).toBe(VAN.fob);
  });

  it("comes back with a badge and takes it", async () => {
    await shutIn();
    await rig.person.scan(BADGE.ana);
    const van = rig.machine.panel.view!.choices.find((choice) => choice.label.params?.key === "Van");
    await rig.person.choose(van!.id);
    await rig.person.see("take-or-return");
    await rig.person.choose("take");
    expect(await rig.take()).toBe(VAN.fob);
  });

  it("says that it stays inside: that is on record, and the next code takes it without a question", async () => {
    await shutIn();
    await rig.person.type(VAN.keyCode);
    await rig.person.choose("left-inside");
    await rig.person.see("thank-you");
    expect(rig.of(Kind.binChecked)).toMatchObject([{ bin: VAN.bin, key: VAN.id, auth: Auth.keyCode }]);
    expect(rig.belief(VAN.bin)).toEqual(["holds", VAN.id]);
    await rig.idle();
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("brings it back to the bin from which it was taken, and frees the others where it had been taken", async () => {
    await open();
    await rig.pickUp(VAN.code);
    await rig.idle();
    expect(await rig.giveBack(VAN.fob)).toBe(3);
    await rig.idle();
    await rig.pickUp(VAN.code);
    await rig.idle();
    expect([rig.belief(VAN.bin)[0], rig.belief(3)[0]]).toEqual(["taken", "taken"]);
    await rig.person.type(VAN.code);
    await rig.person.choose("return");
    const bin = await rig.put(VAN.fob);
    const other = bin === 3 ? VAN.bin : 3;
    expect(rig.of(Kind.intent).at(-1)).toMatchObject({ bin, freed: other });
    expect([rig.belief(bin), rig.belief(other)]).toEqual([
      ["holds", VAN.id],
      ["empty", undefined],
    ]);
  });

  it("and then says that it comes back, though nothing does, leaves it out of a stranger's reach", async () => {
    await open();
    await rig.pickUp(VAN.code);
    await rig.idle();
    const last = await rig.giveBack(VAN.fob);
    await rig.idle();
    await rig.person.type(VAN.code);
    await rig.person.see("bin-open");
    await rig.person.closeDoor(last);
    await rig.idle();
    await rig.person.type(VAN.code);
    await rig.person.choose("return");
    await rig.person.see("bin-open");
    expect(rig.shownBin()).toBe(last);
    await rig.person.closeDoor(last);
    await rig.idle();
    expect([rig.belief(last), rig.belief(VAN.bin)]).toEqual([
      ["holds", VAN.id],
      ["empty", undefined],
    ]);
    expect(await copied("777XYZ")).toBe(VAN.bin);
  });

  it("may say so only while the right holds", async () => {
    await open();
    await rig.person.type(FLAT.code);
    await rig.person.see("bin-open");
    await rig.person.closeDoor(FLAT.bin);
    await rig.world.advance(2 * HOUR_MS);
    await rig.person.type(FLAT.code);
    await rig.person.choose("left-inside");
    await rig.isRefused("expired");
    expect(rig.of(Kind.binChecked)).toEqual([]);
  });
});
