import { afterEach, describe, expect, it } from "vitest";
import { EmergencyTarget, Kind, Outcome } from "../../firmware/records/records.js";
import { BoxRig, type BoxRigOptions, MODEL, VAN } from "../support/box-rig.js";

let rig: BoxRig;
const open = async (options: BoxRigOptions = {}) => {
  rig = await BoxRig.started(options);
};
afterEach(() => rig.check());

/** Waits for the result screen of a run over all bins. */
const result = async () => {
  await rig.person.see("emergency-result", 120_000);
  return rig.title;
};
/** What it says stayed shut. */
const notOpened = async () => {
  expect((await result())?.id).toBe("all-opened-count");
  return rig.machine.panel.view?.lines[0]?.params?.bins;
};

describe("one bin", () => {
  it("opens by its code, with nothing synced, no clock and no link", async () => {
    await open({ model: null, machine: { rtc: { set: false } } });
    await rig.askForBin("A", "2");
    expect(rig.title).toEqual({ id: "ask-code-bin", params: { bin: "A-2", sheet: 1, number: "01" } });
    await rig.person.type(rig.printed("bin:A-2", 1));
    await rig.person.see("emergency-result");
    expect(rig.machine.bins.isOpen(1)).toBe(true);
    expect(rig.of(Kind.emergency)).toMatchObject([{ target: EmergencyTarget.bin, bin: 1, sheet: 1, number: 1 }]);
    expect(rig.of(Kind.emergencyOutcome)).toMatchObject([{ bin: 1, result: Outcome.done }]);
    expect(rig.content(1).uncertain).toBe(true);
    await rig.idle();
  });

  it("the next person types while the result is on the screen; after a refusal digits begin nothing", async () => {
    await open();
    await rig.askForBin("A", "2");
    await rig.person.type("00000000");
    await rig.person.see("refused");
    await rig.person.type("00000000");
    expect(rig.of(Kind.codeFailure)).toHaveLength(1);
    await rig.idle();
    await rig.askForBin("A", "2");
    await rig.person.type(rig.printed("bin:A-2", 1));
    await rig.person.see("emergency-result");
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  });

  it("the plug pulled after each digit: nothing opens, nothing counts, and the code is still good", async () => {
    await open();
    const code = rig.printed("bin:A-2", 1);
    for (let digits = 0; digits < code.length; digits++) {
      await rig.askForBin("A", "2");
      for (const digit of code.slice(0, digits)) rig.machine.panel.input({ kind: "digit", digit: Number(digit) });
      await rig.world.advance(10);
      rig.machine.powerCut({ backAfterMs: 1_000 });
      await rig.rebooted();
      await rig.idle();
    }
    expect(rig.pulses).toEqual([]);
    expect(rig.of(Kind.codeFailure)).toEqual([]);
    await rig.askForBin("A", "2");
    expect(rig.title?.params?.number).toBe("01");
    await rig.person.type(code);
    await rig.person.see("emergency-result");
    rig.machine.bins.close(1);
    await rig.idle();
  });

  it("opens a bin that is out of service", async () => {
    await open({ model: { bins: MODEL.bins.map((bin) => ({ ...bin, enabled: false })) } });
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("emergency-result");
  });

  it("the same code opens it again for ten minutes; then the next one is asked for", async () => {
    await open();
    rig.machine.bins.jam(0, true);
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("refused");
    expect(rig.refusal).toBe("bin-stuck");
    rig.machine.bins.jam(0, false);
    await rig.person.choose("emergency-again");
    await rig.person.choose("one-bin");
    await rig.person.choose("A");
    await rig.person.type("1");
    expect(rig.machine.panel.view?.lines).toEqual([{ id: "code-works-again" }]);
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("emergency-result");
    rig.machine.bins.close(0);
    await rig.world.advance(600_000);
    await rig.askForBin("A", "1");
    expect(rig.title?.params?.number).toBe("02");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.isRefused("wrong-code");
  });

  it("a bin in doubt before stays in doubt when it does not open", async () => {
    await open();
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("emergency-result");
    await rig.person.closeDoor(0);
    rig.machine.bins.jam(0, true);
    await rig.idle();
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("refused");
    expect(rig.content(0)).toEqual({ held: { key: VAN.id }, uncertain: true });
  });

  it("tells of unknown bins, short codes and sheets that are not newer", async () => {
    await open();
    await rig.person.choose("emergency");
    await rig.person.choose("one-bin");
    await rig.person.choose("B");
    await rig.person.type("9");
    await rig.isRefused("unknown-bin");
    await rig.askForBin("B", "1");
    await rig.person.type("1234567");
    await rig.isRefused("code-too-short");
    await rig.askForBin("B", "1");
    await rig.person.choose("newer-sheet");
    await rig.person.type("1");
    await rig.isRefused("sheet-not-newer");
    expect(rig.of(Kind.codeFailure)).toEqual([]);
  });

  it("a newer sheet closes the older one", async () => {
    await open();
    await rig.askForBin("B", "1");
    await rig.person.choose("newer-sheet");
    await rig.person.type("3");
    expect(rig.title?.params).toMatchObject({ sheet: 3, number: "01" });
    await rig.person.type(rig.printed("bin:B-1", 1, 3));
    await rig.person.see("emergency-result");
    expect(rig.memory.state.codes.sheet).toBe(3);
    await rig.idle();
    await rig.askForBin("A", "1");
    expect(rig.title?.params?.sheet).toBe(3);
  });

  it("a code that was overtaken at another screen is refused as used", async () => {
    await open();
    await rig.askForBin("A", "1");
    rig.machine.bins.jam(0, true);
    // Enter twice: the second one comes while the first one's verdict is on its way to the lock.
    for (const digit of rig.printed("bin:A-1", 1)) rig.machine.panel.input({ kind: "digit", digit: Number(digit) });
    rig.machine.panel.input({ kind: "enter" });
    rig.machine.panel.input({ kind: "enter" });
    await rig.person.see("refused");
    expect(rig.refusal).toBe("bin-stuck");
    expect(rig.of(Kind.emergency)).toHaveLength(1);
  });

  it("a door that somebody shuts later does not take the screen of the next bin", async () => {
    await open();
    for (const number of ["1", "2"]) {
      await rig.askForBin("A", number);
      await rig.person.type(rig.printed(`bin:A-${number}`, 1));
      await rig.person.see("emergency-result");
      if (number === "1") await rig.person.cancel();
    }
    await rig.person.closeDoor(0);
    expect(rig.title).toEqual({ id: "emergency-opened", params: { bin: "A-2" } });
    await rig.person.closeDoor(1);
    expect(rig.title).toEqual({ id: "emergency-closed", params: { bin: "A-2" } });
  });

  it("while the last code of a sheet still works, the next one is of a newer sheet", async () => {
    rig = new BoxRig();
    const burn = { kind: Kind.emergency, target: EmergencyTarget.bin, sheet: 1, number: 10, bin: 0 } as const;
    const of = rig.offlineLedger().write(burn, "vital");
    rig.offlineLedger().write({ kind: Kind.emergencyOutcome, of, bin: 0, result: Outcome.done }, "vital");
    await rig.start();
    await rig.askForBin("A", "1");
    expect(rig.title?.params?.number).toBe("10");
    await rig.person.choose("next-code");
    expect(rig.screen).toBe("emergency-sheet");
  });

  it("wrong codes hold up nobody with a code for anything else, and a power cut lets nobody try earlier", async () => {
    await open();
    for (const reason of ["wrong-code", "wrong-code", "wrong-code", "wrong-code-wait", "throttled"]) {
      await rig.askForBin("A", "1");
      await rig.person.type("00000000");
      await rig.isRefused(reason);
    }
    rig.machine.powerCut({ backAfterMs: 1_000 });
    await rig.rebooted();
    await rig.idle();
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.isRefused("throttled");
    expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
    await rig.idle();
    await rig.askForBin("A", "2");
    expect(rig.machine.panel.view?.lines).toEqual([]);
    await rig.person.type(rig.printed("bin:A-2", 1));
    await rig.person.see("emergency-result");
    await rig.person.closeDoor(1);
    for (let i = 0; i < 3; i++) await rig.refused("000000", "wrong-code");
    await rig.refused("000000", "wrong-code-wait");
    await rig.idle();
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    expect((await result())?.id).toBe("all-opened");
  });
});

describe("who is kept waiting", () => {
  const failed = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await rig.askForBin("A", "1");
      await rig.person.type("00000000");
      await rig.person.see("refused");
      await rig.person.cancel();
      if (i >= 3) await rig.world.advance(120_000 * 2 ** (i - 3));
    }
  };

  it("is told which code was asked for, and tries again without the whole way through the menus", async () => {
    await open();
    await rig.askForBin("B", "2");
    await rig.person.type("00000000");
    await rig.person.see("refused");
    expect(rig.machine.panel.view?.lines).toEqual([
      { id: "ask-code-bin", params: { bin: "B-2", sheet: 1, number: "01" } },
    ]);
    await rig.person.choose("try-again");
    expect(rig.title).toEqual({ id: "ask-code-bin", params: { bin: "B-2", sheet: 1, number: "01" } });
    await rig.person.type(rig.printed("bin:B-2", 1));
    await rig.person.see("emergency-result");
  });

  it("is told before typing, in minutes where it is long, and what works meanwhile", async () => {
    await open();
    await failed(3);
    await rig.askForBin("A", "1");
    await rig.person.type("00000000");
    await rig.person.see("refused");
    expect([rig.refusal, rig.refusalParams]).toEqual(["wrong-code-wait", { seconds: 120 }]);
    expect(rig.machine.panel.view?.lines).toEqual([{ id: "while-waiting-target" }]);
    await rig.person.cancel();
    await rig.world.advance(120_000);
    await rig.askForBin("A", "1");
    await rig.person.type("00000000");
    await rig.person.see("refused");
    expect([rig.refusal, rig.refusalParams]).toEqual(["wrong-code-wait-minutes", { minutes: 4 }]);
    await rig.person.cancel();
    await rig.world.advance(60_000);
    await rig.askForBin("A", "1");
    expect(rig.machine.panel.view?.lines).toEqual([{ id: "refused-throttled-minutes", params: { minutes: 3 } }]);
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.isRefused("throttled-minutes");
    await rig.world.advance(180_000);
    await rig.askForBin("A", "1");
    expect(rig.machine.panel.view?.lines).toEqual([]);
  });

  it("on battery and without a clock is not kept waiting for ever: the box stays awake until the wait is over", async () => {
    await open({ model: null, machine: { rtc: { set: false } } });
    await failed(5);
    await rig.askForBin("A", "1");
    await rig.person.type("00000000");
    expect([rig.refusal, rig.refusalParams]).toEqual(["wrong-code-wait-minutes", { minutes: 8 }]);
    rig.machine.setMains(false);
    await rig.world.advance(470_000);
    expect([rig.machine.state, rig.machine.boots]).toEqual(["running", 1]);
    await rig.world.advance(190_000);
    expect(rig.machine.state).toBe("asleep");
    rig.machine.button.press();
    await rig.person.see("idle");
    rig.machine.button.press();
    await rig.world.advance(1_000);
  });

  it("on battery with a clock sleeps, and has waited meanwhile", async () => {
    await open();
    await failed(6);
    rig.machine.setMains(false);
    await rig.askForBin("A", "1");
    await rig.person.type("00000000");
    await rig.isRefused("wrong-code-wait-minutes");
    await rig.world.until(() => rig.machine.state === "asleep", 200_000, "sleep");
    await rig.world.advance(960_000);
    rig.machine.button.press();
    await rig.person.see("idle");
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("emergency-result");
  });

  it("a door that stays shut: the screen names the way out that is at hand", async () => {
    await open();
    rig.machine.bins.jam(0, true);
    await rig.askForBin("A", "1");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("refused");
    expect(rig.machine.panel.view?.lines).toEqual([{ id: "press-door-same-code" }]);
    rig.machine.bins.jam(0, false);
    await rig.person.choose("try-again");
    await rig.person.type(rig.printed("bin:A-1", 1));
    await rig.person.see("emergency-result");
  });
});

describe("more than eight units", () => {
  it("can all be reached", async () => {
    await open({ model: null, machine: { units: Array.from({ length: 10 }, () => 1) } });
    await rig.person.choose("emergency");
    await rig.person.choose("one-bin");
    expect(rig.machine.panel.view?.choices).toHaveLength(8);
    await rig.person.choose("more");
    expect(rig.machine.panel.view?.choices.map((choice) => choice.id)).toEqual(["H", "I", "J", "more"]);
    await rig.person.choose("more");
    await rig.person.choose("A");
    await rig.idle();
    await rig.person.choose("emergency");
    await rig.person.choose("one-bin");
    await rig.person.choose("more");
    await rig.person.choose("J");
    await rig.person.type("1");
    await rig.person.type(rig.printed("bin:J-1", 1));
    await rig.person.see("emergency-result");
  });

  it("that fill two screens come back to the first after the second", async () => {
    await open({ model: null, machine: { units: Array.from({ length: 14 }, () => 1) } });
    await rig.person.choose("emergency");
    await rig.person.choose("one-bin");
    const ids = () => rig.machine.panel.view?.choices.map((choice) => choice.id);
    const first = ids();
    await rig.person.choose("more");
    expect(ids()).toEqual(["H", "I", "J", "K", "L", "M", "N", "more"]);
    await rig.person.choose("more");
    expect(ids()).toEqual(first);
  });
});

describe("all bins", () => {
  it("opens every bin once, each with its own record before the lock, and lists those that stayed shut", async () => {
    await open();
    rig.machine.bins.jam(1, true);
    rig.machine.bins.unreachable(3, true);
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    expect(rig.screen).toBe("opening-all");
    expect(rig.machine.panel.view?.lines).toEqual([{ id: "take-keys-close-doors" }]);
    expect(await notOpened()).toBe("A-2 B-1");
    expect(rig.title).toEqual({ id: "all-opened-count", params: { done: 3, total: 5 } });
    expect(rig.machine.panel.view?.lines.map((line) => line.id)).toEqual([
      "all-opened-but",
      "press-doors-own-codes",
      "take-keys-close-doors",
      "say-what-is-out",
    ]);
    await rig.world.advance(100_000);
    expect(rig.title?.id).toBe("all-opened-count");
    expect(rig.machine.bins.state.open).toEqual([true, false, true, false, true]);
    expect(rig.pulses).toEqual([0, 1, 1, 1, 2, 4]);
    expect(rig.memory.state.openAll).toBeUndefined();
    await rig.idle();
  });

  it("waits for the lock of an exchange", async () => {
    await open();
    await rig.askFor("all-bins");
    const code = rig.printed("all", 1);
    for (const digit of code) rig.machine.panel.input({ kind: "digit", digit: Number(digit) });
    rig.machine.reader.scan("777XYZ");
    await rig.world.advance(79);
    rig.machine.panel.input({ kind: "enter" });
    expect((await result())?.id).toBe("all-opened");
    expect(rig.pulses.length).toBeLessThanOrEqual(6);
  });

  it("the same code again while a run is under way does not begin a second one", async () => {
    await open();
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.world.until(() => rig.title?.params?.done === 2, 30_000, "the second bin");
    // All within the second until the next bin: each of them takes the screen.
    rig.machine.reader.scan("bad scan");
    await rig.world.until(() => rig.screen === "refused", 500, "a way out of the progress screen");
    const inputs = [
      { kind: "cancel" },
      { kind: "choice", id: "emergency" },
      { kind: "choice", id: "all-bins" },
    ] as const;
    for (const input of inputs) rig.machine.panel.input(input);
    for (const digit of rig.printed("all", 1)) rig.machine.panel.input({ kind: "digit", digit: Number(digit) });
    const pulsedAtMs: number[] = [];
    rig.machine.bins.watch((event) => event.kind === "pulse" && pulsedAtMs.push(rig.world.nowMs));
    rig.machine.panel.input({ kind: "enter" });
    expect((await result())?.id).toBe("all-opened");
    const gapsMs = pulsedAtMs.slice(1).map((atMs, i) => atMs - pulsedAtMs[i]!);
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(1_000);
    expect(rig.pulses).toEqual([0, 1, 2, 3, 4]);
  });

  for (const doorOpens of [true, false]) {
    it(`a power cut in the middle: it goes on with the next bin; the door opened: ${doorOpens}`, async () => {
      await open();
      rig.machine.bins.jam(0, true);
      await rig.askFor("all-bins");
      await rig.person.type(rig.printed("all", 1));
      expect(rig.screen).toBe("opening-all");
      await rig.world.until(() => rig.pulses.includes(1), 30_000, "the second bin");
      await rig.world.until(() => rig.machine.bins.isOpen(1), 30_000, "its door");
      rig.machine.armPulseCut({ doorOpens, backAfterMs: 5_000 });
      await rig.rebooted();
      await rig.person.see("opening-all");
      expect(await notOpened()).toBe(doorOpens ? "A-1" : "A-1 A-3");
      expect(rig.pulses).toEqual([0, 0, 0, 1, 2, 3, 4]);
      await rig.idle();
    });
  }

  it("two power cuts, each before its door opened: both bins are on the list", async () => {
    await open();
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.world.until(() => rig.machine.bins.isOpen(0), 30_000, "the first door");
    for (const reboots of [1, 2]) {
      rig.machine.armPulseCut({ doorOpens: false, backAfterMs: 5_000 });
      await rig.rebooted();
      expect(rig.machine.boots).toBe(1 + reboots);
    }
    expect(await notOpened()).toBe("A-2 B-1");
    await rig.idle();
  });

  it("a power cut of a box without a clock: it says so, and the same code goes on where it stopped", async () => {
    await open({ model: null, machine: { rtc: { set: false } } });
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.world.until(() => rig.machine.bins.isOpen(1), 30_000, "the second door");
    rig.machine.armPulseCut({ doorOpens: true, backAfterMs: 5_000 });
    await rig.rebooted();
    const before = rig.pulses.length;
    await rig.person.see("emergency-result");
    expect(rig.title).toEqual({ id: "all-interrupted", params: { bin: "A-3" } });
    await rig.world.advance(20_000);
    expect(rig.pulses).toHaveLength(before);
    await rig.person.choose("emergency-again");
    await rig.person.choose("all-bins");
    expect(rig.machine.panel.view?.lines).toEqual([{ id: "code-works-again" }]);
    await rig.person.type(rig.printed("all", 1));
    expect((await result())?.id).toBe("all-opened");
    expect(rig.pulses).toEqual([0, 1, 2, 3, 4]);
    await rig.idle();
    rig.machine.powerCut({ backAfterMs: 1_000 });
    await rig.rebooted();
    expect(rig.screen).toBe("idle");
  });

  it("a power cut of days in the middle: nobody may be there, so that no door springs open by itself", async () => {
    await open();
    await rig.askFor("all-bins");
    rig.machine.armPulseCut({ doorOpens: true, backAfterMs: 5 * 86_400_000 });
    await rig.person.type(rig.printed("all", 1));
    await rig.rebooted(6 * 86_400_000);
    const before = rig.pulses.length;
    await rig.world.advance(120_000);
    expect(rig.pulses.length).toBe(before);
    expect(rig.memory.state.openAll).toBeUndefined();
  });

  it("a power cut between the burn and the first bin: the run begins after the boot", async () => {
    await open();
    await rig.askFor("all-bins");
    // The burn is one record; the next write is the first bin's.
    const { machine } = rig;
    const unwatch = machine.panel.watch((view) => {
      if (view?.screen === "opening-all") machine.powerCut({ backAfterMs: 1_000 });
    });
    await rig.person.type(rig.printed("all", 1));
    await rig.rebooted();
    unwatch();
    expect((await result())?.id).toBe("all-opened");
    expect(rig.pulses).toEqual([0, 1, 2, 3, 4]);
  });

  it("stops and says why when nothing can be written; the same code goes on", async () => {
    await open();
    rig.machine.setMains(false);
    await rig.askFor("all-bins");
    await rig.person.type(rig.printed("all", 1));
    await rig.world.until(() => rig.machine.bins.isOpen(0), 30_000, "the first bin");
    rig.machine.gauge.lies = { millivolts: 3_200 };
    await rig.person.see("refused");
    expect(rig.refusal).toBe("battery-empty");
    expect(rig.machine.panel.view?.lines).toEqual([{ id: "all-stopped", params: { bin: "A-1" } }]);
    const before = rig.pulses.length;
    await rig.world.advance(5_000);
    expect(rig.pulses).toHaveLength(before);
    rig.machine.gauge.lies = {};
    await rig.person.choose("emergency-again");
    await rig.person.choose("all-bins");
    await rig.person.type(rig.printed("all", 1));
    expect((await result())?.id).toBe("all-opened");
    expect(rig.pulses).toEqual([0, 1, 2, 3, 4]);
  });

  it("when the run is over, the same code starts it again from the first bin", async () => {
    await open();
    for (const times of [1, 2]) {
      await rig.askFor("all-bins");
      await rig.person.type(rig.printed("all", 1));
      expect((await result())?.id).toBe("all-opened");
      expect(rig.pulses).toHaveLength(5 * times);
      for (let bin = 0; bin < 5; bin++) rig.machine.bins.close(bin);
      await rig.idle();
    }
  });
});

describe("release from the wall", () => {
  const armed = async () => {
    await open();
    await rig.askFor("unmount");
    await rig.person.type(rig.printed("unmount", 1));
    await rig.person.see("unmount-press");
    expect(rig.machine.button.lamp).toBe("flash");
  };

  it("needs the code and the button", async () => {
    await armed();
    expect(rig.machine.bins.mountReleased).toBe(false);
    await rig.person.pressButton();
    expect(rig.machine.bins.mountReleased).toBe(true);
    expect(rig.title?.id).toBe("unmounted");
    expect(rig.of(Kind.emergencyOutcome)).toMatchObject([{ result: Outcome.done }]);
    expect(rig.machine.button.lamp).toBe("off");
  });

  it("lapses after a minute, or when the person cancels, and is told to have done nothing", async () => {
    for (const isCancelled of [true, false]) {
      await armed();
      if (isCancelled) await rig.person.choose("cancel");
      else await rig.world.advance(60_000);
      expect(rig.screen).toBe("idle");
      await rig.person.pressButton();
      expect(rig.machine.bins.mountReleased).toBe(false);
      expect(rig.of(Kind.emergencyOutcome)).toMatchObject([{ result: Outcome.notOpened }]);
      rig.check();
    }
  });

  it("lapsing does not take the screen from whoever came next", async () => {
    await armed();
    await rig.world.advance(55_000);
    await rig.person.scan("777XYZ");
    await rig.person.see("bin-open");
    await rig.world.advance(6_000);
    expect([rig.screen, rig.machine.button.lamp]).toEqual(["bin-open", "off"]);
  });

  it("keeps the locks busy for a moment, and no bin becomes faulty by it", async () => {
    await armed();
    await rig.person.pressButton();
    await rig.person.scan("777XYZ");
    await rig.isRefused("busy");
    await rig.world.advance(5_000);
    expect(await rig.giveBack("777XYZ")).toBe(3);
    expect(rig.of(Kind.binFault)).toEqual([]);
  });

  it("says so when the latch does not answer, and the same code works again", async () => {
    await armed();
    // The door is open before the pulse on its lock is over, and the board drives one at a time.
    rig.machine.reader.scan("777XYZ");
    await rig.world.until(() => rig.screen === "bin-open", 5_000, "the door");
    rig.machine.button.press();
    await rig.world.advance(31);
    expect(rig.refusal).toBe("mount-fault");
    expect(rig.of(Kind.emergencyOutcome)).toMatchObject([{ result: Outcome.notOpened }]);
    await rig.person.choose("emergency-again");
    await rig.person.choose("unmount");
    await rig.person.type(rig.printed("unmount", 1));
    await rig.person.pressButton();
    expect(rig.machine.bins.mountReleased).toBe(true);
  });

  it("is refused while a lock moves, or the cell is empty", async () => {
    await armed();
    rig.machine.bins.jam(3, true);
    rig.machine.reader.scan("777XYZ");
    await rig.world.advance(200);
    await rig.person.pressButton();
    expect(rig.refusal).toBe("busy");
    await rig.world.advance(60_000);
    await rig.idle();
    await rig.askFor("unmount");
    await rig.person.type(rig.printed("unmount", 1));
    await rig.person.see("unmount-press");
    rig.machine.setMains(false);
    await rig.world.advance(100);
    rig.machine.gauge.lies = { millivolts: 3_200 };
    await rig.person.pressButton();
    expect(rig.refusal).toBe("battery-empty");
    expect(rig.machine.bins.mountReleased).toBe(false);
  });
});
