import { UpdateEvent } from "../../../firmware/records/records.js";
import { nameIn } from "../ingest/names.js";
import type { CloudService } from "../service.js";
import type { HeldWhy } from "./hold.js";

/** What a box runs, and what came of what it was to have. Times in s since 1970 UTC. */
export interface BoxVersion {
  readonly box: string;
  readonly model: string;
  readonly location: number;
  /** Null: it never said. */
  readonly release: number | null;
  /** Its version in words, where that release is on the shelf. */
  readonly firmware: string | null;
  readonly isTrial: boolean;
  readonly pin: number | null;
  readonly wanted: number | null;
  readonly heldBack: HeldWhy | null;
  /** The last that it told of an update. */
  readonly update: {
    readonly event: string;
    readonly release: number;
    readonly reason: string | null;
    readonly at: number;
    readonly crashes: number;
  } | null;
  readonly lastSeen: number | null;
}

export interface VersionFilter {
  readonly model?: string | undefined;
  readonly release?: number | undefined;
  /** Boxes that run a lower one; one that never said may, and is among them. */
  readonly below?: number | undefined;
}

/** Which boxes run what. */
export function versionsOf(cloud: CloudService, { model, release, below }: VersionFilter = {}): readonly BoxVersion[] {
  const { boxes } = cloud.store.organisation;
  return boxes
    .filter((box) => model === undefined || box.model === model)
    .map((box) => versionOf(cloud, box))
    .filter((one) => release === undefined || one.release === release)
    .filter((one) => below === undefined || (one.release ?? 0) < below);
}

/** Of one box. */
export function versionOf(
  { store, releases }: CloudService,
  { id, model, location }: { readonly id: string; readonly model: string; readonly location: number },
): BoxVersion {
  const { image, update, pin, lastSeen } = store.document.boxes[id] ?? {};
  const held = releases.heldBack(id, image);
  const facts = image && releases.shelf?.facts(model, image.release);
  return {
    box: id,
    model,
    location,
    release: image?.release ?? null,
    firmware: facts?.firmware ?? null,
    isTrial: image?.isTrial ?? false,
    pin: pin ?? null,
    wanted: held.release ?? null,
    heldBack: held.why ?? null,
    update:
      update === undefined
        ? null
        : {
            event: nameIn(UpdateEvent, update.event),
            release: update.release,
            reason: update.reason ?? null,
            at: update.at,
            crashes: update.crashes ?? 0,
          },
    lastSeen: lastSeen ?? null,
  };
}
