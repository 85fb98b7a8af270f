import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import type { Mosquitto } from "../../../sim/broker/mosquitto.js";
import { bytesToHex } from "../../../sim/cloud/domain.js";
import { SAMPLE_BOXES } from "../../../sim/samples/sample.js";
import { outage } from "../../../sim/trials/scenarios/outage.js";
import { play } from "../../../sim/trials/scenarios/play.js";
import type { Stage } from "../../../sim/trials/stage/stage.js";
import { whyNoMosquitto } from "../../support/mosquitto.js";

vi.setConfig({ testTimeout: 240_000 });

/** What PROTOCOL.md section 1 lists, below `smartbox/{box}/`. */
const DOCUMENTED = [
  ...["hello", "records", "status", "fetch", "state"].map((name) => `up/${name}`),
  ...["welcome", "ack", "snapshot", "command", "offer"].map((name) => `down/${name}`),
];
/** Envelope without a body: version, session, challenge, counter, and the tag of secretbox. */
const SMALLEST_BYTES = 1 + 8 + 8 + 4 + 16;

/** mosquitto_sub as somebody who owns the broker: it may read every topic. Each line is a topic and a payload in hexadecimal. */
function eavesdrop(stage: Stage, lines: string[]): ChildProcess {
  const { mosquitto } = stage.broker as Stage["broker"] & { readonly mosquitto: Mosquitto };
  const password = bytesToHex(stage.world.random("cloud password").bytes(12));
  const child = spawn("mosquitto_sub", [
    ...["-h", "localhost", "-p", String(mosquitto.port), "--cafile", mosquitto.authorityFile],
    ...["-u", "cloud", "-P", password, "-i", "eavesdropper", "-q", "1", "-t", "smartbox/#", "-F", "%t %x"],
  ]);
  let rest = "";
  child.stdout.on("data", (bytes: Buffer) => {
    const parts = (rest + bytes.toString("ascii")).split("\n");
    rest = parts.pop()!;
    lines.push(...parts);
  });
  child.stderr.on("data", (bytes: Buffer) => lines.push(`error ${bytes.toString()}`));
  return child;
}

test.skipIf(whyNoMosquitto())(
  "mosquitto_sub sees the documented topics of a whole outage, and can read nothing",
  { timeout: 180_000 },
  async () => {
    const lines: string[] = [];
    const secrets: string[] = [];
    let child: ChildProcess | undefined;
    const result = await play(
      outage,
      { seed: 3, broker: "mosquitto" },
      { exchanges: 5, killBroker: false },
      (_, stage) => {
        child ??= eavesdrop(stage, lines);
        const { keys, users, accesses, boxes } = stage.cloud.store.organisation;
        secrets.push(...keys.flatMap((key) => [key.name, key.fob ?? "", key.code ?? ""]));
        secrets.push(
          ...users.flatMap((user) => [user.name, user.badge ?? ""]),
          ...accesses.map((access) => access.code),
        );
        secrets.push(...boxes.map((box) => box.id));
      },
    );
    child?.kill();
    if (child !== undefined && child.exitCode === null) await once(child, "exit");
    expect(result.failure).toBeUndefined();
    expect(lines.length).toBeGreaterThan(50);

    const prefix = `smartbox/${SAMPLE_BOXES.ms5}/`;
    const topics = new Set(lines.map((line) => line.split(" ")[0]!));
    for (const topic of topics) expect(DOCUMENTED.map((name) => prefix + name)).toContain(topic);
    for (const name of [
      "up/hello",
      "up/records",
      "up/fetch",
      "up/state",
      "down/welcome",
      "down/ack",
      "down/snapshot",
    ]) {
      expect(topics).toContain(prefix + name);
    }
    const payloads = lines.map((line) => line.split(" ")[1] ?? "");
    for (const payload of payloads) {
      expect(payload.length / 2).toBeGreaterThanOrEqual(SMALLEST_BYTES);
      expect(payload.startsWith("01")).toBe(true);
    }
    const everything = payloads.join(" ");
    const readable = [...new Set(secrets)].filter((secret) => secret.length >= 4);
    expect(readable.length).toBeGreaterThan(80);
    for (const secret of readable) expect(everything).not.toContain(Buffer.from(secret).toString("hex"));
    // No two messages under one nonce: the clear part of the envelope never comes twice on one topic.
    const heads = lines.map((line) => line.slice(0, line.indexOf(" ") + 1 + 2 * 21));
    expect(new Set(heads).size).toBe(new Set(lines).size);
  },
);
