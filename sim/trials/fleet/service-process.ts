import { type ChildProcess, spawn } from "node:child_process";

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 200;
const LOG_LINES = 200;

/** `npm run cloud` as a process of its own, which can be killed. */
export class ServiceProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #endWithUs = (): void => void this.#child.kill("SIGKILL");
  #health: string | undefined;
  #api: string | undefined;

  /** `command`: the file of `npm run cloud`. `more`: options of it. */
  constructor(command: string, name: string, database: string, broker: string, more: readonly string[] = []) {
    this.name = name;
    const options = ["--database", database, "--broker", broker, "--name", name, ...more];
    this.#child = spawn(process.execPath, ["--import", "tsx", command, ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    process.on("exit", this.#endWithUs);
    let rest = "";
    this.#child.stdout!.on("data", (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#heard(line);
    });
  }

  /** The last of what it logged. */
  get log(): readonly string[] {
    return this.#lines;
  }

  /** Resolves when it says that it can do its work. */
  async ready(): Promise<void> {
    const until = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#isReady())) {
      const isOver = this.#child.exitCode !== null || Date.now() > until;
      if (isOver) throw new Error(`the service ${this.name} did not start: ${this.#lines.slice(-3).join(" ")}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Of its API, once it has said so. */
  get api(): string | undefined {
    return this.#api;
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #isReady(): Promise<boolean> {
    if (this.#health === undefined) return false;
    try {
      return (await fetch(`${this.#health}/readyz`)).status === 200;
    } catch (error) {
      // It may be on its way up, or just gone.
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  #heard(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LOG_LINES) this.#lines.shift();
    const { health, api } = JSON.parse(line) as { health?: string; api?: string };
    this.#health = health ?? this.#health;
    this.#api = api ?? this.#api;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    process.off("exit", this.#endWithUs);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.kill(signal);
    });
  }
}
