import { pathToFileURL } from "node:url";
import { Encoder as StockEncoder } from "cbor-x/encode";
import fc from "fast-check";
import stockMqtt from "mqtt-packet";
import stockNacl from "tweetnacl";
import { beforeAll, expect, test, vi } from "vitest";
import { KEYS } from "../../../firmware/wire/keys.js";
import { bundlePackages } from "../../../sim/engines/xs/bundle.js";
import { NEVER_SENT } from "../../../sim/engines/xs/patches.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The modules for XS against the stock packages, both on Node: byte for byte. */

const SEED = 20_261_123;
type Packet = Record<string, unknown> & { cmd: string };

let mqtt: typeof stockMqtt;
let Encoder: typeof StockEncoder;
let nacl: typeof stockNacl;

beforeAll(async () => {
  const paths = await bundlePackages();
  const load = async (path: string) => (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  mqtt = (await load(paths["mqtt-packet"])).default as typeof stockMqtt;
  Encoder = (await load(paths["cbor-x"])).Encoder as typeof StockEncoder;
  nacl = (await load(paths.tweetnacl)).default as typeof stockNacl;
});

const payload = Uint8Array.from({ length: 300 }, (_, i) => i);
const will = { topic: "smartbox/b/up/state", payload: Buffer.from([0, 255, 1]), qos: 1, retain: true };
const properties = { sessionExpiryInterval: 3_600, userProperties: { caf\u00e9: ["a", "b"], c: "d" } };
const PACKETS: readonly [string, number, Packet][] = [
  [
    "connect",
    4,
    { cmd: "connect", clientId: "box", username: "u", password: "p\u00e9", keepalive: 60, clean: true, will },
  ],
  ["connect without will", 4, { cmd: "connect", clientId: "box", keepalive: 0, clean: true }],
  [
    "connect",
    5,
    {
      cmd: "connect",
      clientId: "box",
      keepalive: 60,
      clean: false,
      properties,
      will: { ...will, properties: { willDelayInterval: 5 } },
    },
  ],
  ["connack", 4, { cmd: "connack", returnCode: 5, sessionPresent: false }],
  ["connack", 5, { cmd: "connack", reasonCode: 0, sessionPresent: true, properties: { receiveMaximum: 20 } }],
  [
    "publish of QoS 0",
    4,
    { cmd: "publish", topic: "a/b", payload: Buffer.from("h\u00e9llo \u{1F511}"), qos: 0, retain: true, dup: false },
  ],
  [
    "publish of QoS 1",
    4,
    {
      cmd: "publish",
      topic: "t\u00f6pic/\u{1F511}",
      payload: Buffer.from(payload),
      qos: 1,
      messageId: 65_535,
      retain: false,
      dup: true,
    },
  ],
  [
    "publish of nothing",
    4,
    { cmd: "publish", topic: "a", payload: Buffer.alloc(0), qos: 1, messageId: 1, retain: false, dup: false },
  ],
  [
    "publish",
    5,
    {
      cmd: "publish",
      topic: "a",
      payload: Buffer.from("x"),
      qos: 2,
      messageId: 256,
      retain: false,
      dup: false,
      properties: { topicAlias: 5, contentType: "c" },
    },
  ],
  ["puback", 4, { cmd: "puback", messageId: 2 }],
  ["puback with a reason", 5, { cmd: "puback", messageId: 2, reasonCode: 0x87, properties: { reasonString: "no" } }],
  ["pubrel", 4, { cmd: "pubrel", messageId: 3 }],
  [
    "subscribe",
    4,
    {
      cmd: "subscribe",
      messageId: 7,
      subscriptions: [
        { topic: "smartbox/b/down/#", qos: 1 },
        { topic: "x", qos: 0 },
      ],
    },
  ],
  [
    "subscribe",
    5,
    { cmd: "subscribe", messageId: 7, subscriptions: [{ topic: "x", qos: 2, nl: true, rap: false, rh: 1 }] },
  ],
  ["suback", 4, { cmd: "suback", messageId: 7, granted: [0, 1, 128] }],
  ["unsubscribe", 4, { cmd: "unsubscribe", messageId: 8, unsubscriptions: ["a", "b"] }],
  ["unsuback", 4, { cmd: "unsuback", messageId: 8 }],
  ["pingreq", 4, { cmd: "pingreq" }],
  ["pingresp", 4, { cmd: "pingresp" }],
  ["disconnect", 4, { cmd: "disconnect" }],
  ["disconnect", 5, { cmd: "disconnect", reasonCode: 4, properties: { sessionExpiryInterval: 0 } }],
];

/** Packet with every Buffer of either kind as plain bytes, and without prototypes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

function parse(
  codec: typeof stockMqtt,
  protocolVersion: number,
  bytes: Uint8Array,
  pieces: readonly number[],
): unknown[] {
  const parser = codec.parser({ protocolVersion } as never);
  const events: unknown[] = [];
  parser.on("packet", (packet) => events.push(plain(packet)));
  parser.on("error", (error) => events.push(`error ${(error as Error).message}`));
  let at = 0;
  for (const piece of [...pieces, bytes.length]) {
    // Stock mqtt-packet wants a Buffer; the other takes any bytes.
    const part = bytes.subarray(at, at + piece);
    at += piece;
    if (part.length > 0) parser.parse((codec === stockMqtt ? Buffer.from(part) : part) as never);
  }
  return events;
}

/** The stock codec's payloads are Node's Buffers; the bundled one knows its own and any other bytes. */
function generate(codec: typeof stockMqtt, packet: Packet, protocolVersion: number): number[] {
  const chunks: number[] = [];
  const sink = {
    write: (chunk: Uint8Array | string) => chunks.push(...(typeof chunk === "string" ? Buffer.from(chunk) : chunk)) > 0,
    destroy: (error: Error) => {
      throw error;
    },
  };
  codec.writeToStream({ ...packet, protocolVersion } as never, sink as never, { protocolVersion });
  return chunks;
}

test.each(PACKETS)("mqtt-packet: %s of version %i is generated and parsed alike", (_, version, packet) => {
  const bytes = generate(stockMqtt, packet, version);
  const ours = () => generate(mqtt, packet, version);
  if (NEVER_SENT.includes(packet.cmd)) expect(ours).toThrow("Unknown command");
  else expect(ours()).toEqual(bytes);
  const stock = parse(stockMqtt, version, Uint8Array.from(bytes), []);
  expect(stock).toHaveLength(1);
  expect(parse(mqtt, version, Uint8Array.from(bytes), [])).toEqual(stock);
  expect(parse(mqtt, version, Uint8Array.from(bytes), [1, 1, 3])).toEqual(stock);
});

test("mqtt-packet: any bytes, in any pieces, are parsed alike", () => {
  const real = fc.constantFrom(...PACKETS.filter(([, version]) => version === 4).map(([, , packet]) => packet));
  const stream = fc
    .tuple(fc.array(real, { maxLength: 3 }), fc.uint8Array({ maxLength: 60 }))
    .map(([packets, noise]) =>
      Uint8Array.from([...packets.flatMap((packet) => generate(stockMqtt, packet, 4)), ...noise]),
    );
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), (bytes, pieces) => {
      const outcome = (codec: typeof stockMqtt) => {
        try {
          return parse(codec, 4, bytes, pieces);
        } catch (error) {
          return error instanceof RangeError ? "out of range" : String(error);
        }
      };
      expect(outcome(mqtt)).toEqual(outcome(stockMqtt));
    }),
    { seed: SEED, numRuns: 500 },
  );
});

const text = fc.oneof(
  fc.string({ maxLength: 90 }),
  fc.string({ unit: "grapheme", maxLength: 90 }),
  fc.string({ unit: "binary", maxLength: 300 }),
);
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.maxSafeNat(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 80 }),
);
const field = fc.oneof(scalar, fc.array(scalar, { maxLength: 6 }));
const record = fc.dictionary(fc.constantFrom(...Object.keys(KEYS)), field, { maxKeys: 12 });
const OPTIONS = { useRecords: false, variableMapSize: true, tagUint8Array: false, keyMap: KEYS } as const;

test("cbor-x: any record is encoded and decoded alike", () => {
  const stock = new StockEncoder(OPTIONS);
  const ours = new Encoder(OPTIONS);
  fc.assert(
    fc.property(record, (value) => {
      const bytes = [...stock.encode(value)];
      expect([...ours.encode(value)]).toEqual(bytes);
      expect(plain(ours.decode(Uint8Array.from(bytes)))).toEqual(plain(stock.decode(Uint8Array.from(bytes))));
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test("cbor-x: text of every length around the header sizes, with every width of character", () => {
  const stock = new StockEncoder(OPTIONS);
  const ours = new Encoder(OPTIONS);
  for (const character of ["a", "\u00e9", "\u20ac", "\u{1F511}"]) {
    for (const count of [0, 1, 5, 6, 7, 23, 24, 31, 32, 63, 64, 65, 127, 128, 255, 256, 257, 2_000]) {
      const value = { name: character.repeat(count) };
      const bytes = [...stock.encode(value)];
      expect([...ours.encode(value)], `${count} times ${character}`).toEqual(bytes);
      expect(ours.decode(Uint8Array.from(bytes))).toEqual(value);
    }
  }
});

test("cbor-x: any bytes are decoded alike, or refused alike", () => {
  const stock = new StockEncoder(OPTIONS);
  const ours = new Encoder(OPTIONS);
  const outcome = (codec: StockEncoder, bytes: Uint8Array) => {
    try {
      return plain(codec.decode(bytes));
    } catch (error) {
      return error instanceof Error ? "refused" : "odd";
    }
  };
  fc.assert(
    fc.property(record, fc.uint8Array({ maxLength: 12 }), fc.nat(), (value, noise, where) => {
      const bytes = Uint8Array.from(stock.encode(value));
      bytes.set(noise.subarray(0, bytes.length), where % Math.max(1, bytes.length - noise.length));
      expect(outcome(ours, bytes)).toEqual(outcome(stock, bytes));
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test("tweetnacl: digests and sealed boxes are alike", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const nonce = fc.uint8Array({ minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(bytes, key, nonce, (message, k, n) => {
      expect(nacl.hash(message)).toEqual(stockNacl.hash(message));
      const sealed = stockNacl.secretbox(message, n, k);
      expect(nacl.secretbox(message, n, k)).toEqual(sealed);
      expect(nacl.secretbox.open(sealed, n, k)).toEqual(message);
      sealed[0] = sealed[0]! ^ 1;
      expect(nacl.secretbox.open(sealed, n, k)).toBeNull();
    }),
    { seed: SEED, numRuns: 60 },
  );
});

test("tweetnacl has no randomness of its own: it asks for a generator instead of making a weak key", () => {
  expect(() => nacl.randomBytes(8)).toThrow(/no PRNG/);
});
