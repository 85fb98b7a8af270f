import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, it, vi } from "vitest";
import { interopSuite, PASSWORD, type RunningBroker, USERS } from "./interop-suite.js";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const PROGRAM = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].find((path) =>
  existsSync(path),
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const answered = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answered;
}

async function start(program: string): Promise<RunningBroker> {
  const folder = mkdtempSync(join(tmpdir(), "mosquitto-"));
  const port = await freePort();
  const [passwords, acl, config] = ["passwords", "acl", "mosquitto.conf"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(passwords, USERS.map((user) => `${user}:${PASSWORD}\n`).join(""), { mode: 0o600 });
  execFileSync("mosquitto_passwd", ["-U", passwords], { stdio: "pipe" });
  writeFileSync(acl, "user tester\ntopic readwrite open/#\nuser admin\ntopic readwrite #\n", { mode: 0o600 });
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\nacl_file ${acl}\n` +
      `persistence false\nset_tcp_nodelay true\n${process.getuid?.() === 0 ? "user root\n" : ""}`,
  );
  const child = spawn(program, ["-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += String(text);
  });
  const exited = once(child, "exit");
  for (let tries = 0; !(await answers(port)); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`mosquitto does not start: ${errors}`);
    await delay(25);
  }
  return {
    host: "127.0.0.1",
    port,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

if (PROGRAM !== undefined) {
  interopSuite("mosquitto", [4, 5], () => start(PROGRAM));
} else {
  describe("interoperability: mosquitto", () => {
    it.skipIf(process.env.CI !== "true")("needs mosquitto (on Debian: apt-get install mosquitto)", () => {
      throw new Error("mosquitto is not installed");
    });
  });
}
