import { buildSnapshot } from "./build.js";
import { type SnapshotModel, SnapshotModelError } from "./model.js";

/** Of a snapshot that is too large, the next try has so many of its accesses. */
const KEPT_SHARE = 0.9;

export interface Fitting {
  readonly bytes: Uint8Array;
  /** Keys left out that nobody may take here and that do not hang here: their fobs count as unknown ones. */
  readonly idleKeys: number;
  /** Accesses left out, of those that begin last. */
  readonly lateAccesses: number;
}

/**
 * A snapshot of at most `maxBytes`. What is added may wait, what is taken from somebody may not: where not all of it fits, what
 * does least harm is left out. Throws SnapshotModelError when the rest is still too large, or makes no sense.
 */
export function fitSnapshot(model: SnapshotModel, maxBytes: number): Fitting {
  let bytes = buildSnapshot(model);
  if (bytes.length <= maxBytes) return { bytes, idleKeys: 0, lateAccesses: 0 };
  const lean = withoutIdleKeys(model);
  const idleKeys = model.keys.length - lean.keys.length;
  const inOrder = [...model.accesses].sort((a, b) => (a.window?.from ?? 0) - (b.window?.from ?? 0) || a.id - b.id);
  for (let kept = inOrder.length; ; kept = Math.floor(kept * KEPT_SHARE)) {
    bytes = buildSnapshot(withAccesses(lean, inOrder.slice(0, kept)));
    if (bytes.length <= maxBytes) return { bytes, idleKeys, lateAccesses: inOrder.length - kept };
    if (kept === 0)
      throw new SnapshotModelError(`it has ${bytes.length} bytes without any access, boxes hold ${maxBytes}`);
  }
}

function withoutIdleKeys(model: SnapshotModel): SnapshotModel {
  const fobs = new Set(model.bins.map(({ fob }) => fob));
  const used = new Set([
    ...model.bins.map(({ key }) => key),
    ...model.accesses.map(({ key }) => key),
    ...model.codes.map(({ target }) => (target.kind === "key" ? target.key : undefined)),
  ]);
  const isUsed = ({ id, fob }: SnapshotModel["keys"][number]) => used.has(id) || (fob !== undefined && fobs.has(fob));
  return { ...model, keys: model.keys.filter(isUsed) };
}

function withAccesses(model: SnapshotModel, accesses: SnapshotModel["accesses"]): SnapshotModel {
  const kept = new Set(accesses.map(({ id }) => id));
  const codes = model.codes.filter(({ target }) => target.kind === "key" || kept.has(target.access));
  return { ...model, accesses, codes };
}
