import { appendFileSync, closeSync, existsSync, fdatasyncSync, openSync, readFileSync } from "node:fs";
import { CloudError } from "../domain.js";
import type { Erased, ErasedList } from "./engine.js";

/**
 * Who was erased, as numbers, in a file beside a database: a line `ID USER SINCE` each, of which ID is the log's. It is no part of a
 * copy, so that an older copy that is put back finds it there. A line of another database counts for nothing.
 */
export class ErasedFile implements ErasedList {
  readonly #path: string;
  readonly #id: string;

  constructor(path: string, id: string) {
    this.#path = path;
    this.#id = id;
  }

  /** Throws CloudError. */
  read(): readonly Erased[] {
    // A line that a power cut tore is of somebody whose erasure was never answered.
    return this.#text()
      .split("\n")
      .map((line) => /^(\S+) (\d+) (\d+)$/.exec(line))
      .flatMap((parts) =>
        parts !== null && parts[1] === this.#id ? [{ user: Number(parts[2]), since: Number(parts[3]) }] : [],
      );
  }

  #text(): string {
    try {
      return existsSync(this.#path) ? readFileSync(this.#path, "utf8") : "";
    } catch (error) {
      throw new CloudError(
        `${this.#path} cannot be read, so nobody knows who is to be erased: ${(error as Error).message}`,
      );
    }
  }

  add({ user, since }: Erased): void {
    let file: number | undefined;
    try {
      file = openSync(this.#path, "a", 0o600);
      // What was torn before does not spoil it.
      appendFileSync(file, `\n${this.#id} ${user} ${since}\n`);
      fdatasyncSync(file);
    } catch (error) {
      throw new CloudError(
        `user ${user} was not erased, as ${this.#path} cannot be written: ${(error as Error).message}; make room there, and erase again`,
      );
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}
