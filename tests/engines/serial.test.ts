import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type Engine, NODE_ENGINE } from "../../sim/engines/engine.js";
import { Tty } from "../../sim/engines/serial/tty.js";
import { SerialEngine } from "../../sim/engines/serial-engine.js";
import { People } from "../../sim/trials/scenarios/people.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import { SerialBench, whyNoPty } from "../support/serial-bench.js";

/**
 * Boards at the far end of a serial line: the firmware and its drivers in a process of their own, behind a pseudo-terminal; the parts are
 * simulated here, register by register.
 */

vi.setConfig({ testTimeout: 180_000 });

const SEED = 7;
const MINUTE_MS = 60_000;
/** Of the sample organisation (sim/samples). */
const BOOKING_CODE = "135790";
const benches: SerialBench[] = [];
const folder = mkdtempSync(join(tmpdir(), "smartbox-bench-"));

function bench(...of: Parameters<typeof SerialBench.open>): string {
  const made = SerialBench.open(...of);
  benches.push(made);
  return made.path;
}

/** A boot, a pick-up, a power cut and another boot; the trace of it. */
async function played(engine: Engine, started: () => void = () => {}): Promise<string> {
  const stage = await Stage.open({ seed: SEED, broker: "virtual", parts: "registers", engine });
  try {
    const { machine, world } = stage;
    machine.start();
    started();
    await stage.untilInSync(5 * MINUTE_MS);
    const people = new People(stage);
    await people.pickUp(BOOKING_CODE);
    machine.powerCut();
    await world.advance(1_000);
    machine.restorePower();
    await world.until(() => machine.panel.view?.screen === "idle", MINUTE_MS, "the keypad");
    expect(stage.judge.verdict().problems).toEqual([]);
    return world.trace.hash();
  } finally {
    await stage.close();
  }
}

/** Node where, as on a board, sealed messages take no virtual time. */
const NODE: Engine = { boot: NODE_ENGINE.boot, openingComputrons: 0, close: NODE_ENGINE.close };

async function expectSameTrace(engine: Engine): Promise<void> {
  expect(await played(engine)).toBe(await played(NODE));
}

afterEach(() => {
  for (const one of benches.splice(0)) one.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("no image that is shipped has the agent", () => {
  for (const path of [
    "manifest.json",
    "hal/moddable/targets/ms5/manifest.json",
    "hal/moddable/targets/ms4/manifest.json",
  ]) {
    const text = readFileSync(path, "utf8");
    expect(text).toContain("hal/");
    expect(text).not.toMatch(/hal\/bridge/);
  }
});

describe.skipIf(whyNoPty() !== undefined)("a board on a serial line", () => {
  test("leaves the trace that the firmware leaves on Node, power cut included", async () => {
    await expectSameTrace(new SerialEngine({ path: bench({ kind: "sound" }) }));
  });

  test("leaves the same trace over a line that spoils and loses bytes", async () => {
    await expectSameTrace(new SerialEngine({ path: bench({ kind: "sound", noise: 0.000_02, seed: SEED }) }));
    expect(benches[0]!.told()).toMatch(/spoilt [1-9]/);
  });

  test("loses its power by a relay, where there is one", async () => {
    const log = join(folder, "log");
    writeFileSync(log, "");
    await played(new SerialEngine({ path: bench({ kind: "sound" }), relay: `echo {state} >> ${log}` }));
    expect(readFileSync(log, "utf8").trim().split("\n")).toEqual(["off", "on", "off", "on"]);
  });

  test("does not take a relay that fails for a power cut", async () => {
    const engine = new SerialEngine({ path: bench({ kind: "sound" }), relay: "echo no such relay >&2; exit 1" });
    await expect(played(engine)).rejects.toThrow(/the relay did not switch: .*: no such relay/);
  });

  test("that hangs is given up after a while", async () => {
    const engine = new SerialEngine({ path: bench({ kind: "hangs" }) });
    await expect(played(engine)).rejects.toThrow(/has not answered for 6 s: it hangs, or was unplugged/);
  });

  test("that is unplugged is told as that", async () => {
    const engine = new SerialEngine({ path: bench({ kind: "sound" }) });
    await expect(played(engine, () => benches[0]!.unplug())).rejects.toThrow(/has gone.*unplugged\?/);
  });

  test("of another model is none for this box", async () => {
    const engine = new SerialEngine({ path: bench({ kind: "sound", model: "MS4" }) });
    await expect(played(engine)).rejects.toThrow(/is an MS4, and the scenario wants an MS5/);
  });

  test.each([
    ["old", "is of version 99, this rig of version 1: flash the image of this commit"],
    ["babbles", "talks, but is no agent of a rig: flash an image for a rig"],
    ["silent", "is silent: powered? right baud?"],
  ] as const)("that is %s cannot be had", (kind, why) => {
    const path = bench({ kind });
    expect(() => new SerialEngine({ path, startsWithinMs: 2_000 })).toThrow(why);
    // And the port is free again.
    new Tty(path, 460_800).close();
  });

  test("is one process's alone", () => {
    const path = bench({ kind: "sound" });
    const first = new SerialEngine({ path });
    expect(() => new SerialEngine({ path })).toThrow(`${path} is busy: process ${process.pid} has it`);
    first.close();
    new SerialEngine({ path }).close();
  });

  test("that is not there is told as that", () => {
    expect(() => new SerialEngine({ path: "/dev/ttyNONE" })).toThrow(
      /there is no \/dev\/ttyNONE: is the board plugged in/,
    );
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => new SerialEngine({ path: file })).toThrow(/is no serial port/);
  });

  test("runs beside another one, each on its own line", async () => {
    const paths = [bench({ kind: "sound" }), bench({ kind: "sound" })];
    const engines = paths.map((path) => new SerialEngine({ path }));
    const [first, second] = await Promise.all(engines.map((engine) => played(engine)));
    expect(first).toBe(second);
  });
});
