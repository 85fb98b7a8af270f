import type { Access, Box } from "../../../cloud/domain.js";
import type { CloudService } from "../../../cloud/service.js";
import type { AtBox } from "../../shared/lists.js";

/**
 * Which accesses a box goes by. A box tells the version of the permissions that it has; this notes with which version each access
 * was first made or changed. After a restart that is not known any more: then an access counts with the newest version.
 */
export class Permissions {
  readonly #cloud: CloudService;
  readonly #box: Box;
  #version = 0;
  /** Version that an access is in since, by the access as the organisation holds it: a change replaces it. */
  readonly #since = new WeakMap<Access, number>();

  constructor(cloud: CloudService, box: Box) {
    this.#cloud = cloud;
    this.#box = box;
    this.look();
  }

  /** To be called often: a version that comes and goes between two looks is counted as the next one. */
  look(): void {
    const version = this.#cloud.snapshot(this.#box.id)?.version ?? 0;
    if (version === this.#version) return;
    this.#version = version;
    for (const access of this.#cloud.store.organisation.accesses) {
      if (!this.#since.has(access)) this.#since.set(access, version);
    }
  }

  of(access: Access): AtBox {
    this.look();
    const { online, lastSeen } = this.#cloud.store.boxState(this.#box.id);
    const since = this.#since.get(access);
    if (since !== undefined && appliedVersion(this.#cloud, this.#box.id) >= since) return { state: "there" };
    return online ? { state: "way" } : { state: "silent", since: lastSeen ?? null };
  }
}

/** Of the permissions that a box goes by, 0: none; by the newest of its own words: a status comes every few minutes, a record at once. */
export function appliedVersion({ store }: CloudService, id: string): number {
  const { status, applied = 0 } = store.boxState(id);
  return Math.max(status?.version ?? 0, applied);
}
