import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMosquitto, Mosquitto } from "../../sim/broker/mosquitto.js";
import { connectMqttjs } from "../../sim/cloud/transport-mqttjs.js";
import { ACCOUNTS, CLOUD_PASSWORD, connectBox, subscribe, until } from "../cloud/support/accounts.js";
import { aclSuite } from "../cloud/support/acl-suite.js";

const found = findMosquitto();
const missing = "missing" in found ? found.missing : undefined;
const isSkipped = missing !== undefined && process.env.CI !== "true";
if (isSkipped) console.warn(`tests against mosquitto are skipped: ${missing}`);

describe.skipIf(isSkipped)("mosquitto with TLS", () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = new Mosquitto({ port: 0, accounts: ACCOUNTS });
    await broker.start();
  });
  afterAll(() => broker.stop());

  const cloud = () =>
    connectMqttjs({ url: broker.url, username: "cloud", password: CLOUD_PASSWORD, ca: broker.authority });

  aclSuite(() => ({ url: broker.url, ca: broker.authority }));

  test("is not trusted without its authority", async () => {
    await expect(connectMqttjs({ url: broker.url, username: "cloud", password: CLOUD_PASSWORD })).rejects.toThrow(
      /its certificate is not trusted .*give the authority that signed it/,
    );
  });

  test("does not speak without TLS", async () => {
    const url = broker.url.replace("mqtts:", "mqtt:");
    await expect(connectMqttjs({ url, username: "cloud", password: CLOUD_PASSWORD })).rejects.toThrow(
      /it closed the connection/,
    );
  });

  test("comes back after SIGKILL on the same port, with what was retained, and the cloud finds it again", async () => {
    const transport = await cloud();
    const heard: string[] = [];
    transport.onMessage = (topic, payload) => heard.push(`${topic} ${payload.join()}`);
    const a = await connectBox(broker.url, "A", { ca: broker.authority });
    await new Promise((resolve) =>
      a.client.publish("smartbox/A/up/state", Buffer.of(1), { qos: 1, retain: true }, resolve),
    );
    await until(() => heard.length === 1, "state at the cloud");
    // Mosquitto saves after its next turn: a kill before that may lose it, as on any machine.
    const database = join(dirname(broker.authorityFile), "mosquitto.db");
    await until(
      () => existsSync(database) && readFileSync(database).includes("smartbox/A/up/state"),
      "the state on disk",
    );
    const port = broker.port;
    a.client.on("error", () => {});
    await broker.kill();
    transport.publish("smartbox/A/down/time", Uint8Array.of(1));
    await expect(connectBox(broker.url, "A", { ca: broker.authority })).rejects.toThrow(/ECONNREFUSED/);
    await broker.restart();
    expect(broker.port).toBe(port);
    await until(() => heard.length === 2, "the retained state after the restart");
    expect(heard[1]).toBe("smartbox/A/up/state 1");
    const again = await connectBox(broker.url, "A", { ca: broker.authority });
    await subscribe(again.client, "smartbox/A/down/#");
    transport.publish("smartbox/A/down/time", Uint8Array.of(2));
    await until(() => again.got.length > 0, "the time at the box");
    again.client.end(true);
    a.client.end(true);
    transport.close();
  });

  test("an ordinary client of the broker reaches the cloud", async () => {
    const transport = await cloud();
    const heard: string[] = [];
    transport.onMessage = (topic) => heard.push(topic);
    execFileSync("mosquitto_pub", [
      ...["-h", "localhost", "-p", String(broker.port), "--cafile", broker.authorityFile],
      ...["-u", "box-b", "-P", "password-b", "-i", "smartbox-B", "-q", "1", "-t", "smartbox/B/up/status", "-m", "x"],
    ]);
    await until(() => heard.includes("smartbox/B/up/status"), "the status");
    transport.close();
  });

  test("says when its port is taken, with its log", async () => {
    const second = new Mosquitto({ port: broker.port, accounts: ACCOUNTS });
    // A TLS handshake with the first one must not pass for readiness of the second.
    await expect(second.start()).rejects.toThrow(new RegExp(`port ${broker.port} is taken by another program`));
    expect(second.log).toContain("Address already in use");
    await second.stop();
    expect(existsSync(dirname(second.authorityFile))).toBe(false);
  });

  test("is started once", async () => {
    await expect(broker.start()).rejects.toThrow(/running already/);
  });
});
