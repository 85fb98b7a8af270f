import { buildSnapshot } from "./build.js";
import { type SnapshotModel, SnapshotModelError } from "./model.js";

/** Of what should fit by the size of what it takes, the first try has so much; and each after it, of the one before. */
const KEPT_SHARE = 0.97;
const NEXT_SHARE = 0.9;

export interface Fitting {
  readonly bytes: Uint8Array;
  /** Keys left out that nobody may take here and that do not hang here: their fobs count as unknown ones. */
  readonly idleKeys: number;
  /** Accesses left out, of those that begin last. */
  readonly lateAccesses: number;
  /** Key codes left out, of keys that hang elsewhere before those that hang here. */
  readonly keyCodes: number;
}

/** Something that somebody can show to be let in. */
interface Right {
  /** An access's number; undefined: the code of the key. */
  readonly access?: number;
  readonly key: number;
  readonly from: number;
  readonly isHere: boolean;
}

/**
 * A snapshot of at most `maxBytes`. What is added may wait, what is taken from somebody may not: where not all of it fits, what
 * does least harm is left out: keys that nobody may take, then rights, those that begin last first, and of those of one time the ones to
 * keys that hang elsewhere. Throws SnapshotModelError when the rest is still too large, or makes no sense.
 */
export function fitSnapshot(model: SnapshotModel, maxBytes: number): Fitting {
  const whole = buildSnapshot(model);
  if (whole.length <= maxBytes) return { bytes: whole, idleKeys: 0, lateAccesses: 0, keyCodes: 0 };
  const rights = rightsOf(model);
  const tried = (kept: number) => {
    const lean = withRights(model, rights.slice(0, kept));
    return { lean, bytes: buildSnapshot(lean), left: rights.slice(kept) };
  };
  let fitting = tried(rights.length);
  if (fitting.bytes.length > maxBytes) {
    const none = tried(0);
    if (none.bytes.length > maxBytes)
      throw new SnapshotModelError(`it has ${none.bytes.length} bytes without any right, boxes hold ${maxBytes}`);
    const share = (maxBytes - none.bytes.length) / (fitting.bytes.length - none.bytes.length);
    for (let kept = rights.length * share * KEPT_SHARE; fitting.bytes.length > maxBytes; kept *= NEXT_SHARE)
      fitting = tried(Math.floor(kept));
  }
  const { lean, bytes, left } = fitting;
  const lateAccesses = left.filter(({ access }) => access !== undefined).length;
  const keyCodes = left.length - lateAccesses;
  return { bytes, idleKeys: model.keys.length - lean.keys.length, lateAccesses, keyCodes };
}

/** The most important first. */
function rightsOf(model: SnapshotModel): readonly Right[] {
  const here = hangingHere(model);
  const isHere = (key: number) => here.has(key);
  const accesses = model.accesses.map(({ id, key, window }) => ({
    access: id,
    key,
    from: window?.from ?? 0,
    isHere: isHere(key),
  }));
  const codes = model.codes.flatMap(({ target }) =>
    target.kind === "key" ? [{ key: target.key, from: 0, isHere: isHere(target.key) }] : [],
  );
  const orderOf = ({ access, key }: Right) => access ?? key;
  return [...accesses, ...codes].sort(
    (a: Right, b: Right) => a.from - b.from || Number(b.isHere) - Number(a.isHere) || orderOf(a) - orderOf(b),
  );
}

function hangingHere({ bins, keys }: SnapshotModel): ReadonlySet<number> {
  const fobs = new Set(bins.map(({ fob }) => fob));
  const named = bins.flatMap(({ key }) => (key === undefined ? [] : [key]));
  return new Set([...named, ...keys.flatMap(({ id, fob }) => (fob !== undefined && fobs.has(fob) ? [id] : []))]);
}

/** Those rights and no others, and no key that nobody may take and that does not hang here. */
function withRights(model: SnapshotModel, rights: readonly Right[]): SnapshotModel {
  const here = hangingHere(model);
  const accesses = new Set(rights.map(({ access }) => access));
  const codes = new Set(rights.flatMap(({ access, key }) => (access === undefined ? [key] : [])));
  const used = new Set(rights.map(({ key }) => key));
  return {
    ...model,
    keys: model.keys.filter(({ id }) => here.has(id) || used.has(id)),
    accesses: model.accesses.filter(({ id }) => accesses.has(id)),
    codes: model.codes.filter(({ target }) =>
      target.kind === "key" ? codes.has(target.key) : accesses.has(target.access),
    ),
  };
}
