import Storage from "embedded:storage/flash";
import Update, { type Updater } from "embedded:update";

/** An image could not be written or is not valid; the one that runs stays the one that boots. */
export class UpdateError extends Error {}

/**
 * Where an over-the-air update goes: the app partition that does not run. Blocks are written in order; `complete` checks the
 * image (ESP-IDF verifies its digest, and its signature where secure boot is on) and makes it the one that boots next.
 */
export class ImageWriter {
  readonly #updater: Updater;

  constructor(sizeBytes: number) {
    this.#updater = told(() =>
      Update.open({ partition: Storage.open({ path: "nextota", mode: "r+" }), mode: "w", byteLength: sizeBytes }),
    );
  }

  write(offset: number, bytes: Uint8Array): void {
    told(() => this.#updater.write(bytes, offset));
  }

  complete(): void {
    told(() => this.#updater.complete());
  }

  /** Gives up. */
  close(): void {
    this.#updater.close();
  }
}

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UpdateError(error instanceof Error ? error.message : "update failed");
  }
}
