import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { CloudError } from "../../cloud/domain.js";

/** Where Debian keeps the programs, newest first. */
const FOLDERS = ["/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin"];
const USER = "postgres";
const START_TIMEOUT_MS = 30_000;
const RETRY_MS = 50;
const LOG_LIMIT = 16_384;

/** Where the programs are, or why no server can be started here. */
export function findPostgres(): { readonly missing: string } | { readonly folder: string } {
  const folder = FOLDERS.find((one) => {
    try {
      accessSync(join(one, "initdb"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (folder !== undefined) return { folder };
  return { missing: "PostgreSQL is not installed: on Debian, apt-get install postgresql" };
}

/** A PostgreSQL server on 127.0.0.1 in a folder of its own, with what it keeps on disk after a SIGKILL. */
export class PostgresServer {
  readonly #programs: string;
  readonly #folder: string;
  readonly #account: { readonly uid: number; readonly gid: number } | undefined;
  readonly #password = "only-here";
  #settings: readonly (readonly [name: string, value: string])[] = [];
  #port = 0;
  #child: ChildProcess | undefined;
  #log = "";
  readonly #endWithUs = (): void => void this.#child?.kill("SIGKILL");

  private constructor(programs: string) {
    this.#programs = programs;
    this.#account = accountOf();
    this.#folder = mkdtempSync(join(tmpdir(), "smartbox-postgres-"));
    this.#own(this.#folder);
  }

  /** A new one, running. `archives`: keeps its WAL for `asOf`. Throws CloudError where the programs are missing or it does not start. */
  static async start({ archives = false } = {}): Promise<PostgresServer> {
    const found = findPostgres();
    if ("missing" in found) throw new CloudError(found.missing);
    const server = new PostgresServer(found.folder);
    server.#initialise();
    if (archives) server.#archive();
    server.#port = await freePort();
    await server.restart();
    return server;
  }

  /**
   * A second one that follows `primary`, which from then on answers a commit only once the second has it on disk. Throws CloudError where it
   * cannot be made.
   */
  static async follow(primary: PostgresServer): Promise<PostgresServer> {
    const server = new PostgresServer(primary.#programs);
    const data = join(server.#folder, "data");
    execFileSync(
      join(server.#programs, "pg_basebackup"),
      ["-D", data, "-R", "-X", "stream", "-c", "fast", "-d", primary.url.replace(/postgres$/, "")],
      { stdio: "ignore", cwd: server.#folder, ...server.#account },
    );
    server.#port = await freePort();
    await server.restart();
    const client = new pg.Client({ connectionString: primary.url });
    await client.connect();
    await client.query("alter system set synchronous_standby_names = '*'");
    await client.query("select pg_reload_conf()");
    await client.end();
    return server;
  }

  /** A base backup, as an operator takes it while the server works: from then on it can be put back as of any moment. */
  baseBackup(): string {
    const folder = join(this.#folder, `base-${randomBytes(4).toString("hex")}`);
    this.run("pg_basebackup", ["-D", folder, "-X", "none", "-c", "fast", "-d", this.url.replace(/postgres$/, "")]);
    return folder;
  }

  /**
   * A server with what this one had at `moment` (a time as SQL reads it), from a base backup before that and the WAL since. This one may be
   * gone by then; its archive may not. Throws CloudError where it does not start.
   */
  async asOf(base: string, moment: string): Promise<PostgresServer> {
    const server = new PostgresServer(this.#programs);
    const data = join(server.#folder, "data");
    cpSync(base, data, { recursive: true });
    writeFileSync(join(data, "recovery.signal"), "");
    server.#own(data, true);
    server.#settings = [
      ["restore_command", `cp ${this.#archiveFolder}/%f %p`],
      ["recovery_target_time", moment],
      ["recovery_target_action", "promote"],
    ];
    server.#port = await freePort();
    await server.restart();
    const until = Date.now() + START_TIMEOUT_MS;
    while (
      server.run("psql", ["-At", "-d", server.url, "-c", "select pg_is_in_recovery()"]).toString().trim() === "t"
    ) {
      if (Date.now() > until) throw new CloudError(`PostgreSQL does not come out of its recovery: ${server.#log}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return server;
  }

  /** It follows no longer, and takes commits by itself. */
  promote(): void {
    const data = join(this.#folder, "data");
    const options = ["promote", "-w", "-D", data];
    execFileSync(join(this.#programs, "pg_ctl"), options, { stdio: "ignore", cwd: this.#folder, ...this.#account });
    execFileSync(
      join(this.#programs, "psql"),
      ["-d", this.url, "-c", "alter system set synchronous_standby_names = ''", "-c", "select pg_reload_conf()"],
      { stdio: "ignore", cwd: this.#folder, ...this.#account },
    );
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** One of the server's own programs, such as pg_dump; answers what it says. */
  run(program: string, options: readonly string[], input?: Buffer): Buffer {
    return execFileSync(join(this.#programs, program), options, {
      cwd: this.#folder,
      stdio: ["pipe", "pipe", "ignore"],
      maxBuffer: 64 * 1024 * 1024,
      ...(input !== undefined && { input }),
      ...this.#account,
    });
  }

  get url(): string {
    return `postgres://${USER}:${this.#password}@127.0.0.1:${this.#port}/postgres`;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** As after a power cut of the machine that it runs on. */
  async crash(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Resolves when it answers. */
  async restart(): Promise<void> {
    const data = join(this.#folder, "data");
    const settings = [
      ["listen_addresses", "127.0.0.1"],
      ["unix_socket_directories", this.#folder],
      ["max_connections", "60"],
      ["shared_buffers", "64MB"],
      ...this.#settings,
    ].flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawn(join(this.#programs, "postgres"), ["-D", data, "-p", String(this.#port), ...settings], {
      stdio: ["ignore", "ignore", "pipe"],
      cwd: this.#folder,
      ...this.#account,
    });
    child.stderr.on("data", (bytes: Buffer) => {
      this.#log = (this.#log + bytes.toString()).slice(-LOG_LIMIT);
    });
    this.#child = child;
    process.on("exit", this.#endWithUs);
    await this.#untilItAnswers(child);
  }

  async stop(): Promise<void> {
    await this.#end("SIGINT");
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

  async #untilItAnswers(child: ChildProcess): Promise<void> {
    const until = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const client = new pg.Client({ connectionString: this.url });
      // A server that goes away under it is told by the query.
      client.on("error", () => {});
      try {
        await client.connect();
        await client.query("select 1");
        await client.end();
        return;
      } catch (error) {
        if (child.exitCode !== null) {
          // Children of one that was killed hold its memory for a moment.
          if (Date.now() < until) return await this.restart();
        }
        if (Date.now() > until)
          throw new CloudError(`PostgreSQL does not start (${(error as Error).message}): ${this.#log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #initialise(): void {
    const data = join(this.#folder, "data");
    mkdirSync(data, { mode: 0o700 });
    const password = join(this.#folder, "password");
    writeFileSync(password, this.#password, { mode: 0o600 });
    for (const path of [data, password]) this.#own(path);
    execFileSync(
      join(this.#programs, "initdb"),
      ["-D", data, "-U", USER, "--pwfile", password, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"],
      { stdio: "ignore", cwd: this.#folder, ...this.#account },
    );
  }

  get #archiveFolder(): string {
    return join(this.#folder, "archive");
  }

  /** Each segment of the WAL is kept once it is full, or somebody asks for it. */
  #archive(): void {
    const folder = this.#archiveFolder;
    mkdirSync(folder, { mode: 0o700 });
    this.#own(folder);
    this.#settings = [
      ["archive_mode", "on"],
      ["archive_command", `test ! -f ${folder}/%f && cp %p ${folder}/%f`],
    ];
  }

  #own(path: string, isWhole = false): void {
    if (this.#account === undefined) return;
    chownSync(path, this.#account.uid, this.#account.gid);
    if (!isWhole) return;
    for (const name of readdirSync(path, { recursive: true, encoding: "utf8" })) this.#own(join(path, name));
  }
}

/** PostgreSQL refuses root: then the package's own user runs it. */
function accountOf(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, USER], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
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
