import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64 } from "../../../firmware/sync/websocket/base64.js";
import { FrameError, FrameReader, maskedFrame } from "../../../firmware/sync/websocket/frames.js";
import { sha1 } from "../../../firmware/sync/websocket/sha1.js";
import { WebSocketStream } from "../../../firmware/sync/websocket/web-socket.js";
import { EntropyError } from "../../../hal/ports/entropy.js";
import type { SocketPort } from "../../../hal/ports/network.js";

const SEED = 7;
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

/** A server's frame: final unless told, unmasked. */
function frame(opcode: number, payload: Uint8Array, { isFinal = true, reserved = 0, mask = 0 } = {}): Uint8Array {
  const { length } = payload;
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
  return Uint8Array.from([(isFinal ? 0x80 : 0) | reserved | opcode, size[0]! | mask, ...size.slice(1), ...payload]);
}

function rig({ room = 100_000, withoutEntropy = false } = {}) {
  const log: string[] = [];
  const data: number[] = [];
  const written: number[] = [];
  const socket: SocketPort & { room: number } = {
    room,
    validity: undefined,
    onOpen: undefined,
    onData: undefined,
    onWritable: undefined,
    onClose: undefined,
    get writable() {
      return this.room;
    },
    write(given) {
      const taken = Math.min(given.length, this.room);
      this.room -= taken;
      written.push(...given.subarray(0, taken));
      return taken;
    },
    close: () => void log.push("socket closed"),
  };
  let drawn = 0;
  const stream = new WebSocketStream(
    socket,
    { host: "broker.test", port: 443, path: "/mqtt" },
    {
      fill(into) {
        if (withoutEntropy) throw new EntropyError("none");
        for (let i = 0; i < into.length; i++) into[i] = ++drawn;
      },
    },
  );
  stream.onOpen = () => log.push("open");
  stream.onData = (piece) => data.push(...piece);
  stream.onWritable = () => log.push("writable");
  stream.onClose = (error) => log.push(`close ${error ?? "cleanly"}`);
  const request = () => Buffer.from(written).toString("latin1");
  const answer = (status = "101 Switching Protocols", protocol = "mqtt", accept?: string) => {
    const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(request())![1];
    const right = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    return bytes(
      `HTTP/1.1 ${status}\r\nUPGRADE: websocket\r\nConnection: upgrade\r\nsec-websocket-accept: ${accept ?? right}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    );
  };
  const open = () => {
    socket.onOpen!();
    const head = answer();
    written.length = 0;
    socket.onData!(head);
    written.length = 0;
  };
  return { log, data, written, socket, stream, request, answer, open };
}

/** What a server reads in masked frames. */
function unmasked(written: readonly number[]): { opcode: number; payload: number[] }[] {
  const frames = [];
  for (let at = 0; at < written.length; ) {
    expect(written[at + 1]! & 0x80).toBe(0x80);
    const short = written[at + 1]! & 0x7f;
    const length = short === 126 ? (written[at + 2]! << 8) | written[at + 3]! : short;
    const head = at + (short === 126 ? 4 : 2);
    const mask = written.slice(head, head + 4);
    const payload = written.slice(head + 4, head + 4 + length).map((byte, i) => byte ^ mask[i & 3]!);
    frames.push({ opcode: written[at]! & 15, payload, mask: mask.join() });
    at = head + 4 + length;
  }
  return frames;
}

describe("the handshake", () => {
  it("asks for MQTT, and opens on the right answer, in whatever pieces it comes", () => {
    const { log, socket, request, answer, data } = rig();
    socket.onOpen!();
    expect(request()).toMatch(/^GET \/mqtt HTTP\/1\.1\r\nHost: broker\.test:443\r\nUpgrade: websocket\r\n/);
    expect(request()).toContain("Sec-WebSocket-Protocol: mqtt\r\n");
    for (const byte of [...answer(), ...frame(2, bytes("first"))]) socket.onData!(Uint8Array.of(byte));
    expect(log).toEqual(["open"]);
    expect(Buffer.from(data).toString()).toBe("first");
  });

  it.each([
    ["302 Found", "answers with another page (HTTP 302): sign in to this network"],
    ["511 Network Authentication Required", "answers with another page (HTTP 511): sign in to this network"],
    ["404 Not Found", "has no WebSocket at /mqtt (HTTP 404): mend the broker's path"],
    ["400 Bad Request", "refuses the WebSocket (HTTP 400): mend the broker's port or path"],
    ["403 Forbidden", "refuses the WebSocket (HTTP 403)"],
  ])("tells %s in words", (status, reason) => {
    const { log, socket, answer } = rig();
    socket.onOpen!();
    socket.onData!(answer(status));
    expect(log[0]).toBe("socket closed");
    expect(log[1]).toContain(`close ${reason}`);
  });

  it("is not deceived by a proxy that plays back another answer, nor by another protocol", () => {
    const proxied = rig();
    proxied.socket.onOpen!();
    proxied.socket.onData!(proxied.answer("101 X", "mqtt", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    expect(proxied.log.at(-1)).toContain("answers the WebSocket handshake wrongly");
    const chat = rig();
    chat.socket.onOpen!();
    chat.socket.onData!(chat.answer("101 X", "chat"));
    expect(chat.log.at(-1)).toContain("has a WebSocket, but not for MQTT");
    const mqtt = rig();
    mqtt.socket.onOpen!();
    mqtt.socket.onData!(bytes(`${"\x20\x02\x00\x00".repeat(1100)}`));
    expect(mqtt.log.at(-1)).toContain("answers, but not as a web server");
    const cut = rig();
    cut.socket.onOpen!();
    cut.socket.onClose!();
    expect(cut.log).toEqual(["close closed during the WebSocket handshake"]);
    const dull = rig({ withoutEntropy: true });
    dull.socket.onOpen!();
    expect(dull.log).toEqual(["socket closed", "close no random numbers for a WebSocket"]);
  });
});

describe("an open WebSocket", () => {
  it("sends whole masked frames, each with another mask, and no more than there is room for", () => {
    const { stream, socket, written, open, log } = rig();
    open();
    const long = Uint8Array.from({ length: 3_000 }, (_, i) => i & 255);
    expect(stream.write(long)).toBe(3_000);
    expect(stream.write(bytes("ab"))).toBe(2);
    const frames = unmasked(written) as { opcode: number; payload: number[]; mask: string }[];
    expect(frames.map(({ opcode }) => opcode)).toEqual([2, 2]);
    expect(frames[0]!.payload).toEqual([...long]);
    expect(frames[0]!.mask).not.toBe(frames[1]!.mask);
    socket.room = 100;
    written.length = 0;
    expect(stream.writable).toBe(92);
    expect(stream.write(long)).toBe(92);
    expect(unmasked(written)[0]!.payload).toEqual([...long.subarray(0, 92)]);
    expect(stream.write(long)).toBe(0);
    socket.room = 1_000;
    socket.onWritable!();
    expect(log).toEqual(["open", "writable"]);
  });

  it("answers pings, in the middle of a message and when there is room again", () => {
    const { socket, written, open, data } = rig();
    open();
    socket.onData!(frame(2, bytes("one"), { isFinal: false }));
    socket.onData!(frame(9, bytes("ping")));
    socket.onData!(frame(0, bytes("two")));
    expect(unmasked(written)).toMatchObject([{ opcode: 10, payload: [...bytes("ping")] }]);
    expect(Buffer.from(data).toString()).toBe("onetwo");
    written.length = 0;
    socket.room = 5;
    socket.onData!(frame(9, bytes("later")));
    expect(written).toEqual([]);
    socket.room = 500;
    socket.onWritable!();
    expect(unmasked(written)).toMatchObject([{ opcode: 10, payload: [...bytes("later")] }]);
  });

  it.each([
    [Uint8Array.of(), "cleanly"],
    [Uint8Array.of(0x03, 0xe8), "cleanly"],
    [Uint8Array.of(0x03, 0xf5), "closes the WebSocket: is busy (1013)"],
    [Uint8Array.of(0x0f, 0xa0), "closes the WebSocket: for a reason of its own (4000)"],
  ])("tells why the server closes it: %j", (payload, words) => {
    const { socket, open, log } = rig();
    open();
    socket.onData!(frame(8, payload));
    expect(log).toEqual(["open", "socket closed", `close ${words}`]);
  });

  it.each([
    ["a text frame", frame(1, bytes("x"))],
    ["a masked frame from a server", frame(2, bytes("x"), { mask: 0x80 })],
    ["a frame with reserved bits", frame(2, bytes("x"), { reserved: 0x40 })],
    ["frames out of order", frame(0, bytes("x"))],
    ["a control frame in pieces", frame(9, bytes("x"), { isFinal: false })],
    ["opcode 3", frame(3, bytes("x"))],
    ["opcode 11", frame(11, bytes("x"))],
  ])("ends on %s", (what, broken) => {
    const { socket, open, log } = rig();
    open();
    socket.onData!(broken);
    expect(log.at(-1)).toBe(`close breaks the WebSocket protocol: ${what}`);
  });

  it("says that it closes, and tells nothing afterwards", () => {
    const { socket, stream, written, open, log, data } = rig();
    open();
    stream.close();
    expect(unmasked(written)).toMatchObject([{ opcode: 8, payload: [0x03, 0xe8] }]);
    socket.onData!(frame(2, bytes("late")));
    socket.onClose!("late");
    expect(log).toEqual(["open", "socket closed"]);
    expect(data).toEqual([]);
  });

  it("lets what its user throws through", () => {
    const { socket, stream, open } = rig();
    open();
    stream.onData = () => {
      throw new TypeError("cut");
    };
    expect(() => socket.onData!(frame(2, bytes("x")))).toThrow(TypeError);
  });
});

describe("frames", () => {
  it("come out as they went in, whatever the pieces", () => {
    const message = fc.record({ size: fc.integer({ min: 0, max: 70_000 }), parts: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.integer({ min: 1, max: 9_000 }), (messages, size) => {
        const stream: number[] = [];
        const wanted: number[] = [];
        for (const { size: length, parts } of messages) {
          const payload = Uint8Array.from({ length }, (_, i) => (i * 7) & 255);
          wanted.push(...payload);
          const step = Math.ceil(length / parts) || 1;
          for (let part = 0; part < parts; part++) {
            const options = { isFinal: part === parts - 1 };
            stream.push(...frame(part === 0 ? 2 : 0, payload.subarray(part * step, (part + 1) * step), options));
          }
        }
        const reader = new FrameReader();
        const got: number[] = [];
        for (let at = 0; at < stream.length; at += size) {
          reader.feed(Uint8Array.from(stream.slice(at, at + size)), {
            data: (piece) => got.push(...piece),
            control: () => {},
          });
        }
        expect(got).toEqual(wanted);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  it("that are noise throw nothing but FrameError, and keep nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (pieces) => {
        const reader = new FrameReader();
        try {
          for (const piece of pieces) reader.feed(piece, { data: () => {}, control: () => {} });
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("of a client are as RFC 6455 section 5.7 has them", () => {
    const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
    expect([...maskedFrame(1, bytes("Hello"), mask)]).toEqual([
      0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
    ]);
    expect([...maskedFrame(2, new Uint8Array(256), mask).subarray(0, 4)]).toEqual([0x82, 0xfe, 0x01, 0x00]);
  });
});

it("SHA-1 and base64 are those of Node", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (some) => {
      expect(Buffer.from(sha1(some)).toString("hex")).toBe(createHash("sha1").update(some).digest("hex"));
      expect(base64(some)).toBe(Buffer.from(some).toString("base64"));
    }),
    { seed: SEED, numRuns: 300 },
  );
});
