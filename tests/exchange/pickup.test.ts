import { afterEach, describe, expect, it } from "vitest";
import { Auth, Exchange, Kind, Outcome } from "../../firmware/records/records.js";
import { ORDINARY_INDEX } from "../../firmware/state/box-state.js";
import { BADGE, BoxRig, type BoxRigOptions, FLAT, MODEL, START, TRUCK, VAN, VIRTUAL } from "../support/box-rig.js";

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
afterEach(() => rig.check());

describe("pick-up", () => {
  it("by booking code: intent with the user before the lock, outcome after the door", async () => {
    await open();
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    await rig.person.see("thank-you");
    const [intent] = rig.of(Kind.intent);
    expect(intent).toMatchObject({ exchange: Exchange.pickup, bin: 0, auth: Auth.bookingCode, user: 1, access: 100 });
    expect(rig.outcomes).toEqual([Outcome.done]);
    expect(rig.belief(0)).toEqual(["taken", VAN.id]);
    await rig.idle();
  });

  it("by key code: nobody's name is on it", async () => {
    await open();
    await rig.pickUp(VAN.keyCode);
    const [intent] = rig.of(Kind.intent);
    expect(intent).toMatchObject({ auth: Auth.keyCode, key: VAN.id });
    expect(intent?.user).toBeUndefined();
    expect(intent?.access).toBeUndefined();
  });

  it("by badge: a choice of the keys that can be taken here and now, then the one that was chosen", async () => {
    await open();
    await rig.person.scan(BADGE.ana);
    await rig.person.see("choose-key");
    const names = rig.machine.panel.view!.choices.map((choice) => choice.label.params?.key);
    expect(names).toEqual(["Van", "Flat", "Gate"]);
    await rig.person.choose("1");
    expect(await rig.take()).toBe(FLAT.fob);
    expect(rig.of(Kind.intent)[0]).toMatchObject({ auth: Auth.badge, user: 1, access: 101 });
  });

  it("by badge: six choices a screen, one a key; more turns to the next, and after the last to the first", async () => {
    const keys = [...Array(9).keys()].map((i) => ({ ...MODEL.keys[0]!, id: 10 + i, name: `K${i}`, fob: `K0${i}0` }));
    const accesses = keys.flatMap((key, i) => [
      { id: 200 + 2 * i, user: 1, key: key.id },
      { id: 201 + 2 * i, user: 1, key: key.id },
    ]);
    const bins = keys.map((key, bin) => ({ bin, enabled: true, key: key.id }));
    await open({ model: { keys, accesses, bins, codes: [] }, machine: { units: [9] } });
    await rig.person.scan(BADGE.ana);
    await rig.person.see("choose-key");
    const shown = () => rig.machine.panel.view!.choices.map(({ id, label }) => label.params?.key ?? id);
    const first = [...[..."012345"].map((n) => `K${n}`), "more"];
    expect(shown()).toEqual(first);
    await rig.person.choose("more");
    expect(shown()).toEqual(["K6", "K7", "K8", "more"]);
    await rig.person.choose("more");
    expect(shown()).toEqual(first);
    await rig.person.choose("more");
    await rig.person.choose("1");
    expect(await rig.take()).toBe("K070");
  });

  it("by badge: nothing to take is said so", async () => {
    await open();
    await rig.person.scan(BADGE.bo);
    await rig.isRefused("no-keys-for-badge");
    expect(rig.pulses).toEqual([]);
  });

  it("of a virtual key, which has no fob, and its return by code", async () => {
    await open();
    expect(await rig.pickUp(VIRTUAL.code)).toBe("VIRTUAL4");
    await rig.idle();
    await rig.person.type(VIRTUAL.code);
    await rig.person.see("take-or-return");
    await rig.person.choose("return");
    expect(await rig.put("VIRTUAL4")).toBe(VIRTUAL.bin);
    expect(rig.of(Kind.intent)[1]).toMatchObject({
      exchange: Exchange.dropoff,
      auth: Auth.bookingCode,
      key: VIRTUAL.id,
    });
    expect(rig.outcomes).toEqual([Outcome.done, Outcome.done]);
  });

  it("starts with the window's first second and ends before its last", async () => {
    const window = { from: START + 60, until: START + 120 };
    const accesses = [{ id: 101, user: 1, key: FLAT.id, window }];
    const codes = [{ text: FLAT.code, target: { kind: "booking", access: 101 } as const }];
    for (const [at, reason] of [
      [59.9, "too-early"],
      [60, undefined],
      [119.9, undefined],
      [120, "expired"],
    ] as const) {
      await open({ model: { accesses, codes } });
      // Enter is the last key of a code that takes 250 ms a key.
      await rig.world.advance(at * 1_000 - rig.world.nowMs - 6 * 250);
      await rig.person.type(FLAT.code);
      if (reason === undefined) await rig.take();
      else await rig.isRefused(reason);
      rig.check();
    }
  });

  it("tells when a booking begins and ended on the location's clocks", async () => {
    const offsets = [
      { from: 0, offsetMinutes: 60 },
      { from: START + 7_200, offsetMinutes: 120 },
    ];
    const accesses = [
      { id: 101, user: 1, key: FLAT.id, window: { from: START - 7_200, until: START - 3_600 } },
      { id: 102, user: 1, key: VAN.id, window: { from: START + 7_200, until: START + 9_000 } },
    ];
    const codes = [
      { text: FLAT.code, target: { kind: "booking", access: 101 } as const },
      { text: VAN.code, target: { kind: "booking", access: 102 } as const },
    ];
    await open({ model: { accesses, codes, location: { ...MODEL.location, offsets } } });
    await rig.person.type(FLAT.code);
    await rig.person.see("refused");
    expect(rig.refusalParams).toEqual({ time: "2026-11-02 08:00" });
    await rig.idle();
    await rig.person.type(VAN.code);
    await rig.person.see("refused");
    expect(rig.refusalParams).toEqual({ time: "2026-11-02 12:00" });
  });

  it("without a clock: bookings with a window wait, the rest goes on", async () => {
    await open({ machine: { rtc: { set: false } } });
    expect(rig.notices).toContain("notice-clock-unknown");
    await rig.refused(FLAT.code, "clock-unknown");
    await rig.pickUp(VAN.code);
    await rig.idle();
    await rig.giveBack(VAN.fob);
    await rig.idle();
    await rig.pickUp(VAN.keyCode);
    await rig.person.scan(BADGE.ana);
    await rig.person.see("choose-key");
    expect(rig.machine.panel.view!.choices.map((choice) => choice.label.params?.key)).toEqual(["Gate", "Van"]);
  });

  it("offers the return of a key that is not here, whatever its window", async () => {
    await open();
    await rig.pickUp(FLAT.code);
    await rig.world.advance(2 * 3_600_000);
    await rig.person.type(FLAT.code);
    await rig.person.see("take-or-return");
    await rig.person.choose("return");
    expect(await rig.put(FLAT.fob)).toBe(3);
    expect(rig.belief(3)).toEqual(["holds", FLAT.id]);
    expect(rig.belief(FLAT.bin)).toEqual(["taken", FLAT.id]);
  });

  it("asks the second person while the first one's door stands open on the same key, and opens nothing", async () => {
    await open();
    await rig.person.type(VAN.code);
    await rig.person.takeKey(0);
    await rig.person.cancel();
    await rig.person.type(VAN.keyCode);
    await rig.person.see("take-or-return");
    expect(rig.of(Kind.intent)).toHaveLength(1);
    expect(rig.outcomes).toEqual([Outcome.leftOpen]);
  });

  it("does not take the choice of a badge whose access has been lost meanwhile", async () => {
    await open();
    await rig.person.scan(BADGE.ana);
    await rig.person.see("choose-key");
    rig.machine.rtc.shift(3_600);
    await rig.person.choose("1");
    await rig.isRefused("expired");
  });

  it("is refused while a lock moves, and works a moment later", async () => {
    await open();
    rig.machine.bins.jam(0, true);
    await rig.person.type(VAN.code);
    await rig.person.see("opening");
    await rig.person.scan("777XYZ");
    expect(rig.refusal).toBe("busy");
    await rig.world.advance(10_000);
    expect(await rig.giveBack("777XYZ")).toBe(3);
  });
});

describe("a code that is not one", () => {
  it("counts, and costs a wait from the fourth on; fobs, badges and short codes still work", async () => {
    await open();
    for (let i = 0; i < 3; i++) await rig.refused("000000", "wrong-code");
    await rig.person.type("000000");
    await rig.person.see("refused");
    expect(rig.refusal).toBe("wrong-code-wait");
    expect(rig.refusalParams).toEqual({ seconds: 120 });
    expect(rig.machine.panel.view?.lines[1]).toEqual({ id: "while-waiting" });
    await rig.person.choose("emergency");
    await rig.person.see("emergency");
    await rig.person.cancel();
    await rig.refused(VAN.code, "throttled");
    for (let i = 0; i < 3; i++) await rig.refused("0000", "wrong-code");
    await rig.refused("00000", "wrong-code-wait");
    await rig.refused(VAN.keyCode, "throttled");
    expect(await rig.giveBack("777XYZ")).toBe(3);
    await rig.idle();
    await rig.person.scan(BADGE.ana);
    await rig.person.see("choose-key");
    await rig.person.cancel();
    await rig.world.advance(120_000);
    expect(await rig.pickUp(VAN.keyCode)).toBe(VAN.fob);
    expect([...rig.memory.state.throttles.keys()], "a short code clears the short ones alone").toEqual([
      ORDINARY_INDEX,
    ]);
    expect(await rig.giveBack(VAN.fob)).toBe(VAN.bin);
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    expect(rig.memory.state.throttles.size).toBe(0);
  });

  it("of eight digits is counted, and told the way to where printed codes go", async () => {
    await open();
    const printed = rig.printed("bin:A-2", 1);
    for (const reason of ["wrong-code", "wrong-code", "wrong-code", "wrong-code-wait", "throttled"]) {
      await rig.person.type(printed);
      await rig.person.see("refused");
      expect(rig.refusal).toBe(reason);
      expect(rig.machine.panel.view?.lines[1]).toEqual({ id: "printed-code-there" });
      await rig.person.choose("emergency");
      await rig.person.see("emergency");
      await rig.person.cancel();
    }
    expect(rig.of(Kind.codeFailure)).toMatchObject([1, 2, 3, 4].map((count) => ({ count, target: 0 })));
    await rig.askForBin("A", "2");
    await rig.person.type(printed);
    await rig.person.see("emergency-result");
  });

  it("of three digits is no guess", async () => {
    await open();
    for (let i = 0; i < 6; i++) await rig.refused("123", "code-too-short");
    expect(rig.of(Kind.codeFailure)).toEqual([]);
  });

  it("is one where the right one is refused for another reason: that costs nothing", async () => {
    await open();
    await rig.world.advance(3_600_000);
    for (let i = 0; i < 6; i++) await rig.refused(FLAT.code, "expired");
    expect(rig.of(Kind.codeFailure)).toEqual([]);
  });
});

describe("without a usable snapshot", () => {
  it("a box that never synced says so, and opens no bin of which it was never told what it holds", async () => {
    await open({ model: null });
    await rig.refused(VAN.code, "no-snapshot");
    await rig.person.scan(VAN.fob);
    await rig.isRefused("no-snapshot");
    expect(rig.pulses).toEqual([]);
  });

  it("a damaged slot: nobody knows whose a fob is, and a key may have been left where it was taken; so nothing opens", async () => {
    await open();
    await rig.pickUp(VAN.code);
    rig.machine.powerCut({ backAfterMs: 1_000 });
    const image = rig.machine.flash.snapshot.image();
    image[20] = image[20]! ^ 1;
    rig.machine.flash.snapshot.load(image);
    await rig.rebooted();
    await rig.idle();
    await rig.person.scan(VAN.fob);
    await rig.isRefused("no-snapshot");
    expect(rig.belief(0)).toEqual(["taken", VAN.id]);
  });

  it("a damaged slot: the fault is told once a boot, after its boot record", async () => {
    rig = new BoxRig();
    const image = rig.machine.flash.snapshot.image();
    image[20] = image[20]! ^ 1;
    rig.machine.flash.snapshot.load(image);
    await rig.start();
    expect(rig.notices).toContain("notice-faults");
    await rig.refused(VAN.code, "no-snapshot");
    const kinds = rig.records().map((record) => record.kind);
    expect(kinds.indexOf(Kind.device)).toBeGreaterThan(kinds.indexOf(Kind.boot));
    expect(rig.of(Kind.device)).toHaveLength(1);
    expect(rig.content(3)).toEqual({ held: undefined, uncertain: true });
  });
});

it("a key of another location can be taken from here all the same", async () => {
  await open({ model: { bins: [{ bin: 0, enabled: true, key: TRUCK.id }] } });
  expect(await rig.pickUp(TRUCK.code)).toBe(TRUCK.fob);
});

it("a badge with more than 64 bookings of days to come takes the key that it may take now", async () => {
  const soon = 1_900_000_000;
  const key = { ...MODEL.keys[0]!, id: 10, name: "Now", fob: "N010" };
  const later = [...Array(70).keys()].map((i) => ({
    id: 200 + i,
    user: 1,
    key: key.id,
    window: { from: soon, until: soon + 1 },
  }));
  const accesses = [...later, { id: 900, user: 1, key: key.id }];
  await open({ model: { keys: [key], accesses, bins: [{ bin: 0, enabled: true, key: 10 }], codes: [] } });
  await rig.person.scan(BADGE.ana);
  await rig.person.see("choose-key");
  await rig.person.choose("0");
  expect(await rig.take()).toBe("N010");
});
