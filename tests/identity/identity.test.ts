import { describe, expect, test } from "vitest";
import type { Identity } from "../../firmware/identity/contract.js";
import { loadIdentity } from "../../firmware/identity/copies.js";
import { encodeCopy, IdentityError } from "../../firmware/identity/identity.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { crc32 } from "../../hal/bytes/crc32.js";
import type { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { Random } from "../../sim/world/random.js";
import { makeFlash, poke } from "../snapshot/support/flash.js";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const IDENTITY: Identity = {
  box: "BOX-7",
  sealingKey: new Uint8Array(32).fill(1),
  codesKey: new Uint8Array(32).fill(2),
  lookupKey: new Uint8Array(32).fill(3),
  broker: { host: "broker.example", port: 8_883, username: "smartbox-BOX-7", password: "pa ss", authority: PEM },
};
const { broker, ...OWN } = IDENTITY;
const BODY = { ...OWN, ...broker };

const readIdentity = (flash: NorFlash): Identity => loadIdentity(flash).identity;

function flashWith(content: Uint8Array, sectors = 1): NorFlash {
  const flash = makeFlash({ sectors });
  return poke(flash, 0, content.subarray(0, flash.sizeBytes));
}

/** Content with a sound checksum around any body. */
function framed(body: Uint8Array, length = body.length): Uint8Array {
  const content = Buffer.concat([Buffer.from("SBI1"), Buffer.alloc(6), body]);
  content.writeUInt16LE(length, 4);
  content.writeUInt32LE(crc32(body, 0, body.length, crc32(content, 0, 6)), 6);
  return new Uint8Array(content);
}

function refuse(content: Uint8Array, cause: RegExp): void {
  const read = () => readIdentity(flashWith(content));
  expect(read).toThrow(IdentityError);
  expect(read).toThrow(cause);
  expect(read).toThrow(/: provision the box$/);
}

describe("comes back", () => {
  test("with an authority", () => expect(readIdentity(flashWith(encodeCopy(IDENTITY)))).toEqual(IDENTITY));

  test("without one", () => {
    const { authority: _, ...plain } = broker;
    const identity = readIdentity(flashWith(encodeCopy({ ...IDENTITY, broker: plain })));
    expect(identity).toEqual({ ...IDENTITY, broker: plain });
    expect("authority" in identity.broker).toBe(false);
  });

  test("as the bytes that SPEC.md tells", () => {
    expect(encodeCopy(IDENTITY)).toEqual(framed(encodeCbor(BODY)));
    const content = Buffer.from(encodeCopy(IDENTITY));
    expect(content.subarray(0, 4).toString()).toBe("SBI1");
    // A map of nine, its first entry 56: "BOX-7".
    expect(content.subarray(10, 19).toString("hex")).toMatch(/^(a9|b90009)183865424f582d/);
  });

  test("with keys that are their own memory", () => {
    const { sealingKey, codesKey, lookupKey } = readIdentity(flashWith(encodeCopy(IDENTITY)));
    for (const key of [sealingKey, codesKey, lookupKey]) expect(key.buffer.byteLength).toBe(32);
  });
});

describe("is refused with the cause and the way out", () => {
  test("blank", () => refuse(new Uint8Array(0), /^the identity partition is blank/));
  test("something else", () => refuse(Buffer.from("SBS1 etc etc"), /^the identity partition holds something else/));

  test("any bit flipped", () => {
    const content = encodeCopy(IDENTITY);
    for (let bit = 0; bit < content.length * 8; bit++) {
      const flipped = content.slice();
      flipped[bit >>> 3]! ^= 1 << (bit & 7);
      refuse(flipped, /damaged|something else/);
    }
  });

  test("cut short at any length", () => {
    const content = encodeCopy(IDENTITY);
    for (let length = 1; length < content.length; length++) refuse(content.slice(0, length), /damaged|something else/);
  });

  test("a length of 0, beyond the partition, or beyond the limit", () => {
    refuse(framed(new Uint8Array(0)), /damaged: a body of 0 bytes/);
    refuse(framed(new Uint8Array(8), 4_087), /damaged: a body of 4087 bytes/);
    expect(() => readIdentity(flashWith(framed(new Uint8Array(8_193)), 4))).toThrow(/damaged: a body of 8193 bytes/);
  });

  test("random content", () => {
    const random = new Random(5);
    for (let run = 0; run < 500; run++) {
      const content = random.bytes(4_096);
      if (run % 2) content.set(Buffer.from("SBI1"));
      refuse(content, /damaged|something else/);
    }
  });

  test("a sound frame around something else than an identity", () => {
    refuse(framed(Buffer.from("83010203", "hex")), /not complete: malformed CBOR/);
    refuse(framed(Buffer.from("ff", "hex")), /not complete: malformed CBOR/);
    const random = new Random(6);
    for (let run = 0; run < 500; run++) refuse(framed(random.bytes(1 + random.int(60))), /not complete/);
  });

  test.each(Object.keys(BODY).filter((name) => name !== "authority"))("without %s", (name) => {
    refuse(framed(encodeCbor({ ...BODY, [name]: undefined })), new RegExp(`^the identity is not complete: ${name}: `));
  });

  test.each<[string, unknown]>([
    ["box", "a/b"],
    ["box", ""],
    ["box", "x".repeat(33)],
    ["box", 7],
    ["sealingKey", new Uint8Array(31)],
    ["codesKey", new Uint8Array(33)],
    ["lookupKey", "x".repeat(32)],
    ["host", "two words"],
    ["host", "h".repeat(254)],
    ["port", 0],
    ["port", 65_536],
    ["port", 1.5],
    ["username", "é"],
    ["username", "u".repeat(65)],
    ["password", ""],
    ["password", "p\n"],
    ["password", "p".repeat(129)],
    ["authority", "not a certificate"],
    ["authority", `${PEM}é`],
  ])("with a bad %s: %j", (name, value) => {
    refuse(framed(encodeCbor({ ...BODY, [name]: value })), new RegExp(`^the identity is not complete: ${name}: `));
  });

  test("by the factory tool too", () => {
    expect(() => encodeCopy({ ...IDENTITY, box: "a b" })).toThrow(
      /^the identity is not complete: box: .*: provision the box$/,
    );
    const authority = PEM.padEnd(7_001, "\n");
    expect(() => encodeCopy({ ...IDENTITY, broker: { ...broker, authority } })).toThrow(/authority/);
  });
});

test("the largest identity fits its length limit", () => {
  const identity: Identity = {
    ...IDENTITY,
    box: "x".repeat(32),
    broker: {
      host: "h".repeat(253),
      port: 65_535,
      username: "u".repeat(64),
      password: "p".repeat(128),
      authority: PEM.padEnd(7_000, "\n"),
    },
  };
  expect(readIdentity(flashWith(encodeCopy(identity), 4))).toEqual(identity);
});
