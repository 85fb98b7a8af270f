import { spawnSync } from "node:child_process";
import { McuXs } from "../engines/mcu-xs.js";
import { mcuImage } from "../engines/xs/mcu-image.js";
import { XsEngine } from "../engines/xs-engine.js";
import type { XsReport } from "../engines/xs-worker.js";
import { packOf } from "../trials/scenarios/emergency.js";
import { People } from "../trials/scenarios/people.js";
import { Stage } from "../trials/stage/stage.js";
import type { Bench, Figures } from "./bench.js";

const MINUTE_MS = 60_000;
/** Of the boards' processors. */
const MEGAHERTZ = 240;
/** Of the emulated board's timer, one tick (hal/mcu/ticks.h). */
const INSTRUCTIONS_PER_TICK = 40;
/** Of a 32-bit XS. */
const SLOT_BYTES = 16;
const HISTORY_EXCHANGES = 40;
/** Codes of the sample organisation (sim/samples), and one that nobody has. */
const BOOKING_CODE = "135790";
const WRONG_CODE = "99999999";
/** Odd. */
const REPEATS = 5;
const PIECES = ["targetKey", "codeCheck", "syncBatch", "snapshotChunk"] as const;

export const mcuBench: Bench = {
  name: "mcu",
  summary:
    "what the firmware costs on an emulated Cortex-M7, in instructions that QEMU counts; XS without its own count, as on a board",
  figures: {
    bootInstructions: "from reset to a usable keypad, of a box with 40 exchanges in its journal, drivers included",
    cloneInstructions: "of that, from reset to a machine made from the prepared program",
    collectionInstructions: "one collection of garbage, with nothing booted",
    targetKeyInstructions: "the key of a target, an HMAC by tweetnacl, once its code is asked for",
    codeCheckInstructions: "check of one offline code behind its last digit, another HMAC",
    syncBatchInstructions: "64 records of 32 bytes made into a sealed publish",
    snapshotChunkInstructions: "1 KB of a snapshot opened and authenticated",
    verdictInstructions: "from enter behind the last digit of a wrong offline code to the refusal, its record included",
    pulseInstructions: "from enter behind the last digit of a booking code to the lock's pulse",
    pickupInstructions:
      "a pick-up by booking code, offline, from the first digit to the idle screen, median of 5; bridge included",
    "…Milliseconds of each of these": `at ${MEGAHERTZ} MHz and one instruction a cycle`,
    heapBytesIdle: "slots and chunks in use at idle in sync, of the whole machine, after a collection",
    clonedHeapBytes: "of those, what the machine holds before it boots",
    ramBytes: "all RAM of the image: a heap of fixed size, both stacks, malloc, buffers and data",
    stackSlotsMost: "of XS's stack",
    stackBytesMost: "of the C stack",
    mallocBytesMost: "that malloc has had",
    codeBytes: "C in flash: XS, and what is around it",
    bytecodeBytes: "bytecode of the program in flash, with the tables of its names",
    objectBytes: "prepared objects in flash",
    chunkBytes: "and their strings, names and arrays",
  },
  async run(progress) {
    progress("single pieces of work");
    const pieces = await measurePieces();
    progress("a box with some history");
    return { ...pieces, ...(await measureCloned()), ...(await measureBox()), ...(await measureImage()) };
  },
};

function cost(name: string, instructions: number): Figures {
  const milliseconds = Math.round(instructions / MEGAHERTZ / 100) / 10;
  return { [`${name}Instructions`]: instructions, [`${name}Milliseconds`]: milliseconds };
}

async function measurePieces(): Promise<Figures> {
  const machines = await McuXs.counting({ program: "mcu-bench.ts" });
  const worker = machines.start((request) => request);
  try {
    let before = 0;
    const spent = (piece: string): number => {
      const { ticks } = worker.command(Buffer.from(piece)).board!;
      const instructions = (ticks - before) * INSTRUCTIONS_PER_TICK;
      before = ticks;
      return instructions;
    };
    // The first run allocates what later ones use again; the very first has the boot in it.
    for (const piece of ["nothing", ...PIECES]) spent(piece);
    const nothing = spent("nothing");
    const figures = PIECES.map((piece) => cost(piece, spent(piece) - nothing));
    return Object.assign({}, ...figures) as Figures;
  } finally {
    worker.kill();
    machines.close();
  }
}

function heapBytes({ slots, board }: XsReport): number {
  return slots * SLOT_BYTES + board!.chunkBytes;
}

/** A machine of the prepared program, and nothing booted. */
async function measureCloned(): Promise<Figures> {
  const machines = await McuXs.counting();
  const worker = machines.start((request) => request);
  try {
    const first = worker.command(new Uint8Array(0));
    const { ticks } = worker.command(new Uint8Array(0)).board!;
    const collection = ticks - first.board!.ticks;
    return {
      ...cost("clone", (first.board!.ticks - collection) * INSTRUCTIONS_PER_TICK),
      ...cost("collection", collection * INSTRUCTIONS_PER_TICK),
      clonedHeapBytes: heapBytes(first),
    };
  } finally {
    worker.kill();
    machines.close();
  }
}

async function measureBox(): Promise<Figures> {
  const engine = await XsEngine.counting();
  const stage = await Stage.open({ seed: 1, broker: "virtual", parts: "registers", engine });
  try {
    const { machine, world, person } = stage;
    const people = new People(stage);
    const spent = async (work: () => Promise<unknown>): Promise<number> => {
      const before = engine.ticks;
      await work();
      return (engine.ticks - before) * INSTRUCTIONS_PER_TICK;
    };
    machine.start();
    await stage.untilInSync(5 * MINUTE_MS);
    await people.comeAndGo(HISTORY_EXCHANGES);
    await stage.untilInSync(5 * MINUTE_MS);
    while (people.carried.length > 0) await people.giveBack(people.carried[0]!);
    await stage.untilInSync(5 * MINUTE_MS);
    const idle = heapBytes(engine.afterCollection());
    machine.net.setInternet("blackHole");
    // Until the connection has timed out and tries are far between.
    await world.advance(10 * MINUTE_MS);
    const pickups: number[] = [];
    for (let i = 0; i < REPEATS; i++) {
      pickups.push(await spent(() => people.pickUp(BOOKING_CODE)));
      await people.giveBack(people.carried[0]!);
    }
    for (const digit of BOOKING_CODE) machine.panel.input({ kind: "digit", digit: Number(digit) });
    await world.advance(1_000);
    const pulse = await spent(async () => {
      let isPulsed = false;
      const stop = machine.bins.watch((event) => {
        isPulsed ||= event.kind === "pulse";
      });
      machine.panel.input({ kind: "enter" });
      await world.until(() => isPulsed, MINUTE_MS, "the pulse");
      stop();
    });
    await person.closeDoor(await person.waitForDoor());
    await people.idle();
    const verdict = await spentOnVerdict(stage, spent);
    machine.powerCut();
    await world.advance(1_000);
    machine.restorePower();
    const boot = await spent(() => world.until(() => machine.panel.view?.screen === "idle", MINUTE_MS, "the keypad"));
    const { stackSlots, stackBytes, mallocBytes } = engine.board!;
    return {
      ...cost("boot", boot),
      ...cost("pickup", pickups.sort((a, b) => a - b)[(REPEATS - 1) / 2]!),
      ...cost("pulse", pulse),
      ...cost("verdict", verdict),
      heapBytesIdle: idle,
      stackSlotsMost: stackSlots,
      stackBytesMost: stackBytes,
      mallocBytesMost: mallocBytes,
    };
  } finally {
    await stage.close();
  }
}

/** Somebody types a wrong offline code for a bin. */
async function spentOnVerdict(stage: Stage, spent: (work: () => Promise<unknown>) => Promise<number>): Promise<number> {
  const { machine, world, person } = stage;
  await person.choose("emergency");
  await person.choose("all-bins");
  await person.see("emergency-code");
  const isTheCode = packOf(stage).sheet?.targets.some(({ codes }) => codes.some(({ code }) => code === WRONG_CODE));
  if (isTheCode === true) throw new Error("the wrong code is a right one: choose another");
  for (const digit of WRONG_CODE.slice(1)) machine.panel.input({ kind: "digit", digit: Number(digit) });
  await world.advance(1_000);
  return await spent(async () => {
    machine.panel.input({ kind: "digit", digit: Number(WRONG_CODE[0]) });
    machine.panel.input({ kind: "enter" });
    await world.until(() => machine.panel.view?.screen === "refused", MINUTE_MS, "the refusal");
  });
}

async function measureImage(): Promise<Figures> {
  const sections = run("arm-none-eabi-size", ["-A", await mcuImage({ metering: false })]);
  const bytes = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + Number(new RegExp(`^\\${name} +(\\d+)`, "m").exec(sections)![1]), 0);
  return {
    ramBytes: bytes(".data", ".bss", ".heap", ".stack"),
    codeBytes: bytes(".text", ".data"),
    bytecodeBytes: bytes(".rom_head"),
    objectBytes: bytes(".rom_slots"),
    chunkBytes: bytes(".rom_chunks"),
  };
}

function run(program: string, args: readonly string[]): string {
  const { stdout, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}
