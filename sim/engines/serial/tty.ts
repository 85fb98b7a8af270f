import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, realpathSync, writeSync } from "node:fs";
import { EngineLost } from "../../world/devices/power-cut.js";
import { NoXsError } from "../xs/compile.js";

/** There is no board to be had on that port; the message says why, and what to do. */
export class NoBoardError extends NoXsError {}
/** The board went away, or does not answer any more. */
export class BoardLostError extends EngineLost {}

const READ_BYTES = 4_096;
const LOOK_MS = 1;

/** A serial port, read and written without Node's event loop, which stands still while virtual time runs. */
export class Tty {
  readonly path: string;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(READ_BYTES);
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));

  /** Throws NoBoardError where there is no such port. */
  constructor(path: string, baud: number) {
    this.path = path;
    const real = realPath(path);
    try {
      const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
      this.#fd = openSync(real, O_RDWR | O_NOCTTY | O_NONBLOCK);
      const set = spawnSync("stty", ["-F", real, String(baud), "raw", "-echo", "-hupcl", "clocal"], {
        encoding: "utf8",
      });
      if (set.status !== 0) throw new NoBoardError(`${path} is no serial port: ${(set.stderr ?? "").trim()}`);
    } catch (error) {
      if (error instanceof NoBoardError) throw error;
      throw new NoBoardError(`${path} cannot be opened: ${(error as Error).message}. Member of the group dialout?`);
    }
  }

  /** What has come, after `ms` at most; undefined: nothing. Throws BoardLostError. */
  read(ms: number): Uint8Array | undefined {
    const until = performance.now() + ms;
    for (;;) {
      const count = this.#try(() => readSync(this.#fd, this.#buffer, 0, READ_BYTES, null));
      if (count !== undefined) {
        if (count === 0) throw new BoardLostError(`${this.path} has gone: unplugged?`);
        return this.#buffer.slice(0, count);
      }
      if (performance.now() >= until) return undefined;
      Atomics.wait(this.#sleeper, 0, 0, LOOK_MS);
    }
  }

  /** All of it. Throws BoardLostError. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const count = this.#try(() => writeSync(this.#fd, bytes, at));
      if (count === undefined) Atomics.wait(this.#sleeper, 0, 0, LOOK_MS);
      else at += count;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Undefined: not now. */
  #try(work: () => number): number | undefined {
    try {
      return work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") return undefined;
      if (code === "EIO" || code === "ENXIO" || code === "ENODEV") {
        throw new BoardLostError(`${this.path} has gone (${code}): unplugged?`);
      }
      throw error;
    }
  }
}

/** Of the device behind links such as /dev/serial/by-id. Throws NoBoardError where there is none. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new NoBoardError(`there is no ${path}: is the board plugged in? ls /dev/serial/by-id`);
  }
}
