/** What there is to know of a release without its image. */
export interface ReleaseFacts {
  /** Of boxes. Releases of another model have numbers of their own. */
  readonly model: string;
  readonly release: number;
  /** Its version in words. */
  readonly firmware: string;
  /** Security version. */
  readonly security: number;
  /** Until then boxes may take it, s since 1970 UTC. */
  readonly expires: number;
  /** Version of the key list whose keys have signed it. */
  readonly list: number;
  readonly imageBytes: number;
}

/** A release that can be handed out. */
export interface ShelvedRelease extends ReleaseFacts {
  /** Of its manifest. */
  readonly envelope: Uint8Array;
  readonly image: Uint8Array;
}

/** Where releases and key lists lie; put there by hand, signed elsewhere. */
export interface Shelf {
  /** By model, the newest first. */
  readonly all: readonly ReleaseFacts[];
  /** As `find`, without reading the image. */
  facts(model: string, release: number): ReleaseFacts | undefined;
  find(model: string, release: number): ShelvedRelease | undefined;
  /** The envelope of the key list of this version. */
  keyList(version: number): Uint8Array | undefined;
}

/** One in memory. */
export class MemoryShelf implements Shelf {
  readonly #releases = new Map<string, ShelvedRelease>();
  readonly #lists = new Map<number, Uint8Array>();

  put(release: ShelvedRelease): void {
    this.#releases.set(nameOf(release.model, release.release), release);
  }

  putKeys(version: number, envelope: Uint8Array): void {
    this.#lists.set(version, envelope);
  }

  get all(): readonly ReleaseFacts[] {
    return inOrder([...this.#releases.values()]);
  }

  facts(model: string, release: number): ReleaseFacts | undefined {
    return this.find(model, release);
  }

  find(model: string, release: number): ShelvedRelease | undefined {
    return this.#releases.get(nameOf(model, release));
  }

  keyList(version: number): Uint8Array | undefined {
    return this.#lists.get(version);
  }
}

/** Of one release among all models'. */
export function nameOf(model: string, release: number): string {
  return `${model}-${release}`;
}

export function inOrder<T extends ReleaseFacts>(releases: readonly T[]): readonly T[] {
  return [...releases].sort((a, b) => a.model.localeCompare(b.model) || b.release - a.release);
}
