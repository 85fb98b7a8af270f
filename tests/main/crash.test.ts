import { afterEach, expect, test } from "vitest";
import { boot } from "../../firmware/main.js";
import { Kind } from "../../firmware/records/records.js";
import type { Hal } from "../../hal/ports/hal.js";
import { BoxRig, VAN } from "../support/box-rig.js";

let rig: BoxRig;
let throwNow: ((error: Error) => void) | undefined;
afterEach(() => rig.check());

/** A firmware into which a fault can be put. */
function faulty(hal: Hal): void {
  boot(hal);
  throwNow = (error) => {
    hal.timers.set(0, () => {
      throw error;
    });
  };
}

async function crash(error: Error): Promise<void> {
  throwNow!(error);
  await rig.world.advance(10_000);
  // What the rig takes for a failure is what was asked for.
  rig.machine.crashes.length = 0;
  rig.machine.crashCount = 0;
}

test("a fault is on record at the next boot, with the last lines of the trace, and once only", async () => {
  rig = await BoxRig.started({ machine: { boot: faulty } });
  await crash(new TypeError("undefined is not an object"));
  expect(rig.machine.boots).toBe(2);
  expect(rig.of(Kind.crash)).toMatchObject([
    { reason: "TypeError: undefined is not an object", lines: expect.stringMatching(/\n$/) },
  ]);
  const kinds = rig.records().map(({ kind }) => kind);
  expect(kinds[kinds.indexOf(Kind.crash) - 1]).toBe(Kind.boot);
  expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  await crash(new Error("again"));
  expect(rig.of(Kind.crash).map(({ reason }) => reason)).toEqual([
    "TypeError: undefined is not an object",
    "Error: again",
  ]);
});

test("a fault at each boot: after five the box says so on its screen, and tries again ten minutes later", async () => {
  let isFaulty = true;
  rig = new BoxRig({
    machine: {
      boot: (hal) => {
        const flash = {
          ...hal.flash,
          get journal() {
            if (isFaulty) throw new TypeError("x is not a function");
            return hal.flash.journal;
          },
        };
        boot({ ...hal, flash });
      },
    },
  });
  rig.machine.start();
  const stopped = () => rig.person.see("stopped", 60_000);
  for (const boots of [6, 12]) {
    await stopped();
    expect(rig.title).toEqual({ id: "stopped-fault", params: { reason: "TypeError: x is not a function" } });
    expect(rig.machine.boots).toBe(boots);
    await rig.world.advance(599_000);
    expect([rig.screen, rig.machine.boots]).toEqual(["stopped", boots]);
    await rig.world.advance(1_000);
  }
  isFaulty = false;
  await rig.idle();
  expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  rig.machine.crashes.length = 0;
});

test("faults with ten minutes between them are no reason to stop", async () => {
  rig = await BoxRig.started({ machine: { boot: faulty } });
  for (let i = 0; i < 7; i++) {
    await crash(new Error("now and then"));
    expect(rig.screen).toBe("idle");
    await rig.world.advance(600_000);
  }
});

test("a program that hangs is told as such", async () => {
  let isHung = false;
  rig = await BoxRig.started({
    machine: {
      boot: (hal) => {
        const feed = () => {
          if (!isHung) hal.watchdog.feed();
        };
        boot({ ...hal, watchdog: { start: (ms) => hal.watchdog.start(ms), feed } });
      },
    },
  });
  isHung = true;
  await rig.world.advance(61_000);
  isHung = false;
  await rig.world.advance(10_000);
  expect(rig.of(Kind.crash)).toMatchObject([{ reason: "watchdog" }]);
});

test("power cuts, sleep and wakes leave no such record", async () => {
  rig = await BoxRig.started({ machine: { boot: faulty } });
  rig.machine.powerCut({ backAfterMs: 100 });
  await rig.world.advance(10_000);
  rig.machine.setMains(false);
  await rig.world.advance(600_000);
  expect(rig.machine.state).toBe("asleep");
  rig.machine.setMains(true);
  await rig.world.advance(10_000);
  expect(rig.machine.boots).toBe(3);
  expect(rig.of(Kind.crash)).toEqual([]);
});
