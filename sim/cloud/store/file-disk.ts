import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Plan } from "./log-edits.js";
import type { Disk } from "./log-file.js";

/** A file, made when it is not there; readable by its owner only. */
export class FileDisk implements Disk {
  readonly #file: number;

  /** `isReadOnly`: it must be there. */
  constructor(path: string, isReadOnly = false) {
    // Not for appending: a group is written where the last one ends, and that may have been cut back.
    const flags = isReadOnly ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT;
    this.#file = openSync(path, flags, 0o600);
  }

  get size(): number {
    return fstatSync(this.#file).size;
  }

  read(at: number, length: number): Uint8Array {
    const bytes = Buffer.allocUnsafe(Math.min(length, Math.max(0, this.size - at)));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.#file, bytes, done, bytes.length - done, at + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }

  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
    }
  }

  sync(): void {
    fdatasyncSync(this.#file);
  }

  truncate(size: number): void {
    ftruncateSync(this.#file, size);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** A plan in a file, readable by its owner only. */
export class PlanFile implements Plan {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  read(): Uint8Array | undefined {
    return existsSync(this.#path) ? readFileSync(this.#path) : undefined;
  }

  write(bytes: Uint8Array): void {
    const file = openSync(this.#path, "w", 0o600);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    syncFolder(dirname(this.#path));
  }

  remove(): void {
    rmSync(this.#path, { force: true });
    syncFolder(dirname(this.#path));
  }
}

/** What was made, renamed or removed in it is so after a power cut, too. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
