import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Board } from "./board-process.js";

const PROCESS = join(import.meta.dirname, "board-process.ts");
const TSX = import.meta.resolve("tsx");
const MADE_WITHIN_MS = 60_000;

/** Why there is no pseudo-terminal to be had, or undefined. In CI there must be. */
export function whyNoPty(): string | undefined {
  if (spawnSync("socat", ["-V"]).error === undefined) return undefined;
  const why = "the serial target is tested with socat: sudo apt-get install socat";
  if (process.env.CI === "true") throw new Error(why);
  console.warn(`skipped: ${why}`);
  return why;
}

/** A pseudo-terminal with a board at its far end. */
export class SerialBench {
  /** The rig's end. */
  readonly path: string;
  readonly #dir = mkdtempSync(join(tmpdir(), "smartbox-serial-"));
  readonly #said = join(this.#dir, "said");
  readonly #cable: ChildProcess;
  readonly #board: ChildProcess;

  private constructor(board: Board) {
    this.path = join(this.#dir, "rig");
    const far = join(this.#dir, "board");
    const ends = [this.path, far].map((end) => `PTY,link=${end},raw,echo=0`);
    this.#cable = spawn("socat", ends, { stdio: "ignore" });
    until("pseudo-terminal", () => existsSync(this.path) && existsSync(far));
    this.#board = spawn(process.execPath, ["--import", TSX, PROCESS, far, JSON.stringify(board)], {
      stdio: ["ignore", openSync(this.#said, "w"), "inherit"],
    });
    until("the board's process", () => this.told().includes("ready"));
  }

  static open(board: Board): SerialBench {
    return new SerialBench(board);
  }

  /** What the board's process has said so far. */
  told(): string {
    return readFileSync(this.#said, "utf8");
  }

  /** Pulls the cable. */
  unplug(): void {
    this.#cable.kill("SIGKILL");
  }

  close(): void {
    this.#board.kill("SIGKILL");
    this.#cable.kill("SIGKILL");
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function until(what: string, isSo: () => boolean): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const end = performance.now() + MADE_WITHIN_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`no ${what} after ${MADE_WITHIN_MS} ms`);
    Atomics.wait(sleeper, 0, 0, 20);
  }
}
