import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { NorFlash } from "../devices/nor-flash.js";
import type { Machine, MachineState } from "./machine.js";

const FORMAT = 1;
const PARTITIONS = ["journal", "snapshot"] as const;

/** Of `ImageFlash.all`, in that order. */
const IMAGE_PARTITIONS = ["update", "slot-a", "slot-b"] as const;

interface Manifest {
  readonly format: number;
  readonly generation: number;
  readonly name: string;
  readonly state: MachineState;
  /** Of each of `IMAGE_PARTITIONS`, the generation in which it was written; absent: they are as the factory made them. */
  readonly images?: readonly number[];
}

/** What was written last of slots, which are large and seldom change: generation and state of the part, by directory. */
const written = new WeakMap<
  NorFlash,
  { readonly directory: string; readonly state: string; readonly generation: number }
>();

/** The saved state cannot be used; the message names the file and what is wrong with it. */
export class PersistError extends Error {}

/** What a box keeps without power, as it was at one moment. */
export interface SavedMachine {
  readonly state: MachineState;
  readonly journal: Uint8Array;
  readonly snapshot: Uint8Array;
  /** The partition `update` and the slots; absent: as the factory made them. */
  readonly images?: readonly Uint8Array[];
}

/**
 * Writes what the box keeps without power to `directory`: flash images in files of a new generation, then `machine.json`, which
 * names that generation, by an atomic rename. A crash in between leaves the generation before whole. Durable when it returns:
 * no event of the world comes in between.
 */
export function saveMachine(machine: Machine, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const generation = lastGeneration(directory) + 1;
  for (const name of PARTITIONS) writeSynced(join(directory, imageName(name, generation)), machine.flash[name].image());
  const images = machine.images?.isAsMade === false ? saveImages(machine.images.all, directory, generation) : undefined;
  const manifest: Manifest = {
    format: FORMAT,
    generation,
    name: machine.name,
    state: machine.saved,
    ...(images && { images }),
  };
  const temporary = join(directory, "machine.json.new");
  writeSynced(temporary, JSON.stringify(manifest, undefined, 2));
  renameSync(temporary, join(directory, "machine.json"));
  syncDirectory(directory);
  const current = IMAGE_PARTITIONS.map((name, i) => imageName(name, images?.[i] ?? generation));
  removeOthers(directory, [...PARTITIONS.map((name) => imageName(name, generation)), ...current]);
}

/** Writes those that have changed since they were written there. Returns the generation of each. */
function saveImages(parts: readonly NorFlash[], directory: string, generation: number): readonly number[] {
  return parts.map((part, i) => {
    const state = part.revisions.join(" ");
    const last = written.get(part);
    if (last?.directory === directory && last.state === state) return last.generation;
    writeSynced(join(directory, imageName(IMAGE_PARTITIONS[i]!, generation)), part.image());
    written.set(part, { directory, state, generation });
    return generation;
  });
}

/**
 * What `saveMachine` wrote there of this box; undefined when nothing was ever saved. Throws PersistError on anything else that is
 * not a sound save of it.
 */
export function readSaved(machine: Machine, directory: string): SavedMachine | undefined {
  const file = join(directory, "machine.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new PersistError(`${file}: ${(error as Error).message}`);
  }
  const manifest = parse(file, text);
  if (manifest.name !== machine.name)
    throw new PersistError(`${file}: saved by box ${manifest.name}, not ${machine.name}`);
  const { contents } = manifest.state.bins;
  if (contents.length !== machine.bins.count) {
    throw new PersistError(`${file}: saved with ${contents.length} bins, the box has ${machine.bins.count}`);
  }
  const image = (name: (typeof PARTITIONS)[number]) =>
    readImage(join(directory, imageName(name, manifest.generation)), machine.flash[name]);
  const images = manifest.images?.map((generation, i) => {
    const part = machine.images?.all[i];
    if (part === undefined) throw new PersistError(`${file}: saved with slots for firmware, which the box has not`);
    return readImage(join(directory, imageName(IMAGE_PARTITIONS[i]!, generation)), part);
  });
  return { state: manifest.state, journal: image("journal"), snapshot: image("snapshot"), ...(images && { images }) };
}

/** Takes over what was saved; only before `start`. */
export function restoreMachine(machine: Machine, saved: SavedMachine): void {
  machine.restore(saved.state);
  for (const name of PARTITIONS) machine.flash[name].load(saved[name]);
  for (const [i, image] of saved.images?.entries() ?? []) machine.images!.all[i]!.load(image);
}

function imageName(partition: string, generation: number): string {
  return `${partition}.${generation}.bin`;
}

function readImage(file: string, part: NorFlash): Uint8Array {
  let image: Uint8Array;
  try {
    image = new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new PersistError(`${file}: ${(error as Error).message}`);
  }
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
    (value.images === undefined || isArrayOf(value.images, Number.isSafeInteger)) &&
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
function lastGeneration(directory: string): number {
  const numbers = readdirSync(directory).map((name) => Number(/^[a-z-]+\.(\d+)\.bin$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

function removeOthers(directory: string, kept: readonly string[]): void {
  for (const name of readdirSync(directory)) {
    if (/^[a-z-]+\.\d+\.bin$/.test(name) && !kept.includes(name)) unlinkSync(join(directory, name));
  }
}

function writeSynced(file: string, content: string | Uint8Array): void {
  withHandle(file, "w", (handle) => {
    writeFileSync(handle, content);
    fsyncSync(handle);
  });
}

function syncDirectory(directory: string): void {
  withHandle(directory, "r", fsyncSync);
}

function withHandle(file: string, flags: string, use: (handle: number) => void): void {
  const handle = openSync(file, flags);
  try {
    use(handle);
  } finally {
    closeSync(handle);
  }
}
