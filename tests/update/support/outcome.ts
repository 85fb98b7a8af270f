import { decodeRecord } from "../../../firmware/records/codec.js";
import { Kind, UpdateEvent } from "../../../firmware/records/records.js";
import { MetadataStore } from "../../../hal/boot/metadata.js";
import { chooseImage } from "../../../hal/boot/stub.js";
import { type BoxFlash, factoryFlash, TrialBox, type UpdateRoute } from "../../../sim/trials/update-trial/box.js";
import type { TrialRelease } from "../../../sim/trials/update-trial/releases.js";

export interface Outcome {
  /** What the box put on record, such as `refused signatures`. */
  readonly told: readonly string[];
  /** Release that is confirmed at the end. */
  readonly release: number;
}

/** What a box that runs release 7 makes of `next`; `parts`: its flash, if something was done to that. */
export function outcomeOf(
  next: TrialRelease,
  other: Partial<UpdateRoute> = {},
  parts: BoxFlash = factoryFlash(1),
): Outcome {
  const box = new TrialBox(parts, { name: "hostile", next, behaviour: "works", endsWith: 7, ...other }, chooseImage);
  for (let lives = 0; box.live() !== "settled"; lives++) if (lives > 10) throw new Error("it never came to rest");
  return { told: box.promised.map(wordsOf), release: new MetadataStore(parts.update).read()!.release };
}

function wordsOf(payload: Uint8Array): string {
  const record = decodeRecord(payload);
  if (record.kind !== Kind.update) return `kind ${record.kind}`;
  const event = Object.entries(UpdateEvent).find(([, number]) => number === record.event)![0];
  return record.reason === undefined ? event : `${event} ${record.reason}`;
}
