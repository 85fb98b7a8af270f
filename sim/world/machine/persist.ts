import { mkdir, open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { NorFlash } from "../devices/nor-flash.js";
import type { Machine, MachineState } from "./machine.js";

const FORMAT = 1;
const PARTITIONS = ["journal", "snapshot"] as const;

interface Manifest {
  readonly format: number;
  readonly generation: number;
  readonly name: string;
  readonly state: MachineState;
}

/** The saved state cannot be used; the message names the file and what is wrong with it. */
export class PersistError extends Error {}

/**
 * Writes what the box keeps without power to `directory`: flash images in files of a new generation, then `machine.json`, which
 * names that generation, by an atomic rename. A crash in between leaves the generation before whole. One save at a time.
 */
export async function saveMachine(machine: Machine, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  // The images and the state are of one moment, before the first await lets the world run on.
  const images = PARTITIONS.map((name) => ({ name, image: machine.flash[name].image() }));
  const state = machine.saved;
  const generation = (await lastGeneration(directory)) + 1;
  for (const { name, image } of images) await writeSynced(join(directory, imageName(name, generation)), image);
  const manifest: Manifest = { format: FORMAT, generation, name: machine.name, state };
  const temporary = join(directory, "machine.json.new");
  await writeSynced(temporary, JSON.stringify(manifest, undefined, 2));
  await rename(temporary, join(directory, "machine.json"));
  await syncDirectory(directory);
  await removeOthers(directory, generation);
}

/**
 * Takes over what `saveMachine` wrote; only before `start`. False when nothing was ever saved there. Throws PersistError on
 * anything else that is not a sound save of this box.
 */
export async function loadMachine(machine: Machine, directory: string): Promise<boolean> {
  const file = join(directory, "machine.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new PersistError(`${file}: ${error.message}`);
  });
  if (text === undefined) return false;
  const manifest = parse(file, text);
  if (manifest.name !== machine.name)
    throw new PersistError(`${file}: saved by box ${manifest.name}, not ${machine.name}`);
  const { contents } = manifest.state.bins;
  if (contents.length !== machine.bins.count) {
    throw new PersistError(`${file}: saved with ${contents.length} bins, the box has ${machine.bins.count}`);
  }
  const images: [NorFlash, Uint8Array][] = [];
  for (const name of PARTITIONS) {
    images.push([
      machine.flash[name],
      await readImage(join(directory, imageName(name, manifest.generation)), machine.flash[name]),
    ]);
  }
  machine.restore(manifest.state);
  for (const [part, image] of images) part.load(image);
  return true;
}

function imageName(partition: string, generation: number): string {
  return `${partition}.${generation}.bin`;
}

async function readImage(file: string, part: NorFlash): Promise<Uint8Array> {
  const image = await readFile(file).catch((error: Error) => {
    throw new PersistError(`${file}: ${error.message}`);
  });
  if (image.length !== part.sizeBytes)
    throw new PersistError(`${file}: ${image.length} bytes, the partition has ${part.sizeBytes}`);
  return image;
}

function parse(file: string, text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PersistError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isManifest(value)) throw new PersistError(`${file}: not a saved machine of format ${FORMAT}`);
  return value;
}

function isManifest(value: unknown): value is Manifest {
  if (!isObject(value) || !isObject(value.state)) return false;
  const { battery, bins, rtcErrorSeconds, wifi, mains } = value.state;
  return (
    value.format === FORMAT &&
    Number.isSafeInteger(value.generation) &&
    typeof value.name === "string" &&
    typeof mains === "boolean" &&
    isObject(battery) &&
    typeof battery.present === "boolean" &&
    Number.isFinite(battery.chargeMilliampHours) &&
    (rtcErrorSeconds === null || Number.isFinite(rtcErrorSeconds)) &&
    isObject(bins) &&
    isArrayOf(bins.contents, (one) => one === null || typeof one === "string") &&
    isArrayOf(bins.open, (one) => typeof one === "boolean") &&
    (wifi === null || (isObject(wifi) && typeof wifi.ssid === "string" && typeof wifi.passphrase === "string"))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isArrayOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

/** Of any file that is there: a generation that was left half-written is never written again. */
async function lastGeneration(directory: string): Promise<number> {
  const numbers = (await readdir(directory)).map((name) => Number(/^[a-z]+\.(\d+)\.bin$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

async function removeOthers(directory: string, generation: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const found = /^(?:journal|snapshot)\.(\d+)\.bin$/.exec(name);
    if (found !== null && Number(found[1]) !== generation) await unlink(join(directory, name));
  }
}

async function writeSynced(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
