import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { PlayedDeed } from "../../../hal/moddable/lin/happening.js";
import type { View } from "../../../hal/ports/panel.js";

/** What the image told; see `hal/moddable/lin/main.ts`. */
export interface Told {
  readonly tell: string;
  readonly view?: View;
  readonly bin?: number;
  readonly open?: boolean;
  readonly line?: string;
  readonly depth?: string;
  readonly slotBytes?: number;
  readonly chunkBytes?: number;
}

const KEEP_LINES = 400;

/** A virtual display for as many runs as one likes. */
export class Display {
  readonly #child: ChildProcess;
  readonly name: string;

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.name = name;
  }

  static open(): Promise<Display> {
    const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "800x600x24"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.stdio[3]!.once("data", (number: Buffer) => resolve(new Display(child, `:${number.toString().trim()}`)));
    });
  }

  close(): void {
    this.#child.kill("SIGTERM");
  }
}

export interface ImageOptions {
  /** The SDK. */
  readonly moddable: string;
  /** The image, as the build left it. */
  readonly image: string;
  readonly display: Display;
  /** Where its flash files are. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The firmware's image in the SDK's simulator, boot after boot over the same flash. */
export class SimImage {
  readonly #options: ImageOptions;
  readonly #server: Server;
  #child: ChildProcess | undefined;
  #exitCode: number | null | undefined;
  #socket: Socket | undefined;
  #waiters: (() => void)[] = [];
  /** Everything told since the last boot. */
  told: Told[] = [];
  output: string[] = [];

  private constructor(options: ImageOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    server.on("connection", (socket) => this.#connected(socket));
  }

  static open(options: ImageOptions): Promise<SimImage> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(new SimImage(options, server)));
    });
  }

  /** Starts the program; `wake`: the number of its wake cause; `more`: of its environment, for this boot. */
  boot(wake = 0, more: Readonly<Record<string, string>> = {}): void {
    const { moddable, image, display, folder, env } = this.#options;
    this.told = [];
    this.#exitCode = undefined;
    const port = (this.#server.address() as { port: number }).port;
    const child = spawn("stdbuf", ["-oL", join(moddable, "build/bin/lin/release/mcsim"), image], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...env,
        ...more,
        DISPLAY: display.name,
        SMARTBOX_DIR: folder,
        SMARTBOX_CONTROL: `${port}`,
        SMARTBOX_WAKE: `${wake}`,
      },
    });
    this.#child = child;
    const keep = (text: Buffer) => {
      this.output.push(...text.toString().split("\n"));
      this.output = this.output.slice(-KEEP_LINES);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("exit", (code) => {
      this.#exitCode = code;
      this.#wakeAll();
    });
  }

  get view(): View | undefined {
    return this.told.findLast((one) => one.tell === "view")?.view;
  }

  /** Undefined while it runs; null after a signal. */
  get exitCode(): number | null | undefined {
    return this.#exitCode;
  }

  do(happening: PlayedDeed): void {
    this.#socket?.write(`${JSON.stringify(happening)}\n`);
  }

  /** The supply is gone. Resolves when the process is. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.until(() => this.#exitCode !== undefined, "the process to end");
  }

  /** Resolves when `reached` holds. Rejects after `limitMs`, with what was told last. */
  async until(reached: () => boolean, what: string, limitMs = 60_000): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!reached()) {
      const left = deadline - performance.now();
      if (left <= 0) {
        const last = this.told.slice(-15).map((one) => JSON.stringify(one).slice(0, 300));
        const state = this.#exitCode === undefined ? "" : ` (the program ended: ${this.#exitCode ?? "by a signal"})`;
        const said = [...last, ...this.output.slice(-20)].join("\n");
        throw new Error(`waited in vain for ${what}${state}:\n${said}`);
      }
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
        setTimeout(resolve, Math.min(left, 200)).unref();
      });
    }
  }

  async close(): Promise<void> {
    if (this.#exitCode === undefined && this.#child !== undefined) await this.kill();
    this.#socket?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: Socket): void {
    this.#socket = socket;
    let line = "";
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", (text: string) => {
      const lines = (line + text).split("\n");
      line = lines.pop()!;
      for (const one of lines) this.told.push(JSON.parse(one) as Told);
      this.#wakeAll();
    });
  }

  #wakeAll(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
