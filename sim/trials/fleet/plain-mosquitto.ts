import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMosquitto } from "../../broker/mosquitto.js";
import { CloudError } from "../../cloud/domain.js";

const START_TIMEOUT_MS = 10_000;
const RETRY_MS = 25;

/**
 * A mosquitto on 127.0.0.1 for boxes by the thousand: without TLS and passwords, which cost the load and not the cloud, and with nothing
 * kept on disk. Everything that matters is sealed end to end.
 */
export class PlainMosquitto {
  readonly #program: string;
  readonly #folder: string;
  #port = 0;
  #child: ChildProcess | undefined;
  readonly #endWithUs = (): void => void this.#child?.kill("SIGKILL");

  private constructor(program: string) {
    this.#program = program;
    this.#folder = mkdtempSync(join(tmpdir(), "smartbox-fleet-broker-"));
  }

  /** Running. Throws CloudError where the program is missing or it does not start. */
  static async start(): Promise<PlainMosquitto> {
    const found = findMosquitto();
    if ("missing" in found) throw new CloudError(found.missing);
    const broker = new PlainMosquitto(found.mosquitto);
    broker.#port = await freePort();
    await broker.restart();
    return broker;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  async crash(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async restart(): Promise<void> {
    const settings = join(this.#folder, "mosquitto.conf");
    const lines = [
      `listener ${this.#port} 127.0.0.1`,
      "allow_anonymous true",
      "persistence false",
      "set_tcp_nodelay true",
      "max_queued_messages 0",
      "max_inflight_messages 0",
    ];
    writeFileSync(settings, `${lines.join("\n")}\n`);
    this.#child = spawn(this.#program, ["-c", settings], { stdio: "ignore" });
    process.on("exit", this.#endWithUs);
    const until = Date.now() + START_TIMEOUT_MS;
    while (!(await isOpen(this.#port))) {
      if (Date.now() > until) throw new CloudError("mosquitto does not start");
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    process.off("exit", this.#endWithUs);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.kill(signal);
    });
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
