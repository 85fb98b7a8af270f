import type { NorFlash } from "../../world/devices/nor-flash.js";
import type { Machine } from "../../world/machine/machine.js";
import { crc32 } from "../journal-reader/crc32.js";

/** After any update, cut anywhere, the box runs a confirmed image: read from the flash by firmware/update/SPEC.md sections 2 and 3. */
export function imageProblems(machine: Machine): readonly string[] {
  const { images, running, bricked } = machine;
  if (images === undefined || running === undefined) return [];
  const problems: string[] = [];
  if (bricked > 0) problems.push(`no image booted, ${bricked} times`);
  const metadata = newestOf([0, 1].flatMap((sector) => recordIn(images.partition, sector) ?? []));
  if (metadata === undefined) return [...problems, "neither copy of the boot metadata is sound"];
  if (metadata.trial !== 255) problems.push(`release ${metadata.trialRelease} is still on trial`);
  if (running.slot !== metadata.confirmed) {
    problems.push(`slot ${running.slot} runs, and slot ${metadata.confirmed} is confirmed`);
  }
  const release = releaseIn(images.slots[metadata.confirmed as 0 | 1]);
  if (release === undefined) problems.push("the confirmed slot holds no sound image");
  else if (release !== metadata.release)
    problems.push(`release ${release} stands where ${metadata.release} is confirmed`);
  for (const [at, flash] of images.all.entries()) {
    const bits = flash.overProgrammed + flash.overUnstable;
    if (bits > 0)
      problems.push(`${bits} bits of ${["update", "slot 0", "slot 1"][at]} were programmed over what was there`);
  }
  return problems;
}

interface Metadata {
  readonly confirmed: number;
  readonly trial: number;
  readonly sequence: number;
  readonly release: number;
  readonly trialRelease: number;
}

function newestOf(records: readonly Metadata[]): Metadata | undefined {
  return records.reduce<Metadata | undefined>(
    (newest, record) => (newest === undefined || record.sequence > newest.sequence ? record : newest),
    undefined,
  );
}

function recordIn(flash: NorFlash, sector: number): Metadata | undefined {
  const view = viewOf(flash, sector * flash.sectorBytes, 64);
  if (textOf(view) !== "SBBM" || view.getUint8(4) !== 1 || !isChecked(view)) return undefined;
  return {
    confirmed: view.getUint8(5),
    trial: view.getUint8(6),
    sequence: view.getUint32(8, true),
    release: view.getUint32(12, true),
    trialRelease: view.getUint32(16, true),
  };
}

/** The release of the sound image in a slot. */
function releaseIn(slot: NorFlash): number | undefined {
  const header = viewOf(slot, 0, 64);
  if (textOf(header) !== "SBIM" || header.getUint8(4) !== 1 || !isChecked(header)) return undefined;
  const length = header.getUint32(8, true);
  if (length < 1 || length > slot.sizeBytes - 64) return undefined;
  const payload = viewOf(slot, 64, length);
  return crc32(bytesOf(payload)) === header.getUint32(20, true) ? header.getUint32(12, true) : undefined;
}

function viewOf(flash: NorFlash, offset: number, length: number): DataView {
  const bytes = new Uint8Array(length);
  flash.look(1).read(offset, bytes);
  return new DataView(bytes.buffer);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}

function textOf(view: DataView): string {
  return String.fromCharCode(...bytesOf(view).subarray(0, 4));
}

function isChecked(view: DataView): boolean {
  return crc32(bytesOf(view).subarray(0, 60)) === view.getUint32(60, true);
}
