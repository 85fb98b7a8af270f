import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";

/** Somebody else has it. */
export class LockedError extends Error {
  /** Process that has it. */
  readonly owner: number;

  constructor(path: string, owner: number) {
    super(`${path} is held by process ${owner}`);
    this.owner = owner;
  }
}

/** A file that says which process has what lies beside it. One that was killed leaves it behind, and loses it to the next. */
export class LockFile {
  readonly #path: string;

  /** Takes it. Throws LockedError, or the system's error when the file cannot be made. */
  constructor(path: string) {
    this.#path = path;
    for (;;) {
      try {
        const file = openSync(path, "wx");
        writeSync(file, String(process.pid));
        closeSync(file);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const owner = ownerOf(path);
      if (owner === undefined) continue;
      if (isAlive(owner)) throw new LockedError(path, owner);
      rmSync(path, { force: true });
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Undefined: it is gone by now. */
function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
