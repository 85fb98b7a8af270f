/** A release that can be handed out. */
export interface ShelvedRelease {
  readonly release: number;
  readonly model: string;
  /** Its version in words. */
  readonly firmware: string;
  /** Version of the key list whose keys have signed it. */
  readonly list: number;
  /** Of its manifest. */
  readonly envelope: Uint8Array;
  readonly image: Uint8Array;
}

/** Where releases and key lists lie; put there by hand, signed elsewhere. */
export interface Shelf {
  find(release: number): ShelvedRelease | undefined;
  /** The envelope of the key list of this version. */
  keyList(version: number): Uint8Array | undefined;
}

/** One in memory. */
export class MemoryShelf implements Shelf {
  readonly #releases = new Map<number, ShelvedRelease>();
  readonly #lists = new Map<number, Uint8Array>();

  put(release: ShelvedRelease): void {
    this.#releases.set(release.release, release);
  }

  putKeys(version: number, envelope: Uint8Array): void {
    this.#lists.set(version, envelope);
  }

  find(release: number): ShelvedRelease | undefined {
    return this.#releases.get(release);
  }

  keyList(version: number): Uint8Array | undefined {
    return this.#lists.get(version);
  }
}
