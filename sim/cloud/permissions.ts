import type { Access } from "./domain.js";
import type { ExchangeLog } from "./ingest/exchange-log.js";
import type { CloudDocument } from "./state.js";
import type { CloudStore } from "./store.js";

/** Versions of a box's permissions of which it is kept what they came with; older ones count as none. */
const MADE_KEPT = 16;

/** Whether a box goes by an access as it is now. `silent`: the box has not been heard since `since`, s since 1970 UTC; null: never. */
export interface AtBox {
  readonly box: string;
  readonly state: "there" | "onItsWay" | "silent";
  readonly since: number | null;
}

/**
 * Which accesses a box goes by. Each change of accesses has a number; each version of a box's permissions is noted with the last change
 * that it came with; and the box tells which version it goes by. All of it is in the database, and so outlives a restart.
 */
export class Permissions {
  readonly #store: CloudStore;
  readonly #log: ExchangeLog;
  /** Change up to which the newest version says the same as what would be made now. */
  readonly #same = new Map<string, number>();

  constructor(store: CloudStore, log: ExchangeLog) {
    this.#store = store;
    this.#log = log;
  }

  /** A version was made of what is now, at `at`, s since 1970 UTC. */
  made(box: string, version: number, at: number): void {
    const state = this.#store.boxState(box);
    const { changes = 0 } = this.#store.document;
    state.made = [...(state.made ?? []), [version, changes, Math.floor(at)] as const].slice(-MADE_KEPT);
    this.#same.delete(box);
  }

  /** The newest version says what is so now. */
  unchanged(box: string): void {
    this.#same.set(box, this.#store.document.changes ?? 0);
  }

  at(box: string, access: Access): AtBox {
    const { made = [], snapshot, online, lastSeen } = this.#store.boxState(box);
    const applied = appliedVersion(this.#store, box);
    const came = made.findLast(([version]) => version <= applied)?.[1] ?? 0;
    const through = applied === snapshot.version ? Math.max(came, this.#same.get(box) ?? 0) : came;
    const isThere = applied > 0 && (this.#store.document.accessChanges?.[access.id] ?? 0) <= through;
    if (isThere) return { box, state: "there", since: null };
    return online ? { box, state: "onItsWay", since: null } : { box, state: "silent", since: lastSeen ?? null };
  }

  /** At all boxes in which the key may hang. */
  boxesOf(access: Access): AtBox[] {
    const { index, inventory } = this.#log;
    const key = index.keys.get(access.key);
    const inside = new Set(inventory.placesOf(`key:${access.key}`).map(({ box }) => box));
    return this.#store.organisation.boxes
      .filter((box) => key?.roaming || key?.home === box.location || inside.has(box.id))
      .map((box) => this.at(box.id, access));
  }

  /** Of the permissions: the version made last, and the one that the box goes by. */
  versions(box: string): { readonly newest: number; readonly applied: number } {
    return { newest: this.#store.boxState(box).snapshot.version, applied: appliedVersion(this.#store, box) };
  }
}

/** Of the permissions that a box goes by, 0: none; by the newest of its own words: a status comes every few minutes, a record at once. */
function appliedVersion(store: CloudStore, box: string): number {
  const { status, applied = 0 } = store.boxState(box);
  return Math.max(status?.version ?? 0, applied);
}

/** The number of the last change, and of each access that of its own last change, after the organisation became `next`. */
export function accessChanges(
  { changes = 0, accessChanges = {}, organisation: before }: CloudDocument,
  next: CloudDocument["organisation"],
): Pick<CloudDocument, "changes" | "accessChanges"> {
  if (next.accesses === before.accesses && next.keys === before.keys) return {};
  const known = new Set(before.accesses);
  const knownKeys = new Set(before.keys);
  const changedKeys = new Set(next.keys.filter((key) => !knownKeys.has(key)).map(({ id }) => id));
  const number = changes + 1;
  const numbers: Record<string, number> = {};
  for (const access of next.accesses) {
    const isChanged = !known.has(access) || changedKeys.has(access.key);
    const at = isChanged ? number : accessChanges[access.id];
    if (at !== undefined) numbers[access.id] = at;
  }
  return { changes: number, accessChanges: numbers };
}
