import { describe, expect, it } from "vitest";
import {
  ENVELOPE_OVERHEAD,
  HEADER_BYTES,
  MAX_SEALED_BYTES,
  openEnvelope,
  parseEnvelope,
  seal,
} from "../../firmware/wire/envelope.js";
import { downFilter, isUpLane, Lane, parseTopic, topicOf } from "../../firmware/wire/lanes.js";

const key = new Uint8Array(32).fill(9);
const session = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const challenge = Uint8Array.of(11, 12, 13, 14, 15, 16, 17, 18);
const body = Uint8Array.of(0xa1, 0x18, 0x22, 0xf5);
const sealed = seal(key, Lane.state, session, challenge, 0x01020304, body);

describe("envelope", () => {
  it("has the layout of the protocol", () => {
    expect(sealed.length).toBe(body.length + ENVELOPE_OVERHEAD);
    expect([...sealed.subarray(0, HEADER_BYTES)]).toEqual([1, ...session, ...challenge, 1, 2, 3, 4]);
    const parsed = parseEnvelope(sealed)!;
    expect([...parsed.session]).toEqual([...session]);
    expect([...parsed.challenge]).toEqual([...challenge]);
    expect(parsed.counter).toBe(0x01020304);
    expect(parsed.box.length).toBe(body.length + 16);
  });

  it("opens with the same key and lane, and tells session, challenge and counter", () => {
    const opened = openEnvelope(key, Lane.state, sealed)!;
    expect([...opened.body]).toEqual([...body]);
    expect(opened.counter).toBe(0x01020304);
    expect([...opened.session]).toEqual([...session]);
    expect([...opened.challenge]).toEqual([...challenge]);
  });

  it("keeps counters above 2^31 positive", () => {
    expect(openEnvelope(key, Lane.ack, seal(key, Lane.ack, session, challenge, 0xffffffff, body))?.counter).toBe(
      0xffffffff,
    );
  });

  it("does not open with another key or lane", () => {
    expect(openEnvelope(new Uint8Array(32).fill(8), Lane.state, sealed)).toBeUndefined();
    for (const lane of Object.values(Lane)) {
      if (lane !== Lane.state) expect(openEnvelope(key, lane, sealed)).toBeUndefined();
    }
  });

  it("does not open with any byte changed: version, session, challenge, counter, authenticator, ciphertext", () => {
    for (let at = 0; at < sealed.length; at++) {
      for (const bit of [1, 0x80]) {
        const forged = sealed.slice();
        forged[at]! ^= bit;
        expect(openEnvelope(key, Lane.state, forged), `byte ${at}`).toBeUndefined();
      }
    }
  });

  it("does not open truncated or lengthened", () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(openEnvelope(key, Lane.state, sealed.subarray(0, length))).toBeUndefined();
    }
    expect(openEnvelope(key, Lane.state, Uint8Array.of(...sealed, 0))).toBeUndefined();
  });

  it("takes 4,096 bytes and not one more", () => {
    const longest = new Uint8Array(MAX_SEALED_BYTES - ENVELOPE_OVERHEAD);
    const message = seal(key, Lane.records, session, challenge, 1, longest);
    expect(openEnvelope(key, Lane.records, message)?.body.length).toBe(longest.length);
    expect(() => seal(key, Lane.records, session, challenge, 1, new Uint8Array(longest.length + 1))).toThrow(
      RangeError,
    );
    expect(parseEnvelope(new Uint8Array(MAX_SEALED_BYTES + 1).fill(1))).toBeUndefined();
  });

  it("refuses to seal with parts of the wrong size", () => {
    expect(() => seal(key, Lane.ack, session.subarray(1), challenge, 1, body)).toThrow("session");
    expect(() => seal(key, Lane.ack, session, challenge.subarray(1), 1, body)).toThrow("challenge");
    for (const counter of [-1, 0.5, 2 ** 32]) {
      expect(() => seal(key, Lane.ack, session, challenge, counter, body)).toThrow("counter");
    }
  });
});

describe("topics", () => {
  it("name box and lane, both ways", () => {
    expect(topicOf("B-1", Lane.hello)).toBe("smartbox/B-1/up/hello");
    expect(topicOf("B-1", Lane.welcome)).toBe("smartbox/B-1/down/welcome");
    expect(downFilter("B-1")).toBe("smartbox/B-1/down/#");
    for (const lane of Object.values(Lane)) {
      expect(parseTopic(topicOf("B-1", lane))).toEqual({ box: "B-1", lane });
      expect(isUpLane(lane)).toBe(topicOf("B-1", lane).includes("/up/"));
    }
  });

  it("are none when anything is off", () => {
    const long = "x".repeat(33);
    for (const topic of [
      "",
      "smartbox/B/up/hell",
      "smartbox/B/up/welcome",
      "smartbox//up/hello",
      `smartbox/${long}/up/hello`,
      "smartbox/B/C/up/hello",
      "smartbox/B/up/hello/",
      "xsmartbox/B/up/hello",
      "smartbox/é/up/hello",
      "smartbox/up/hello",
    ]) {
      expect(parseTopic(topic), topic).toBeUndefined();
    }
  });
});
