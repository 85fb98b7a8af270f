import { decodeRecord, RecordError } from "../../../../firmware/records/codec.js";
import { CommandKind, Kind } from "../../../../firmware/records/records.js";
import { PacketReader } from "../../../../firmware/sync/mqtt/packet-reader.js";
import { type IncomingPacket, MqttError } from "../../../../firmware/sync/mqtt/packets.js";
import { FrameError, FrameReader } from "../../../../firmware/sync/websocket/frames.js";
import { Handshake } from "../../../../firmware/sync/websocket/handshake.js";
import { KeyList, Manifest, SignedEnvelope } from "../../../../firmware/update/manifest.js";
import { CborError, decodeCbor, encodeCbor } from "../../../../firmware/wire/cbor.js";
import { ENVELOPE_OVERHEAD, openEnvelope, seal } from "../../../../firmware/wire/envelope.js";
import { Lane } from "../../../../firmware/wire/lanes.js";
import * as messages from "../../../../firmware/wire/messages.js";
import { type BodyCodec, MessageError } from "../../../../firmware/wire/shape.js";
import * as updates from "../../../../firmware/wire/update-messages.js";
import { asciiBytes } from "../../../../hal/bytes/ascii.js";
import { chosen, holds, pieces, type Target, unlessRefused } from "../target.js";

const of = (...bytes: readonly number[]) => Uint8Array.from(bytes);
const after = (first: number, bytes: Uint8Array) => of(first, ...bytes);

const MAX_PACKET_BYTES = 2_048;

const mqtt: Target = {
  name: "mqtt",
  what: "what a broker sends, as MQTT 3.1.1 or 5, in pieces",
  seeds: () => [
    of(0, 0x20, 2, 0, 0, 0x90, 3, 0, 1, 1, 0xd0, 0),
    of(1, 0x20, 6, 0, 0, 3, 0x21, 0, 4, 0x90, 4, 0, 1, 0, 1),
    of(0, 0x32, 8, 0, 3, 0x61, 0x2f, 0x62, 0, 7, 9, 0x40, 2, 0, 7),
    of(1, 0x32, 9, 0, 3, 0x61, 0x2f, 0x62, 0, 7, 0, 9, 0xe0, 2, 0x8e, 0),
    after(0, asciiBytes("HTTP/1.1 302 Found\r\n\r\n")),
    of(1, 0x20, 2, 0, 1),
  ],
  run(input) {
    const { index, rest } = chosen(input, 2);
    const reader = new PacketReader(index === 0 ? 4 : 5, MAX_PACKET_BYTES);
    unlessRefused(() => {
      for (const piece of pieces(rest, 40)) reader.feed(piece, isGood);
    }, MqttError);
  },
};

function isGood(packet: IncomingPacket): void {
  if ("messageId" in packet && packet.messageId !== undefined)
    holds(packet.messageId >= 1 && packet.messageId <= 0xffff, `${packet.cmd} with identifier ${packet.messageId}`);
  if ("code" in packet) holds(Number.isInteger(packet.code) && packet.code >= 0 && packet.code <= 255, packet.cmd);
  if (packet.cmd === "suback") {
    for (const one of packet.granted) holds(Number.isInteger(one) && one >= 0 && one <= 255, `SUBACK ${one}`);
  }
  if (packet.cmd === "publish") holds(packet.payload.length <= MAX_PACKET_BYTES, "a payload longer than a packet");
}

const cbor: Target = {
  name: "cbor",
  what: "one CBOR map",
  seeds: () => [encodeCbor({ of: 1, acked: 2, time: 1_800_000_000 }), encodeCbor({ records: [of(1, 2), of(3)] })],
  run(input) {
    unlessRefused(() => decodeCbor(input), CborError);
  },
};

/** Codecs of everything that is sealed or signed, by a number. */
const CODECS: readonly BodyCodec<unknown>[] = [
  messages.Hello,
  messages.Welcome,
  messages.Records,
  messages.Ack,
  messages.Status,
  messages.Fetch,
  messages.Piece,
  messages.Offer,
  messages.State,
  messages.Command,
  updates.Pull,
  updates.Release,
  updates.ImagePiece,
] as readonly BodyCodec<unknown>[];

/** What was taken is a value that the same codec writes, and takes again as the same bytes. */
function isTakenAgain<T>(codec: BodyCodec<T>, bytes: Uint8Array): void {
  const body = unlessRefused(() => codec.decode(bytes), MessageError);
  if (body === undefined) return;
  // What a newer peer may send is wider than what this one writes.
  const written = unlessRefused(() => codec.encode(body), MessageError);
  if (written === undefined) return;
  const again = codec.encode(codec.decode(written));
  holds(again.length === written.length && again.every((byte, i) => byte === written[i]), "written twice, it differs");
}

const message: Target = {
  name: "message",
  what: "bodies of the sync protocol: the first byte chooses which",
  seeds: () => [
    after(1, messages.Welcome.encode({ of: 1, acked: 7, version: 2, total: 900, time: 1_800_000_000 })),
    after(2, messages.Records.encode({ epoch: new Uint8Array(8), first: 3, records: [of(1), of(2, 3)] })),
    after(3, messages.Ack.encode({ epoch: new Uint8Array(8), through: 5 })),
    after(5, messages.Fetch.encode({ version: 1, offset: 0, count: 8_192 })),
    after(6, messages.Piece.encode({ version: 1, offset: 0, bytes: of(1, 2, 3) })),
    after(
      9,
      messages.Command.encode({ id: 1, command: CommandKind.oneTouchUnlock, bin: 3, time: 5, sent: 5 } as never),
    ),
    after(10, updates.Pull.encode({ release: 1, offset: 0, count: 100 })),
  ],
  run(input) {
    const { index, rest } = chosen(input, CODECS.length);
    isTakenAgain(CODECS[index]!, rest);
  },
};

const manifest: Target = {
  name: "manifest",
  what: "manifests of releases, key lists, and the envelope around them: the first byte chooses which",
  seeds: () => [
    after(
      0,
      Manifest.encode({
        release: 2,
        model: "MS5",
        firmware: "0.2.0",
        total: 100,
        digest: new Uint8Array(32),
        floor: 0,
        expires: 1_900_000_000,
        formats: [1, 1, 1, 1],
      }),
    ),
    after(1, KeyList.encode({ version: 1, threshold: 1, keys: [new Uint8Array(32)] })),
    after(2, SignedEnvelope.encode({ manifest: of(0xa0), signatures: [new Uint8Array(65)] })),
  ],
  run(input) {
    const { index, rest } = chosen(input, 3);
    isTakenAgain(([Manifest, KeyList, SignedEnvelope] as readonly BodyCodec<unknown>[])[index]!, rest);
  },
};

const record: Target = {
  name: "record",
  what: "a record of the journal",
  seeds: () => [
    encodeCbor({ kind: Kind.boot, at: 5, flags: 3 }),
    encodeCbor({ kind: Kind.codeFailure, at: 5, flags: 3, bin: 2 }),
  ],
  run(input) {
    unlessRefused(() => decodeRecord(input), RecordError);
  },
};

const KEY = new Uint8Array(32).fill(7);
const EIGHT = new Uint8Array(8).fill(5);
const LANES = Object.values(Lane);

const envelope: Target = {
  name: "envelope",
  what: "a sealed message: the first byte chooses the lane",
  seeds: () => [
    after(0, seal(KEY, Lane.hello, EIGHT, EIGHT, 1, of(0xa0))),
    after(7, seal(KEY, Lane.ack, EIGHT, EIGHT, 9, encodeCbor({ through: 4 }))),
  ],
  run(input) {
    const { index, rest } = chosen(input, LANES.length);
    const opened = openEnvelope(KEY, LANES[index]!, rest);
    if (opened === undefined) return;
    holds(opened.body.length === rest.length - ENVELOPE_OVERHEAD, "a body of another length than was sealed");
    const again = seal(KEY, LANES[index]!, opened.session, opened.challenge, opened.counter, opened.body);
    holds(
      again.every((byte, i) => byte === rest[i]),
      "what was opened is not what was sealed",
    );
  },
};

const websocket: Target = {
  name: "websocket",
  what: "what a web server answers to the opening handshake, and its frames: the first byte chooses which",
  seeds: () => [
    of(0, 0x82, 3, 1, 2, 3, 0x89, 1, 0x21, 0x88, 2, 3, 0xe8),
    of(0, 0x02, 1, 7, 0x80, 126, 0, 2, 8, 9),
    // A ping of 130 bytes, which no server may send.
    of(0, 0x89, 126, 0, 130, ...new Uint8Array(130)),
    after(1, asciiBytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")),
  ],
  run(input) {
    const { index, rest } = chosen(input, 2);
    if (index === 1) {
      const handshake = new Handshake({ host: "broker.example", port: 443, path: "/mqtt" }, new Uint8Array(16));
      for (const piece of pieces(rest, 200)) if (handshake.feed(piece) !== undefined) return;
      return;
    }
    let given = 0;
    const visitor = {
      data: (bytes: Uint8Array) => {
        given += bytes.length;
      },
      control: (_: number, payload: Uint8Array) => holds(payload.length <= 125, "a long control frame"),
    };
    const reader = new FrameReader();
    unlessRefused(() => {
      for (const piece of pieces(rest, 30)) reader.feed(piece, visitor);
    }, FrameError);
    holds(given <= rest.length, "more came out than went in");
  },
};

export const WIRE_TARGETS: readonly Target[] = [mqtt, cbor, message, record, envelope, websocket, manifest];
