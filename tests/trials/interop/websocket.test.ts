import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { EmbeddedBroker } from "../../../sim/broker/embedded.js";
import { runInterop } from "../../../sim/trials/interop/run.js";
import { interopTarget } from "../../../sim/trials/interop/target.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const LOGIN = { username: "cloud", password: "of the cloud" };

let broker: EmbeddedBroker;
let port: number;
const server = createServer((_, response) => response.writeHead(404).end());

beforeAll(async () => {
  broker = await EmbeddedBroker.start({ port: 0, accounts: () => ({ boxes: [], cloud: LOGIN }) });
  server.on("upgrade", (request, socket) => {
    if (request.url !== "/mqtt" || request.headers["sec-websocket-protocol"] !== "mqtt") {
      socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
      return;
    }
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`,
    );
    bridge(socket as Socket, connect(broker.port, "127.0.0.1"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await broker.stop();
});

/** A WebSocket server of a few lines, by RFC 6455 alone: small pieces, messages in several frames, a ping now and then. */
function bridge(near: Socket, far: Socket): void {
  let pending = Buffer.alloc(0);
  let sent = 0;
  near.on("data", (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    for (let frame = take(pending); frame !== undefined; frame = take(pending)) {
      pending = pending.subarray(frame.size);
      if (frame.opcode === 2) far.write(frame.payload);
      else if (frame.opcode === 8) near.end();
    }
  });
  far.on("data", (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += 100) {
      const piece = bytes.subarray(at, at + 100);
      const cut = piece.length >> 1;
      near.write(Buffer.concat([Buffer.from([0x02, cut]), piece.subarray(0, cut)]));
      if (sent++ % 7 === 0) near.write(Buffer.from([0x89, 2, 0x68, 0x69]));
      near.write(Buffer.concat([Buffer.from([0x80, piece.length - cut]), piece.subarray(cut)]));
    }
  });
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}

function take(bytes: Buffer): { readonly opcode: number; readonly payload: Buffer; readonly size: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = bytes[1]! & 0x7f;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const size = head + 4 + length;
  if (bytes.length < size) return undefined;
  if ((bytes[1]! & 0x80) === 0) throw new Error("a client's frame without a mask");
  const mask = bytes.subarray(head, head + 4);
  const payload = Buffer.from(bytes.subarray(head + 4, size).map((byte, i) => byte ^ mask[i & 3]!));
  return { opcode: bytes[0]! & 15, payload, size };
}

const run = (path: string) =>
  runInterop(
    interopTarget({
      url: `ws://127.0.0.1:${port}${path}`,
      box: "INTEROP-1",
      user: LOGIN.username,
      password: LOGIN.password,
    }),
    { versions: [4], limitSeconds: 20, idleSeconds: 1, progress: () => {} },
  );

it("through a WebSocket a broker has what a box needs", async () => {
  const report = await run("/mqtt");
  expect(report.neededFailed).toEqual([]);
  expect(report.versions[0]!.features.order).toEqual({ verdict: "yes", note: "" });
});

it("a wrong path is told in words", async () => {
  const report = await run("/elsewhere");
  expect(report.versions[0]!.features.connect?.note).toBe(
    "has no WebSocket at /elsewhere (HTTP 404): mend the broker's path",
  );
});
