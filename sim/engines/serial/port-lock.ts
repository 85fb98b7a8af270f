import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoBoardError, realPath } from "./tty.js";

/**
 * Takes the port for this process, as the serial locks of UUCP do: by a file with the number of the process. Returns the file, which whoever
 * is done removes. Throws NoBoardError where somebody has it.
 */
export function lockPort(path: string): string {
  const real = realPath(path);
  const lock = join(tmpdir(), `smartbox${real.replaceAll("/", "-")}.lock`);
  for (let tries = 0; tries < 2; tries++) {
    try {
      const fd = openSync(lock, "wx");
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return lock;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = Number(readFileSync(lock, "utf8"));
      if (isAlive(owner)) throw new NoBoardError(`${path} is busy: process ${owner} has it`);
      rmSync(lock, { force: true });
    }
  }
  throw new NoBoardError(`${path} is busy: others try to have it`);
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
