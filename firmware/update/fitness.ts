import type { BootFacts } from "../../hal/ports/update.js";
import type { Formats, Manifest } from "./manifest.js";

/** Why a release is not taken (SPEC.md sections 6 and 7): a word of a record, and of the status screen. */
export type ReleaseRefusal =
  | "malformed"
  | "signatures"
  | "other-model"
  | "expired"
  | "rollback"
  | "stepping-stone"
  | "formats"
  | "no-room"
  | "returned"
  | "digest"
  | "slot-fault";

/** The formats that this firmware reads and writes: of the journal's sectors, and of snapshots. */
const OWN_FORMATS = { journal: 1, snapshot: 1 } as const;

export interface BoxFacts extends BootFacts {
  readonly model: string;
  /** Bytes of a slot. */
  readonly room: number;
  /** s since 1970 UTC; undefined: the clock is not known. */
  readonly now: number | undefined;
}

/** What keeps this box from running the release, once its manifest is known to be genuine; undefined: nothing. */
export function whyNot(manifest: Manifest, box: BoxFacts): ReleaseRefusal | undefined {
  const { release, model, expires, floor, from = 0, formats, total } = manifest;
  if (model !== box.model) return "other-model";
  if (box.now === undefined || box.now >= expires) return "expired";
  if (release <= box.release || floor < box.floor) return "rollback";
  if (from > box.release) return "stepping-stone";
  if (!fitsBothWays(formats)) return "formats";
  if (total > box.room) return "no-room";
  return box.returned?.release === release ? "returned" : undefined;
}

/** The new image reads what is there, and this one could read what the new one wrote. */
function fitsBothWays([journalFrom, journalWrites, snapshotFrom, snapshotWrites]: Formats): boolean {
  const { journal, snapshot } = OWN_FORMATS;
  return journalFrom <= journal && journalWrites <= journal && snapshotFrom <= snapshot && snapshotWrites <= snapshot;
}
