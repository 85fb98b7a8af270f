import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { SyncAdapter } from "lowdb";
import { CloudError } from "./domain.js";

/**
 * JSON in one file, for lowdb. Unlike lowdb's own file adapter a write is on disk when the call returns (fsync of the new
 * file before the rename and of the folder after it): an ack must not be sent for what a power cut would take back.
 */
export class DurableJsonFile<T> implements SyncAdapter<T> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null when there is no file. Throws CloudError when it is not JSON, and never overwrites it then. */
  read(): T | null {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new CloudError(
        `${this.#path} is not a cloud database (${(error as Error).message}): restore it, or move it away to begin anew`,
      );
    }
  }

  write(data: T): void {
    const fresh = `${this.#path}.new`;
    const file = openSync(fresh, "w", 0o600);
    try {
      const bytes = Buffer.from(JSON.stringify(data));
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, this.#path);
    const folder = openSync(dirname(this.#path), "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}
