import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommandKind } from "../../firmware/records/records.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import {
  Ack,
  type BodyCodec,
  Command,
  Fetch,
  Hello,
  MessageError,
  Offer,
  Piece,
  Records,
  State,
  Status,
  Welcome,
} from "../../firmware/wire/messages.js";

/** Fields in which something unreadable counts as absent. */
const TOLERATED = new Set([
  ...["id", "reads"].map((field) => `hello.${field}`),
  ...["charge", "millivolts", "celsius", "sinceMains", "timeLeft"].map((field) => `status.${field}`),
  ...["bin", "sheet", "time", "sent"].map((field) => `command.${field}`),
]);
const SEED = 20_261;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

const epochBytes = fc.uint8Array({ minLength: 8, maxLength: 8 });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const seq = fc.maxSafeNat();
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const shortText = (max: number) =>
  fc.string({ minLength: 1, maxLength: max, unit: "grapheme" }).filter((s) => Buffer.byteLength(s) <= max);

interface Entry<T> {
  readonly codec: BodyCodec<T>;
  readonly arbitrary: fc.Arbitrary<T>;
}
const entry = <T>(codec: BodyCodec<T>, arbitrary: fc.Arbitrary<T>): Entry<unknown> =>
  ({ codec, arbitrary }) as unknown as Entry<unknown>;

const entries: Readonly<Record<string, Entry<unknown>>> = {
  hello: entry(
    Hello,
    fc.record({
      protocol: fc.constant(1),
      epoch: maybe(epochBytes),
      oldest: seq,
      next: seq,
      acked: seq,
      version: u32,
      model: fc.string({ minLength: 1, maxLength: 16, unit: "grapheme-ascii" }),
      firmware: shortText(24),
      boot: u32,
      bins: fc.integer({ min: 1, max: 200 }),
      reads: maybe(u32),
    }),
  ),
  welcome: entry(Welcome, fc.record({ of: u32, acked: seq, version: u32, total: u32, time: seq })),
  records: entry(
    Records,
    fc.record({
      epoch: epochBytes,
      first: seq,
      records: fc.array(fc.uint8Array({ minLength: 1, maxLength: 48 }), { minLength: 1, maxLength: 64 }),
      gapFrom: maybe(seq),
    }),
  ),
  ack: entry(Ack, fc.record({ epoch: epochBytes, through: seq })),
  status: entry(
    Status,
    fc.record({
      uptime: u32,
      mains: fc.boolean(),
      charge: maybe(u32),
      millivolts: maybe(u32),
      celsius: maybe(fc.integer({ min: -40, max: 90 })),
      sinceMains: maybe(u32),
      timeLeft: maybe(u32),
      staleness: seq,
      link: shortText(16),
      faults: fc.array(shortText(32), { maxLength: 16 }),
      count: u32,
      next: seq,
      version: maybe(u32),
      unsent: maybe(u32),
      outdated: maybe(u32),
    }),
  ),
  fetch: entry(Fetch, fc.record({ version: u32, offset: u32, count: fc.integer({ min: 1, max: 8192 }) })),
  snapshot: entry(
    Piece,
    fc.record({ version: u32, offset: u32, bytes: fc.uint8Array({ minLength: 1, maxLength: 1024 }) }),
  ),
  offer: entry(Offer, fc.record({ version: u32, total: u32 })),
  state: entry(State, fc.record({ online: fc.boolean() })),
  command: entry(
    Command,
    fc.record({
      id: u32,
      command: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 5 as const),
      bin: maybe(fc.integer({ min: 0, max: 199 })),
      sheet: maybe(fc.integer({ min: 0, max: 999 })),
      time: maybe(seq),
      sent: maybe(seq),
    }),
  ),
};

const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, v) => (v instanceof Uint8Array ? hex(v) : v)) ?? "null");

describe("message bodies", () => {
  // Computed by hand from RFC 8949 and the key numbers of protocol.cddl.
  const vectors: readonly [string, BodyCodec<never>, object, string][] = [
    ["state", State as never, { online: true }, "b900011822f5"],
    [
      "time below 2^32",
      Command as never,
      { id: 1, command: CommandKind.reboot, time: 1_700_000_000 },
      "b90003181a01181b0418271a6553f100",
    ],
    [
      "time above 2^32 as a float",
      Command as never,
      { id: 1, command: CommandKind.reboot, time: 2 ** 33 },
      "b90003181a01181b041827fb4200000000000000",
    ],
    ["offer", Offer as never, { version: 5, total: 1000 }, "b9000214051829" + "1903e8"],
    [
      "ack",
      Ack as never,
      { epoch: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), through: 9 },
      "b90002181c480102030405060708" + "1509",
    ],
    ["command", Command as never, { id: 7, command: CommandKind.oneTouchUnlock, bin: 3 }, "b90003181a07181b010403"],
  ];
  // A map's head may be one byte or three; the vectors are compared with the short form.
  const shortHead = (text: string) => text.replace(/^b900(..)/, (_m, n: string) => `a${Number.parseInt(n, 16)}`);
  for (const [name, codec, body, bytes] of vectors) {
    it(`encode ${name} as by hand, and decode it`, () => {
      expect(shortHead(hex(codec.encode(body as never)))).toBe(shortHead(bytes));
      expect(plain(codec.decode(unhex(shortHead(bytes))))).toEqual(plain(body));
    });
  }

  it("takes a float of minus zero for zero, and nothing else that equals it", () => {
    // { version: -0.0, offset: 0, count: 1 }
    const fetch = Fetch.decode(unhex("a314f98000182800" + "0f01"));
    expect(Object.is(fetch.version, 0)).toBe(true);
  });

  it("takes a 64-bit integer for a time", () => {
    const about = "a3181a01181b04";
    expect(Command.decode(unhex(`${about}18271b0000000065000000`))).toMatchObject({ time: 0x65000000 });
    expect(Command.decode(unhex(`${about}18271bffffffffffffffff`)).time).toBeUndefined();
  });

  for (const [name, { codec, arbitrary }] of Object.entries(entries)) {
    it(`${name} comes back as it was`, () => {
      fc.assert(
        fc.property(arbitrary, (body) => {
          expect(plain(codec.decode(codec.encode(body)))).toEqual(plain(body));
        }),
        { seed: SEED, numRuns: 100 },
      );
    });

    it(`${name}: bytes at random, cut or changed throw MessageError or nothing`, () => {
      const attempt = (bytes: Uint8Array) => {
        try {
          codec.decode(bytes);
        } catch (error) {
          if (!(error instanceof MessageError)) throw error;
        }
      };
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 200 }),
          arbitrary,
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          (noise, body, at, mask) => {
            attempt(noise);
            const encoded = codec.encode(body);
            attempt(encoded.subarray(0, at % encoded.length));
            const changed = encoded.slice();
            changed[at % changed.length]! ^= mask;
            attempt(changed);
            expect(plain(codec.decode(encoded))).toEqual(plain(body));
          },
        ),
        { seed: SEED, numRuns: 150 },
      );
    });

    it(`${name}: a field that a newer peer adds is dropped, and none may be missing or of another type`, () => {
      const [body] = fc.sample(arbitrary, { seed: SEED, numRuns: 1 }) as [Record<string, unknown>];
      expect(codec.decode(encodeCbor({ ...body, part: 1 }))).toEqual(codec.decode(encodeCbor(body as object)));
      expect(() => codec.encode({ ...(body as object), part: 1 } as never)).toThrow("part: unknown field");
      for (const field of Object.keys(body)) {
        const wrong = { ...body, [field]: { name: "x" } };
        expect(() => codec.encode(wrong), field).toThrow(MessageError);
        if (TOLERATED.has(`${name}.${field}`)) expect(codec.decode(encodeCbor(wrong)), field).not.toHaveProperty(field);
        else expect(() => codec.decode(encodeCbor(wrong)), field).toThrow(MessageError);
      }
    });
  }

  const status = { uptime: 1, mains: true, staleness: 0, link: "wifi", faults: [], count: 0, next: 1 };
  const hello = {
    protocol: 1,
    oldest: 1,
    next: 1,
    acked: 0,
    version: 0,
    model: "MS5",
    firmware: "1",
    boot: 1,
    bins: 1,
  };
  const epoch = new Uint8Array(8);
  const outOfBounds: readonly [BodyCodec<never>, object, string][] = [
    [Hello as never, { ...hello, protocol: 0 }, "protocol"],
    [Hello as never, { ...hello, epoch: new Uint8Array(7) }, "epoch"],
    [Hello as never, { ...hello, model: "" }, "model"],
    [Hello as never, { ...hello, firmware: "" }, "firmware"],
    [Hello as never, { ...hello, firmware: "é".repeat(25) }, "firmware"],
    [Hello as never, { ...hello, bins: 0 }, "bins"],
    [Hello as never, { ...hello, bins: 65_536 }, "bins"],
    [Hello as never, { ...hello, boot: 2 ** 32 }, "boot"],
    [Hello as never, { ...hello, next: 2 ** 53 }, "next"],
    [Hello as never, { ...hello, next: 1.5 }, "next"],
    [Hello as never, { ...hello, next: -1 }, "next"],
    [Records as never, { epoch, first: 1, records: [] }, "records"],
    [Records as never, { epoch, first: 1, records: Array(129).fill(new Uint8Array(1)) }, "records"],
    [Records as never, { epoch, first: 1, records: [new Uint8Array(0)] }, "records[0]"],
    [Records as never, { epoch, first: 1, records: [new Uint8Array(1), new Uint8Array(241)] }, "records[1]"],
    [Records as never, { epoch, first: 1, records: Array(13).fill(new Uint8Array(240)) }, "records"],
    [Status as never, { ...status, link: "x".repeat(65) }, "link"],
    [Status as never, { ...status, faults: Array(65).fill("x") }, "faults"],
    [Status as never, { ...status, faults: ["x".repeat(129)] }, "faults[0]"],
    [Fetch as never, { version: 1, offset: 0, count: 0 }, "count"],
    [Fetch as never, { version: 1, offset: 0, count: 8193 }, "count"],
    [Piece as never, { version: 1, offset: 0, bytes: new Uint8Array(1025) }, "bytes"],
    [Piece as never, { version: 1, offset: 0, bytes: new Uint8Array(0) }, "bytes"],
    [Command as never, { id: 1, command: 256 }, "command"],
    [Command as never, { id: 1, command: 0 }, "command"],
  ];
  it.each(outOfBounds)("names the field that is out of bounds (%#)", (codec, body, field) => {
    expect(() => codec.decode(encodeCbor(body))).toThrow(`${field}: `);
    expect(() => codec.encode(body as never)).toThrow(`${field}: `);
  });

  const beyond: readonly [BodyCodec<never>, object, object][] = [
    [Hello as never, { ...hello, protocol: 2 }, { protocol: 2 }],
    [Hello as never, { ...hello, firmware: "x".repeat(48) }, { firmware: "x".repeat(48) }],
    [Hello as never, { ...hello, bins: 240 }, { bins: 240 }],
    [Status as never, { ...status, link: "satellite, by roof antenna" }, { link: "satellite, by roof antenna" }],
    [
      Status as never,
      { ...status, faults: Array(20).fill("x".repeat(40)) },
      { faults: Array(20).fill("x".repeat(40)) },
    ],
    [Status as never, { ...status, charge: 99.5 }, { link: "wifi" }],
    [
      Command as never,
      { id: 1, command: CommandKind.oneTouchUnlock, bin: 200 },
      { id: 1, command: CommandKind.oneTouchUnlock },
    ],
    [
      Command as never,
      { id: 1, command: CommandKind.closeSheets, sheet: 1000 },
      { id: 1, command: CommandKind.closeSheets },
    ],
    [
      Command as never,
      { id: 1, command: CommandKind.oneTouchUnlock, time: "soon" },
      { id: 1, command: CommandKind.oneTouchUnlock },
    ],
  ];
  it.each(beyond)("takes from a newer peer what it never writes itself (%#)", (codec, body, taken) => {
    expect(codec.decode(encodeCbor(body))).toMatchObject(taken);
    expect(() => codec.encode(body as never)).toThrow(MessageError);
  });

  it("takes the largest batch there may be", () => {
    const records = Array.from({ length: 64 }, () => new Uint8Array(48));
    expect(Records.decode(Records.encode({ epoch, first: 1, records })).records.length).toBe(64);
  });
});
