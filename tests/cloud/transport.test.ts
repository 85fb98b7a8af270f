import { createServer as createHttp } from "node:http";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { connectLine } from "../../sim/cloud/transport-mqttjs.js";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((closed) => server.close(closed))));
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return (server.address() as { port: number }).port;
}

const whyNot = (url: string) =>
  connectLine({ url }).then(
    (line) => {
      line.close();
      return "connected";
    },
    (error: Error) => error.message,
  );

const WAY_OUT = "does this port speak MQTT, with TLS or without as the URL says?";

test("a web server in place of a broker is no MQTT", async () => {
  const port = await portOf(createHttp((_request, response) => response.end("sign in")));
  expect(await whyNot(`mqtt://127.0.0.1:${port}`)).toBe(
    `the broker at 127.0.0.1:${port}: what answers is no MQTT: ${WAY_OUT}`,
  );
});

test("what closes without a word is told so", async () => {
  const port = await portOf(createServer((socket) => socket.once("data", () => socket.destroy())));
  expect(await whyNot(`mqtt://127.0.0.1:${port}`)).toBe(
    `the broker at 127.0.0.1:${port}: it closed the connection before it answered: ${WAY_OUT}`,
  );
});

test("a port without TLS is told, where the URL asks for it", async () => {
  const port = await portOf(
    createServer((socket) => socket.once("data", () => socket.write("no TLS here, whatever you say\r\n"))),
  );
  expect(await whyNot(`mqtts://127.0.0.1:${port}`)).toBe(
    `the broker at 127.0.0.1:${port}: it does not speak TLS: ${WAY_OUT}`,
  );
});

test("a port that nobody listens on is refused", async () => {
  const port = await portOf(createServer());
  const server = servers.pop()!;
  await new Promise((closed) => server.close(closed));
  expect(await whyNot(`mqtt://127.0.0.1:${port}`)).toBe(
    `the broker at 127.0.0.1:${port}: the connection was refused: is the broker running, and is that its port?`,
  );
});
