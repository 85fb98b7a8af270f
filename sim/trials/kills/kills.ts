import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XsEngine } from "../../engines/xs-engine.js";
import type { Random } from "../../world/random.js";
import { readJournalImage } from "../journal-reader/reader.js";
import type { Verdict } from "../judge/judge.js";
import { Hands } from "../soak/hands.js";
import { Visitors } from "../soak/visitors.js";
import { Stage } from "../stage/stage.js";
import { ChipFile } from "./chip-file.js";

const MINUTE_MS = 60_000;
/** The ring is filled and gone round within a few hundred kills. */
const JOURNAL = { sizeBytes: 65_536, sectorBytes: 4_096, alignBytes: 1 } as const;
/** Longest life of an emulator, in boots' worth of time: most lives are shorter, and some see many exchanges. */
const BOOTS_OF_A_LIFE = 4;
/** Visits before giving up, for each kill that is wanted: a box that never comes up would let nobody in. */
const VISITS_PER_KILL = 60;

export interface KillsResult extends Verdict {
  readonly seed: number;
  readonly kills: number;
  readonly boots: number;
  /** Kills after which the chip held part of an operation, or one that nobody was told of yet. */
  readonly inOperation: number;
  /** Kills after which the journal was read, and was sound. */
  readonly sound: number;
  readonly failure?: string;
}

/** What the trial watches from kill to kill. */
interface Watch {
  kills: number;
  inOperation: number;
  sound: number;
}

/**
 * The firmware on the emulated microcontroller, its flash in a file; SIGKILL ends the emulator at random instants of exchanges and replay. What
 * the seed decides is who comes, when the internet goes, and how long each emulator lives; the instant itself is the computer's.
 * Throws NoXsError where there is no emulator.
 */
export async function kills(options: {
  readonly seed: number;
  readonly kills: number;
  readonly progress?: (kills: number, exchanges: number) => void;
}): Promise<KillsResult> {
  const folder = mkdtempSync(join(tmpdir(), "smartbox-kills-"));
  const files = { flash: join(folder, "flash.bin"), lifetime: join(folder, "lifetime") };
  try {
    writeFileSync(files.lifetime, "0");
    const engine = await XsEngine.withFlash(files);
    const stage = await Stage.open({ seed: options.seed, broker: "virtual", engine, journal: JOURNAL });
    try {
      return await play(stage, engine, { ...options, files });
    } finally {
      await stage.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(
  stage: Stage,
  engine: XsEngine,
  options: Parameters<typeof kills>[0] & { readonly files: { readonly flash: string; readonly lifetime: string } },
): Promise<KillsResult> {
  const { seed, files, progress } = options;
  const { machine, world } = stage;
  const { identity, journal, snapshot } = machine.flash;
  const parts = Object.entries({ identity, journal, snapshot });
  const chip = new ChipFile(files.flash, parts);
  const random = world.random("kills");
  const watch: Watch = { kills: 0, inOperation: 0, sound: 0 };
  const hands = new Hands(stage, random);
  const visitors = new Visitors(stage, random, hands);
  let failure: string | undefined;
  try {
    const bootSeconds = await firstBoot(stage);
    const live = (isMortal: boolean): void =>
      writeFileSync(files.lifetime, isMortal ? lifeOf(random, bootSeconds) : "0");
    engine.onKilled = () => {
      watch.kills++;
      machine.powerCut({ backAfterMs: 1_000 + random.int(20_000) });
      look(chip, watch);
      live(watch.kills < options.kills);
    };
    live(true);
    machine.powerCut({ backAfterMs: 1_000 });
    await world.advance(2_000);
    for (let visits = 0; watch.kills < options.kills; visits++) {
      if (visits > options.kills * VISITS_PER_KILL) throw new Error(`only ${watch.kills} kills in ${visits} visits`);
      if (random.next() < 0.4) machine.net.setInternet(random.pick(["ok", "ok", "blackHole"] as const));
      await visitors.visit();
      await world.advance(random.int(20_000));
      progress?.(watch.kills, visitors.exchanges);
    }
    machine.net.setInternet("ok");
    await world.advance(MINUTE_MS);
    await hands.shutDoors();
    await stage.untilInSync(60 * MINUTE_MS);
    await world.advance(2 * MINUTE_MS);
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { kills: done, inOperation, sound } = watch;
  const common = { seed, kills: done, boots: machine.boots, inOperation, sound };
  return { ...common, ...stage.judge.verdict(), ...(failure !== undefined && { failure }) };
}

/** Until everything agrees. How long a boot takes on this computer today, s. */
async function firstBoot(stage: Stage): Promise<number> {
  stage.machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  stage.machine.powerCut();
  const began = performance.now();
  stage.machine.restorePower();
  await stage.world.until(() => stage.machine.panel.view?.screen === "idle", MINUTE_MS, "the keypad");
  return (performance.now() - began) / 1_000;
}

/** Seconds that an emulator lives, as `timeout` reads them. */
function lifeOf(random: Random, bootSeconds: number): string {
  return (bootSeconds * (0.2 + random.next() * BOOTS_OF_A_LIFE)).toFixed(4);
}

/** Compares what the chip holds with what was told of it, reads the journal with the reader that shares no code, and goes on from there. */
function look(chip: ChipFile, watch: Watch): void {
  for (const { name, flash, image } of chip.images()) {
    if (name === "journal") {
      const told = readJournalImage(flash.image(), JOURNAL);
      const there = readJournalImage(image, JOURNAL);
      if (there.epoch !== told.epoch) throw new Error(`the journal's epoch is ${there.epoch}, and was ${told.epoch}`);
      // The record under way may be whole before anybody was told.
      if (there.nextSeq !== told.nextSeq && there.nextSeq !== told.nextSeq + 1) {
        throw new Error(`the journal goes on with record ${there.nextSeq}; it was told of all before ${told.nextSeq}`);
      }
      watch.sound++;
    }
    const sectors = sectorsThatDiffer(flash.image(), image, flash.sectorBytes);
    if (sectors.length > 1) throw new Error(`${name}: sectors ${sectors.join(", ")} differ from what was told`);
    if (sectors.length === 1) watch.inOperation++;
    flash.load(image);
  }
}

function sectorsThatDiffer(a: Uint8Array, b: Uint8Array, sectorBytes: number): number[] {
  const sectors: number[] = [];
  for (let at = 0; at < a.length; at += sectorBytes) {
    const end = at + sectorBytes;
    if (Buffer.compare(a.subarray(at, end), b.subarray(at, end)) !== 0) sectors.push(at / sectorBytes);
  }
  return sectors;
}
