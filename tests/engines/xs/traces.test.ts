import { describe, expect, test } from "vitest";
import { Kind } from "../../../firmware/records/records.js";
import { type Engine, NODE_ENGINE } from "../../../sim/engines/engine.js";
import { XsEngine } from "../../../sim/engines/xs-engine.js";
import { play, SCENARIOS } from "../../../sim/trials/scenarios/play.js";
import type { Scenario } from "../../../sim/trials/scenarios/scenario.js";
import { soak } from "../../../sim/trials/soak/soak.js";
import { Random } from "../../../sim/world/random.js";
import { TraceLog } from "../../../sim/world/trace.js";
import { BoxRig, FLAT, VAN } from "../../support/box-rig.js";
import { whyNoXs } from "../../support/xs.js";
import { tinker } from "../../world/parts/tinker.js";

/** Same seed, same trace: what the firmware does on real XS is what it does on Node, line for line. */

const missing = whyNoXs();

/** Compared at most: a month of guesses has hundreds of boots, and the first of them say what the others would. */
const MAX_LINES = 4_000;

class EnoughSeen extends Error {}

/** Runs it on both, and compares line by line, so that a failure names the place and not two hashes. */
async function compare<T extends object>(
  run: (engine: Engine | undefined, sink: (line: string) => void) => Promise<T>,
  maxLines = MAX_LINES,
): Promise<{ node: T | undefined; xs: T | undefined; lines: number }> {
  const onNode: string[] = [];
  const node = await untilEnough(run, maxLines, undefined, (line) => onNode.push(line));
  let lines = 0;
  let parted: { readonly node: string | undefined; readonly xs: string } | undefined;
  const xs = await untilEnough(run, maxLines, await XsEngine.open(), (line) => {
    if (parted === undefined && onNode[lines] !== line) parted = { node: onNode[lines], xs: line };
    lines++;
  });
  expect(parted, `line ${lines}`).toBeUndefined();
  expect(lines).toBe(onNode.length);
  return { node, xs, lines };
}

/** Undefined: stopped at `maxLines`. Every later line stops it again, whoever takes the exception on its way. */
async function untilEnough<T extends object>(
  run: (engine: Engine | undefined, sink: (line: string) => void) => Promise<T>,
  maxLines: number,
  engine: Engine | undefined,
  sink: (line: string) => void,
): Promise<T | undefined> {
  let lines = 0;
  try {
    const result = await run(engine, (line) => {
      if (lines >= maxLines) throw new EnoughSeen("enough seen");
      lines++;
      sink(line);
    });
    return lines >= maxLines ? undefined : result;
  } catch (error) {
    if (!(error instanceof EnoughSeen)) throw error;
    return undefined;
  }
}

describe.skipIf(missing)("on real XS", () => {
  // What is about bytes on real sockets has no virtual time, and no trace to compare. An image for Node is no program for XS: what is
  // flashed differs.
  const isVirtual = ({ onlyWith, onDatabase }: Scenario) =>
    onDatabase !== true && (onlyWith?.brokers.includes("virtual") ?? true);
  const comparable = SCENARIOS.filter((scenario) => isVirtual(scenario) && scenario.takesUpdates !== true);
  const cases = comparable.flatMap((scenario) => [1].map((seed) => [scenario.name, seed, scenario] as const));

  test.each(cases)("scenario %s, seed %i", { timeout: 180_000 }, async (_, seed, scenario) => {
    // A broker that is killed in the middle of a replay needs one of more than a batch.
    const options = { exchanges: scenario.name === "broker-killed" ? 40 : 12, killBroker: false };
    const { node, xs, lines } = await compare((engine, sink) =>
      play(scenario, { seed, broker: "virtual", sink, ...(engine && { engine }) }, options, () => {}),
    );
    expect(node?.failure).toBeUndefined();
    expect(xs).toEqual(node);
    if (node === undefined) expect(lines).toBe(MAX_LINES);
    else expect(xs?.traceHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each(["outage", "emergency-all", "flapping-mains"])(
    "scenario %s with the drivers on XS too, on simulated registers",
    { timeout: 180_000 },
    async (name) => {
      const scenario = SCENARIOS.find((one) => one.name === name)!;
      const options = { exchanges: 6, killBroker: false };
      const { node, xs } = await compare((engine, sink) =>
        play(
          scenario,
          { seed: 2, broker: "virtual", parts: "registers", sink, ...(engine && { engine }) },
          options,
          () => {},
        ),
      );
      expect(node?.failure).toBeUndefined();
      expect(xs).toEqual(node);
    },
  );

  test("drivers whose parts break and mend", { timeout: 180_000 }, async () => {
    const { node, xs } = await compare((engine, sink) => brokenParts(engine, sink));
    expect(node?.faults).toContain("reader");
    expect(node?.faults.length).toBeGreaterThan(4);
    expect(xs).toEqual(node);
  });

  test("random use with power cuts, torn writes and lost links", { timeout: 180_000 }, async () => {
    const { node, xs } = await compare(
      (engine, sink) => soak({ seed: 11, exchanges: 60, progress: () => {}, sink, ...(engine && { engine }) }),
      Number.POSITIVE_INFINITY,
    );
    expect(node?.failure).toBeUndefined();
    expect(node?.powerCuts).toBeGreaterThan(5);
    expect(xs).toEqual(node);
  });
});

/** People at a box whose parts fail one after another; what the box has on record of them. */
async function brokenParts(
  engine: Engine = NODE_ENGINE,
  sink: (line: string) => void,
): Promise<{ pulses: number[]; faults: string[] }> {
  const trace = new TraceLog({ keep: 10, sink });
  const boots = { boot: engine.boot.bind(engine), bootOnIo: engine.bootOnIo?.bind(engine) };
  const rig = new BoxRig({ seed: 3, trace, machine: { parts: "registers", ...boots } });
  try {
    await rig.start();
    const random = new Random(3);
    for (let step = 0; step < 60; step++) {
      tinker(rig.machine.parts!, random);
      if (random.next() < 0.3) await rig.person.type(random.pick([VAN.code, FLAT.code]));
      if (random.next() < 0.3) await rig.person.scan(random.pick([VAN.fob, "777XYZ"]));
      for (const [bin, isOpen] of rig.machine.bins.state.open.entries()) if (isOpen) rig.machine.bins.close(bin);
      await rig.world.advance(random.int(20_000));
    }
    rig.check();
    return { pulses: rig.pulses, faults: rig.of(Kind.device).map(({ name }) => name) };
  } finally {
    engine.close();
  }
}
