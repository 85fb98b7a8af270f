import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const START = fileURLToPath(new URL("../../../sim/cli/start.ts", import.meta.url));
const LIMIT_MS = 30_000;

/** The real program with its input and output in pipes. */
export class Simulator {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = "";
  #seen = 0;
  #isOver = false;
  #look = () => {};
  readonly #exit: Promise<number | string>;

  constructor(options: readonly string[]) {
    const env = { ...process.env, NO_COLOR: "1" };
    this.#child = spawn(process.execPath, ["--import", "tsx", START, ...options], { env });
    const more = (chunk: Buffer) => {
      this.#output += chunk.toString("utf8");
      this.#look();
    };
    this.#child.stdout.on("data", more);
    this.#child.stderr.on("data", more);
    this.#child.stdin.on("error", () => {});
    this.#exit = new Promise((resolve) =>
      this.#child.on("close", (code, signal) => {
        this.#isOver = true;
        resolve(code ?? signal ?? "gone");
        this.#look();
      }),
    );
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Everything so far. */
  get output(): string {
    return this.#output;
  }

  say(...lines: string[]): void {
    this.#child.stdin.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Waits for what follows everything that was seen before, and answers it. */
  async see(pattern: RegExp): Promise<RegExpExecArray> {
    return await new Promise((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        this.#look = () => {};
        reject(new Error(`${why} waiting for ${pattern} after\n${this.#output}`));
      };
      const timer = setTimeout(() => fail("gave up"), LIMIT_MS);
      this.#look = () => {
        const found = pattern.exec(this.#output.slice(this.#seen));
        if (found !== null) {
          clearTimeout(timer);
          this.#look = () => {};
          this.#seen += found.index + found[0].length;
          resolve(found);
        } else if (this.#isOver) {
          fail("it ended");
        }
      };
      this.#look();
    });
  }

  /** Carries a command out, and waits for what it tells. */
  async do(line: string, told: RegExp): Promise<RegExpExecArray> {
    this.say(line);
    await this.see(new RegExp(`^> ${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`, "m"));
    return await this.see(told);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends the input, and answers the exit code, or the signal. */
  async end(): Promise<number | string> {
    this.#child.stdin.end();
    return await this.#exit;
  }

  /** As it ends by itself. */
  get exit(): Promise<number | string> {
    return this.#exit;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }
}
