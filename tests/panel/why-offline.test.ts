import { describe, expect, test } from "vitest";
import { CATALOGUES, formatText } from "../../firmware/panel/texts/catalogue.js";
import { whyOffline } from "../../firmware/panel/why-offline.js";
import { reasonOf, refusalOf } from "../../firmware/sync/mqtt/refusals.js";

const LANGUAGES = Object.keys(CATALOGUES);
const CODES = Array.from({ length: 256 }, (_, code) => code);

/** What MQTT says that a broker may answer: 3.1.1 section 3.2.2.3, and 5 section 2.4. */
const RETURN_CODES = [1, 2, 3, 4, 5];
const REASON_CODES = CODES.filter((code) => code === 0 || (code >= 0x80 && code <= 0xa2 && code !== 0x92));

const told = (packet: string, code: number, reason: string) => ({
  code: `${packet} ${packet === "CONNACK" && code <= 5 ? code : `0x${code.toString(16)}`}`,
  reason,
});
const ANSWERS = {
  "CONNACK of 3.1.1": RETURN_CODES.map((code) => told("CONNACK", code, refusalOf(4, code).words)),
  "CONNACK of 5": REASON_CODES.slice(1).map((code) => told("CONNACK", code, refusalOf(5, code).words)),
  DISCONNECT: REASON_CODES.map((code) => told("DISCONNECT", code, reasonOf(code, "DISCONNECT").words)),
  PUBACK: REASON_CODES.map((code) => told("PUBACK", code, `message refused: ${reasonOf(code, "PUBACK").words}`)),
  SUBACK: REASON_CODES.map((code) => told("SUBACK", code, `subscription refused: ${reasonOf(code, "SUBACK").words}`)),
};

describe("the last try", () => {
  test.each(Object.entries(ANSWERS))("with any code of %s is told in words of each language", (_packet, answers) => {
    for (const { code, reason } of answers) {
      const line = whyOffline(`wifi: ${reason}`);
      expect(line.id, reason).not.toBe("status-offline");
      const lines = LANGUAGES.map((language) => formatText(language, line));
      expect(new Set(lines).size).toBe(LANGUAGES.length);
      // Whoever runs the broker can look the code up; that two devices are one needs none.
      if (line.id !== "offline-rival") for (const one of lines) expect(one).toContain(code);
    }
  });

  test.each([
    ["offline-bad-login", [0x86, 0x8c]],
    ["offline-not-allowed", [0x87, 0x8a]],
    ["offline-client-id", [0x85]],
    ["offline-broker-busy", [0x88, 0x89, 0x8b, 0x93, 0x96, 0x97, 0x9f]],
    ["offline-broker-moved", [0x9c, 0x9d]],
    ["offline-version", [0x84]],
    ["offline-rival", [0x8e]],
    ["offline-topics", [0x8f, 0x90, 0xa2]],
    ["offline-size", [0x95]],
    ["offline-broker-lacks", [0x9a, 0x9b]],
    ["offline-broker-ended", [0x00, 0x8d, 0x98, 0xa0]],
    ["offline-misunderstood", [0x80, 0x81, 0x82, 0x83, 0x91, 0x94, 0x99, 0x9e, 0xa1]],
  ] as const)("%s: reason codes %j", (id, codes) => {
    for (const code of codes) expect(whyOffline(reasonOf(code, "DISCONNECT").words).id, `${code}`).toBe(id);
  });

  test.each([
    [1, "offline-version"],
    [2, "offline-client-id"],
    [3, "offline-broker-busy"],
    [4, "offline-bad-login"],
    [5, "offline-not-allowed"],
  ])("return code %i of 3.1.1: %s", (code, id) => {
    expect(whyOffline(refusalOf(4, code).words).id).toBe(id);
  });

  test("with a code that no standard knows says so, with the code", () => {
    for (const code of CODES.filter((one) => one > 5 && !REASON_CODES.includes(one))) {
      for (const refusal of [refusalOf(4, code), refusalOf(5, code), reasonOf(code, "DISCONNECT")]) {
        const line = formatText("en", whyOffline(refusal.words));
        expect(line).toMatch(/do not understand each other \((CONNACK|DISCONNECT) \w+\)/);
      }
    }
  });

  test.each([
    ["not started", "offline-not-yet"],
    ["no link is up", "offline-no-link"],
    ["wifi: link is down", "offline-link-lost"],
    ["wifi: the link went down", "offline-link-lost"],
    ["ethernet: cannot resolve broker.example: no internet behind ethernet", "offline-no-internet"],
    ["cellular: no connection to the broker in time", "offline-no-broker"],
    ["ethernet: connect to broker.example:8883 timed out", "offline-no-broker"],
    ["ethernet: broker.example:8883 does not answer", "offline-no-broker"],
    ["ethernet: connection refused by broker.example:8883", "offline-broker-refuses"],
    ["ethernet: connection reset by broker.example:8883", "offline-broker-closed"],
    ["ethernet: broker closed the connection", "offline-broker-closed"],
    ["ethernet: broker refuses user name or password (CONNACK 4)", "offline-bad-login"],
    ["ethernet: broker does not authorise this box (CONNACK 5)", "offline-not-allowed"],
    ["ethernet: message refused: broker refuses the topic (PUBACK 0x90)", "offline-topics"],
    ["ethernet: subscription refused: broker refuses the topic filter (SUBACK 0x8f)", "offline-topics"],
    ["ethernet: broker refuses the subscription", "offline-topics"],
    ["ethernet: subscription refused: broker refuses and does not say why (SUBACK 0x80)", "offline-topics"],
    ["ethernet: broker has no wildcard subscriptions: allow them, or use another", "offline-topics"],
    ["ethernet: broker takes packets of 100 bytes at most: allow 4,400", "offline-size"],
    ["ethernet: broker takes messages of 300 bytes, and one of 400 is due: raise its limit", "offline-size"],
    ["ethernet: broker takes QoS 0 only: allow QoS 1 there, or use another broker", "offline-broker-lacks"],
    ["ethernet: broker breaks MQTT: bad length", "offline-misunderstood"],
    ["ethernet: broker answers CONNECT with pingresp", "offline-misunderstood"],
    ["ethernet: broker sends connack out of turn", "offline-misunderstood"],
    ["ethernet: no PINGRESP in time", "offline-broker-silent"],
    ["ethernet: no CONNACK in time", "offline-broker-silent"],
    ["cloud does not answer", "offline-cloud-silent"],
    ["another client seems to use this box's client id", "offline-rival"],
    ["wifi: answers with a web page (HTTP 302): sign in to this network, or mend the broker's port", "offline-sign-in"],
    [
      "wifi: answers with another page (HTTP 302): sign in to this network, or mend the broker's address",
      "offline-sign-in",
    ],
    ["ethernet: has no WebSocket at /x (HTTP 404): mend the broker's path", "offline-web-socket"],
    ["ethernet: answers in TLS: provision the broker's authority, or its port without TLS", "offline-tls"],
    ["ethernet: TLS with broker.example:8883 failed: what answers does not speak TLS", "offline-not-tls"],
    [
      "ethernet: the certificate of broker.example does not verify: the chain does not lead to the authority",
      "offline-not-the-broker",
    ],
    [
      "ethernet: TLS with broker.example:8883 failed: it wants a certificate of this box, or another one (tlsv13 alert certificate required)",
      "offline-no-certificate",
    ],
    ["ethernet: certificate ended 2026-01-01: renew the broker's", "offline-certificate-ended"],
    ["ethernet: certificate begins 2027-01-01: look at the clocks", "offline-certificate-begins"],
    ["no random numbers, and this boot is not on record: it does not talk", "offline-no-random"],
  ])("of %s is told in words", (reason, id) => {
    const told = whyOffline(reason);
    expect(told.id).toBe(id);
    for (const language of LANGUAGES) expect(formatText(language, told)).not.toMatch(/[{}]/);
  });

  test("that only an engineer understands is told as it is", () => {
    const reason = "ethernet: something that nobody foresaw";
    expect(whyOffline(reason)).toEqual({ id: "status-offline", params: { reason } });
  });
});
