import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { accessSync, chmodSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { connect } from "node:tls";
import type { TlsIdentity } from "../../hal/ports/network.js";
import { CloudError } from "../cloud/domain.js";
import { type Accounts, publishPrefix, subscribePrefix } from "./accounts.js";
import { AUTHORITY, CertificateShop, CLIENT, type Issued } from "./certificate-shop.js";

const START_TIMEOUT_MS = 10_000;
const RETRY_MS = 25;
const LOG_LIMIT = 16_384;

/** Where the programs are, or why a mosquitto cannot be started here. */
export function findMosquitto():
  | { readonly missing: string }
  | { readonly mosquitto: string; readonly passwd: string; readonly openssl: string } {
  const mosquitto = findProgram("mosquitto");
  const passwd = findProgram("mosquitto_passwd");
  const openssl = findProgram("openssl");
  if (mosquitto === undefined || passwd === undefined) {
    return { missing: "mosquitto is not installed: on Debian, apt-get install mosquitto" };
  }
  if (openssl === undefined) return { missing: "openssl is not installed: on Debian, apt-get install openssl" };
  return { mosquitto, passwd, openssl };
}

function findProgram(name: string): string | undefined {
  // Debian keeps servers where a user's PATH does not look.
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter).filter((f) => f !== ""),
    "/usr/sbin",
    "/usr/local/sbin",
  ];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export interface MosquittoOptions {
  /** 0: a free one, chosen at `start` and kept. */
  readonly port: number;
  readonly accounts: Accounts;
  /** Messages that it keeps for a client that is slow, before it drops them; 1,000 if absent, 0: all. */
  readonly queuedMessages?: number;
  /**
   * What it has is on disk after each change, so that a SIGKILL costs nothing; true if absent. False, as mosquitto's default: nothing
   * is. Each change writes the whole anew: at thousands of messages a second that is most of what it does.
   */
  readonly keepsOnDisk?: boolean;
  /** Signs its certificates; one made for it if absent. */
  readonly authority?: Issued;
  /** It is reached through a WebSocket, too: by `webSocketUrl`. */
  readonly webSocket?: boolean;
  /** It lets nobody in who shows no certificate of its authority: `clientIdentity` is one. */
  readonly wantsCertificates?: boolean;
}

/**
 * A real mosquitto on 127.0.0.1 in a folder of its own: TLS with an authority made for it, passwords, an ACL per box, and
 * what it has kept on disk after a SIGKILL.
 */
export class Mosquitto {
  readonly #programs: { readonly mosquitto: string; readonly passwd: string; readonly openssl: string };
  readonly #folder: string;
  readonly #options: MosquittoOptions;
  #port: number;
  #webSocketPort = 0;
  #child: ChildProcess | undefined;
  #log = "";
  readonly #endWithUs = (): void => void this.#child?.kill("SIGKILL");

  /** Throws CloudError when a program is missing. */
  constructor(options: MosquittoOptions) {
    const programs = findMosquitto();
    if ("missing" in programs) throw new CloudError(programs.missing);
    this.#programs = programs;
    this.#port = options.port;
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), "smartbox-mosquitto-"));
    this.#makeCertificates();
    this.#writeAccounts(options.accounts);
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `mqtts://localhost:${this.#port}`;
  }

  /** With `webSocket`, once it was started. */
  get webSocketPort(): number {
    return this.#webSocketPort;
  }

  get webSocketUrl(): string {
    return `wss://localhost:${this.#webSocketPort}/mqtt`;
  }

  /** What a client may show that is asked for a certificate. */
  get clientIdentity(): TlsIdentity {
    return {
      certificate: readFileSync(this.#file("client.crt"), "utf8"),
      key: readFileSync(this.#file("client.key"), "utf8"),
    };
  }

  /** What it shows itself: for whoever stands in its place. */
  get serverIdentity(): TlsIdentity {
    return {
      certificate: readFileSync(this.#file("server.crt"), "utf8"),
      key: readFileSync(this.#file("server.key"), "utf8"),
    };
  }

  /** The authority that signed its certificate, PEM. */
  get authority(): string {
    return readFileSync(this.authorityFile, "utf8");
  }

  get authorityFile(): string {
    return join(this.#folder, "ca.crt");
  }

  /** The last of what it wrote. */
  get log(): string {
    return this.#log;
  }

  /** Resolves when it takes connections; rejects with CloudError that holds its log. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new CloudError("mosquitto is running already: stop it first");
    if (this.#port === 0) this.#port = await freePort();
    if (this.#options.webSocket && this.#webSocketPort === 0) this.#webSocketPort = await freePort();
    writeFileSync(this.#file("mosquitto.conf"), this.#config());
    const child = spawn(this.#programs.mosquitto, ["-c", this.#file("mosquitto.conf")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    process.once("exit", this.#endWithUs);
    const keep = (text: Buffer): void => {
      this.#log = (this.#log + text.toString("utf8")).slice(-LOG_LIMIT);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => keep(Buffer.from(error.message)));
    child.once("exit", () => {
      process.off("exit", this.#endWithUs);
      if (this.#child === child) this.#child = undefined;
    });
    await this.#ready(child);
  }

  /** Resolves when new connections see another certificate; those that there are stay. It must be running. */
  async show(server: TlsIdentity): Promise<void> {
    this.#writeServer(server);
    // It reads them again (mosquitto(8), Signals), at its leisure.
    this.#child?.kill("SIGHUP");
    const wanted = new X509Certificate(server.certificate).fingerprint256;
    const deadline = performance.now() + START_TIMEOUT_MS;
    while ((await shownAt(this.#port, this.clientIdentity)) !== wanted) {
      if (performance.now() > deadline) throw new CloudError(`mosquitto shows the certificate of before\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** SIGKILL: as a crash or a power cut of the broker's machine. Resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** On the same port, with what it had on disk. */
  async restart(): Promise<void> {
    await this.#end("SIGTERM");
    await this.start();
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    await gone;
  }

  async #ready(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (this.#child === child) {
      if (await canConnect(this.#port, this.authority, this.clientIdentity)) return;
      if (performance.now() > deadline) {
        await this.#end("SIGKILL");
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    const taken = this.#log.includes("Address already in use")
      ? `port ${this.#port} is taken by another program: stop it, or choose another port (0: any free one)`
      : "mosquitto did not start";
    throw new CloudError(`${taken}\n${this.#log}`);
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  #config(): string {
    const { queuedMessages = 1_000, keepsOnDisk = true, webSocket, wantsCertificates } = this.#options;
    const tls = [
      `cafile ${this.authorityFile}`,
      `certfile ${this.#file("server.crt")}`,
      `keyfile ${this.#file("server.key")}`,
      ...(wantsCertificates ? ["require_certificate true"] : []),
    ];
    const lines = [
      `listener ${this.#port} 127.0.0.1`,
      ...tls,
      // 2.0.11 does not start with a WebSocket's listener alone.
      ...(webSocket ? [`listener ${this.#webSocketPort} 127.0.0.1`, "protocol websockets", ...tls] : []),
      "allow_anonymous false",
      `password_file ${this.#file("passwords")}`,
      `acl_file ${this.#file("acl")}`,
      ...(keepsOnDisk ? this.#disk() : ["persistence false"]),
      "message_size_limit 4096",
      `max_queued_messages ${queuedMessages}`,
      "log_dest stderr",
      "log_type error",
      "log_type warning",
    ];
    // Started as root it would go on as user mosquitto, who cannot read this folder.
    if (process.getuid?.() === 0) lines.push("user root");
    return `${lines.join("\n")}\n`;
  }

  #disk(): readonly string[] {
    return [
      "persistence true",
      `persistence_location ${this.#folder}/`,
      "autosave_on_changes true",
      "autosave_interval 1",
    ];
  }

  /** Good for any time at which a story may play: boxes look at the dates by their own. */
  #makeCertificates(): void {
    const shop = new CertificateShop(this.#programs.openssl);
    try {
      const { authority = shop.issue({ name: "SmartBox test authority", extensions: AUTHORITY }) } = this.#options;
      const server = shop.issue({ name: "localhost", by: authority });
      const client = shop.issue({ name: "SmartBox", by: authority, extensions: CLIENT });
      writeFileSync(this.authorityFile, authority.pem);
      writeFileSync(this.#file("client.crt"), client.pem);
      writeFileSync(this.#file("client.key"), client.key, { mode: 0o600 });
      this.#writeServer({ certificate: server.pem, key: server.key });
    } finally {
      shop.close();
    }
  }

  #writeServer({ certificate, key }: TlsIdentity): void {
    writeFileSync(this.#file("server.crt"), certificate);
    writeFileSync(this.#file("server.key"), key, { mode: 0o600 });
  }

  #writeAccounts({ boxes, cloud }: Accounts): void {
    const users = [...boxes, cloud].map(({ username, password }) => `${username}:${password}\n`);
    writeFileSync(this.#file("passwords"), users.join(""), { mode: 0o600 });
    // In place and not by arguments, which other users of the machine could read.
    execFileSync(this.#programs.passwd, ["-U", this.#file("passwords")], { stdio: ["ignore", "ignore", "pipe"] });
    const acl = boxes.map(
      ({ box, username }) =>
        `user ${username}\ntopic write ${publishPrefix(box)}#\ntopic read ${subscribePrefix(box)}#\n`,
    );
    acl.push(`user ${cloud.username}\ntopic readwrite smartbox/#\n`);
    writeFileSync(this.#file("acl"), acl.join("\n"));
    chmodSync(this.#file("acl"), 0o600);
  }
}

function canConnect(port: number, ca: string, { certificate: cert, key }: TlsIdentity): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca, cert, key });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("secureConnect", () => done(true));
    socket.once("error", () => done(false));
  });
}

/** The fingerprint of the certificate that is shown there, whatever it is worth; undefined: nobody shows one. */
function shownAt(port: number, { certificate: cert, key }: TlsIdentity): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", rejectUnauthorized: false, cert, key });
    socket.once("secureConnect", () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      resolve(fingerprint256);
    });
    socket.once("error", () => resolve(undefined));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
