import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { transform } from "esbuild";
import { bundlePackages, bundleScript, ROOT } from "../engines/xs/bundle.js";
import { compileXs } from "../engines/xs/compile.js";
import { XsEngine } from "../engines/xs-engine.js";
import { XsHost, XsWorker } from "../engines/xs-worker.js";
import { People } from "../trials/scenarios/people.js";
import { Stage } from "../trials/stage/stage.js";
import type { Bench, Figures } from "./bench.js";
import { type Cost, costOnXs } from "./xs-cost.js";

const MINUTE_MS = 60_000;
/** Codes of the sample organisation (sim/samples). */
const BOOKING_CODE = "135790";
/** Odd. */
const REPEATS = 9;
const MODULES = ["mqtt-packet", "cbor-x", "tweetnacl", "firmware", "hal/drivers", "hal/bridge"] as const;

export const xsBench: Bench = {
  name: "xs",
  summary: "what the firmware costs on real XS (computrons: XS's own count, about 24 instructions each on a Cortex-M)",
  figures: {
    bootComputrons: "boot of a box with 40 exchanges in its journal, until it waits for events",
    pickupComputrons:
      "a pick-up by booking code, offline, from the first digit to the idle screen, median of 9; bridge included",
    dropoffComputrons: "a return by quick scan, offline, likewise",
    targetKeyComputrons: "the key of a target, an HMAC by tweetnacl, once its code is asked for",
    codeCheckComputrons: "check of one offline code behind its last digit, another HMAC",
    syncBatchComputrons: "64 records of 32 bytes made into a sealed publish",
    snapshotChunkComputrons: "1 KB of a snapshot opened and authenticated",
    forgedComputrons: "4 KB that do not open",
    shortForgedComputrons: "a message of one byte that does not open",
    "…Slots of each of these": "what it takes from the free slots between two collections, garbage included",
    bridgeCallComputrons: "the bridge's share: one HAL call without operands",
    pickupCalls: "HAL calls of that pick-up",
    dropoffCalls: "HAL calls of that return",
    idleSlots: "slots in use at idle after sync, of the whole machine",
    loadedSlots: "of those, what is there before the boot: XS and the program, which a board preloads into flash",
    ramSlots: "the others: what a board holds in RAM",
    bareSlots: "of the loaded, an XS machine with nothing loaded",
    bytecodeBytes: "bytecode of packages, firmware, drivers and bridge, without debug information",
    ...Object.fromEntries(MODULES.map((name) => [figureOf(name), `of that, ${name}`])),
  },
  async run(progress) {
    progress("a box with some history");
    const loadedSlots = await measureLoaded();
    const box = await measureBox(loadedSlots);
    progress("single pieces of work");
    const pieces = await measurePieces();
    progress("bytecode");
    return { ...box, ramSlots: box.idleSlots! - loadedSlots, ...pieces, loadedSlots, ...(await measureBytecode()) };
  },
};

async function measureLoaded(): Promise<number> {
  const host = new XsHost([compileXs().worker]);
  const loaded = new XsWorker(host, (request) => request);
  loaded.evaluate((await bundleScript("machine.ts")).source);
  const loadedSlots = loaded.evaluate("gc()").slots;
  loaded.kill();
  host.close();
  return loadedSlots;
}

const PIECES = ["targetKey", "codeCheck", "syncBatch", "snapshotChunk", "forged", "shortForged"] as const;

async function measurePieces(): Promise<Figures> {
  const { costs, bareSlots } = await costOnXs([...PIECES]);
  return {
    ...Object.assign({}, ...PIECES.map((name) => figuresOf(name, costs[name]))),
    bareSlots,
  };
}

async function measureBox(loadedSlots: number): Promise<Figures> {
  const engine = await XsEngine.open({ hashOfBoard: false });
  const stage = await Stage.open({ seed: 1, broker: "virtual", engine });
  try {
    const { machine, world } = stage;
    const people = new People(stage);
    machine.start();
    await stage.untilInSync(5 * MINUTE_MS);
    await people.comeAndGo(40);
    await stage.untilInSync(5 * MINUTE_MS);
    const idleSlots = engine.slotsInUse();
    while (people.carried.length > 0) await people.giveBack(people.carried[0]!);
    machine.net.setInternet("blackHole");
    // Until the connection has timed out and tries are far between.
    await world.advance(10 * MINUTE_MS);
    const spent = async (work: () => Promise<unknown>): Promise<Spent> => {
      const slots = machine.state === "running" ? engine.slotsInUse() : loadedSlots;
      const { computrons, calls } = engine;
      await work();
      return {
        computrons: engine.computrons - computrons,
        calls: engine.calls - calls,
        slots: engine.slots - slots,
      };
    };
    const pickups: Spent[] = [];
    const dropoffs: Spent[] = [];
    for (let i = 0; i < REPEATS; i++) {
      pickups.push(await spent(() => people.pickUp(BOOKING_CODE)));
      dropoffs.push(await spent(() => people.giveBack(people.carried[0]!)));
    }
    machine.powerCut();
    await world.advance(1_000);
    machine.restorePower();
    const boot = await spent(() => world.until(() => machine.state === "running", MINUTE_MS, "the boot"));
    return {
      ...figuresOf("boot", boot),
      ...figuresOf("pickup", median(pickups)),
      ...figuresOf("dropoff", median(dropoffs)),
      bridgeCallComputrons: engine.costOfCall(),
      pickupCalls: median(pickups).calls,
      dropoffCalls: median(dropoffs).calls,
      idleSlots,
    };
  } finally {
    await stage.close();
  }
}

interface Spent extends Cost {
  readonly calls: number;
}

function figuresOf(name: string, { computrons, slots }: Cost): Figures {
  return { [`${name}Computrons`]: computrons, [`${name}Slots`]: slots };
}

/** Of each figure: some exchanges carry a checkpoint of the journal or a try to connect with them, some a collection of garbage. */
function median(all: readonly Spent[]): Spent {
  const middle = (figure: keyof Spent) => all.map((one) => one[figure]).sort((a, b) => a - b)[(all.length - 1) / 2]!;
  return { computrons: middle("computrons"), slots: middle("slots"), calls: middle("calls") };
}

async function measureBytecode(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "smartbox-bytecode-"));
  try {
    const modules = await bundlePackages();
    const figures: Record<string, number> = {};
    for (const name of MODULES) {
      const files =
        name in modules ? [modules[name as keyof typeof modules]] : await scriptsOf(join(ROOT, name), folder);
      figures[figureOf(name)] = bytecodeOf(files);
    }
    const bytecodeBytes = Object.values(figures).reduce((sum, bytes) => sum + bytes, 0);
    return { bytecodeBytes, ...figures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** JavaScript of every TypeScript file under `source`, in `folder`. */
async function scriptsOf(source: string, folder: string): Promise<string[]> {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".d.ts"),
  );
  const written: string[] = [];
  for (const file of files) {
    const { code } = await transform(readFileSync(join(source, file), "utf8"), { loader: "ts", target: "es2022" });
    const path = join(folder, relative(ROOT, join(source, file)).replaceAll(/[\\/]/g, "_"));
    writeFileSync(path, code);
    written.push(path);
  }
  return written;
}

function bytecodeOf(files: readonly string[]): number {
  const { stdout, stderr, status } = spawnSync(compileXs().bytecode, files, { encoding: "utf8" });
  if (status !== 0) throw new Error(`no bytecode size: ${stderr}`);
  return stdout
    .trim()
    .split("\n")
    .reduce((sum, line) => sum + Number(line.split(" ")[0]), 0);
}

/** `mqtt-packet` → `bytecodeBytesMqttPacket`. */
function figureOf(module: string): string {
  return `bytecodeBytes${module.replace(/(?:^|[-/])(\w)/g, (_, first: string) => first.toUpperCase())}`;
}
