import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EmbeddedBroker } from "../../sim/broker/embedded.js";
import { connectMqttjs } from "../../sim/cloud/transport-mqttjs.js";
import { ACCOUNTS, CLOUD_PASSWORD, connectBox, subscribe, until } from "./support/accounts.js";
import { aclSuite } from "./support/acl-suite.js";

let broker: EmbeddedBroker;
beforeAll(async () => {
  broker = await EmbeddedBroker.start({ port: 0, accounts: () => ACCOUNTS });
});
afterAll(() => broker.stop());

describe("the embedded broker", () => {
  aclSuite(() => ({ url: broker.url }));

  test("refuses the subscription itself, and a box under another's identifier", async () => {
    const a = await connectBox(broker.url, "A");
    expect(await subscribe(a.client, "smartbox/B/down/#")).toBe(128);
    expect(await subscribe(a.client, "smartbox/A/up/#")).toBe(128);
    a.client.end(true);
    await expect(connectBox(broker.url, "A", { clientId: "smartbox-B" })).rejects.toThrow(/[Nn]ot authorized/);
    const user = { url: broker.url, username: "box-a", password: "password-a", clientId: "smartbox-A" };
    await expect(connectMqttjs(user)).rejects.toThrow(
      /refuses smartbox\/\+\/up\/# to this user: allow it in the broker's ACL/,
    );
  });

  test("drops a payload longer than any message", async () => {
    const transport = await connectMqttjs({ url: broker.url, username: "cloud", password: CLOUD_PASSWORD });
    const sizes: number[] = [];
    transport.onMessage = (_, payload) => sizes.push(payload.length);
    const long = await connectBox(broker.url, "A");
    const closed = new Promise<void>((resolve) => long.client.once("close", () => resolve()));
    long.client.publish("smartbox/A/up/records", Buffer.alloc(4_097), { qos: 0 });
    await closed;
    const good = await connectBox(broker.url, "A");
    good.client.publish("smartbox/A/up/records", Buffer.alloc(4_096), { qos: 1 });
    await until(() => sizes.length > 0, "the message of the right size");
    expect(sizes).toEqual([4_096]);
    good.client.end(true);
    transport.close();
  });

  test("says when its port is taken", async () => {
    await expect(EmbeddedBroker.start({ port: broker.port, accounts: () => ACCOUNTS })).rejects.toThrow(
      `port ${broker.port} is taken by another program: stop it, or choose another port`,
    );
  });
});

test("two clouds with one client id notice it, say so and let each other be", async () => {
  const states: string[][] = [[], []];
  const cloud = (i: number) =>
    connectMqttjs({
      url: broker.url,
      username: "cloud",
      password: CLOUD_PASSWORD,
      clientId: "smartbox-cloud",
      reconnectMs: 10,
      onState: (state) => states[i]!.push(state),
    });
  const clouds = [await cloud(0), await cloud(1)];
  const named = (i: number) => states[i]!.some((state) => /another client seems to use that client id/.test(state));
  await until(() => named(0) || named(1), "a word about the other one");
  for (const one of clouds) one.close();
  // One of them stays away for a minute then, so that the other one is not thrown out again.
  expect(Math.min(...states.map((all) => all.filter((state) => state.startsWith("connected")).length))).toBeLessThan(7);
});

describe("the cloud's connection says what is wrong", () => {
  const attempt = (url: string) => connectMqttjs({ url, username: "cloud", password: CLOUD_PASSWORD });

  test("when nothing listens", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
    );
    await new Promise((resolve) => server.close(resolve));
    await expect(attempt(`mqtt://127.0.0.1:${port}`)).rejects.toThrow(
      `the broker at 127.0.0.1:${port}: the connection was refused: is the broker running, and is that its port?`,
    );
  });

  test("when the host has no address", async () => {
    await expect(attempt("mqtt://broker.invalid:1883")).rejects.toThrow(
      /broker.invalid:1883: (there is no such host|the host name could not)/,
    );
  });

  test.each(["localhost:1883", "http://localhost", "mqtt://", "what"])("when the URL is %s", async (url) => {
    await expect(attempt(url)).rejects.toThrow(`broker URL ${url} is not understood: write it as mqtt://host:1883`);
  });

  test("when the other side hangs up", async () => {
    const server = createServer((socket) => socket.destroy());
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
    );
    await expect(attempt(`mqtt://127.0.0.1:${port}`)).rejects.toThrow(/it closed the connection/);
    server.close();
  });
});
