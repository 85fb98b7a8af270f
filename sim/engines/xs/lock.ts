import { mkdirSync, rmSync, statSync } from "node:fs";

/** Another process that compiles is waited for this long. */
const LOCK_PATIENCE_MS = 300_000;
const LOCK_LOOK_MS = 200;

/** Test files run at the same time in processes of their own: one compiles, the others wait. */
export function withLock(lock: string, isDone: () => boolean, work: () => void): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // Left behind by a process that was killed.
    if (age > LOCK_PATIENCE_MS) rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(sleeper, 0, 0, LOCK_LOOK_MS);
  }
  try {
    if (!isDone()) work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
