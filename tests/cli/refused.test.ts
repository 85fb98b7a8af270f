import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Packet } from "mqtt-packet";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import type { TextId } from "../../firmware/panel/texts/en.js";
import { HONEST, type Liar, LyingWay } from "../../sim/broker/lying-way.js";
import { Mosquitto } from "../../sim/broker/mosquitto.js";
import type { Desk } from "../../sim/cli/front/desk.js";
import { whyNoMosquitto } from "../support/mosquitto.js";
import { deskOver, isTold } from "./support/told.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** What the terminal says of a box that its broker refuses: a mosquitto with TLS, and before it a server that says what mosquitto never does. */

const LOGIN = { username: "me", password: "secret" };

/** A code of MQTT 5 (OASIS, 2019, section 2.4) that a broker may send to a box, and what the terminal says of it. */
const REASON_CODES: readonly (readonly [text: TextId, codes: readonly number[]])[] = [
  ["offline-version", [0x84]],
  ["offline-bad-login", [0x86, 0x8c]],
  ["offline-not-allowed", [0x87, 0x8a]],
  ["offline-client-id", [0x85]],
  ["offline-broker-busy", [0x88, 0x89, 0x8b, 0x93, 0x96, 0x97, 0x9f]],
  ["offline-broker-moved", [0x9c, 0x9d]],
  ["offline-rival", [0x8e]],
  ["offline-topics", [0x8f, 0x90, 0xa2]],
  ["offline-size", [0x95]],
  ["offline-broker-lacks", [0x9a, 0x9b]],
  ["offline-broker-ended", [0x00, 0x8d, 0x98, 0xa0]],
  ["offline-misunderstood", [0x80, 0x81, 0x82, 0x83, 0x91, 0x94, 0x99, 0x9e, 0xa1]],
];
const textOf = (code: number): TextId => REASON_CODES.find(([, codes]) => codes.includes(code))![0];

/** Which codes each packet may carry (sections 3.2.2.2, 3.4.2.1, 3.9.3, 3.14.2.1; of DISCONNECT those that a broker may send). */
const CARRIED = {
  CONNACK: [
    0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c,
    0x9d, 0x9f,
  ],
  SUBACK: [0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
  PUBACK: [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  DISCONNECT: [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
    0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
  ],
} as const;
type Carrier = keyof typeof CARRIED;

/** What a broker says to a box in place of what it would have said to that packet. */
const SAYS: Readonly<Record<Carrier, (packet: Packet, code: number) => Packet | undefined>> = {
  CONNACK: ({ cmd }, code) =>
    cmd === "connect" ? { cmd: "connack", reasonCode: code, returnCode: 1, sessionPresent: false } : undefined,
  SUBACK: ({ cmd, messageId }, code) =>
    cmd === "subscribe" ? { cmd: "suback", messageId: messageId!, granted: [code] } : undefined,
  PUBACK: ({ cmd, messageId }, code) =>
    cmd === "publish" ? { cmd: "puback", messageId: messageId!, reasonCode: code } : undefined,
  DISCONNECT: ({ cmd }, code) => (cmd === "publish" ? { cmd: "disconnect", reasonCode: code } : undefined),
};

/** The cloud is let in, and so is anybody else who is not the box. */
function answersTheBox(answer: (packet: Packet) => Packet | undefined): Liar {
  return () => {
    const honest = HONEST();
    let isBox = false;
    return (packet, from, between) => {
      if (packet.cmd === "connect") isBox = packet.clientId.startsWith("smartbox-MS5");
      const answered = isBox && from === "box" ? answer(packet) : undefined;
      if (answered === undefined) honest(packet, from, between);
      else between.toBox(answered);
    };
  };
}

describe.skipIf(whyNoMosquitto())("the terminal says why the broker refuses, and what to do, for every code of", () => {
  let path: string;
  let desk: Desk;
  let broker: Mosquitto;
  let lying: LyingWay;
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), "smartbox-refused-"));
    broker = new Mosquitto({ port: 0, accounts: { boxes: [], cloud: LOGIN } });
    await broker.start();
    const { authority } = broker;
    lying = await LyingWay.start(broker.port, { identity: broker.serverIdentity, authority });
    desk = await deskOver(path, { url: `mqtts://localhost:${lying.port}`, authority, ...LOGIN });
  });
  afterAll(async () => {
    await desk.close();
    await lying.stop();
    await broker.stop();
    await rm(path, { recursive: true });
  });

  const isToldOf = async (answer: (packet: Packet) => Packet | undefined, text: TextId, reason: RegExp) => {
    lying.liar = answersTheBox(answer);
    lying.cut();
    // Whoever stands there does not wait for the next attempt.
    await desk.person.pressButton();
    await isTold(desk, [text], reason);
  };
  test.each([
    [1, "offline-version"],
    [2, "offline-client-id"],
    [3, "offline-broker-busy"],
    [4, "offline-bad-login"],
    [5, "offline-not-allowed"],
  ] as const)("CONNACK in MQTT 3.1.1: %i", async (returnCode, text) => {
    const answer = ({ cmd }: Packet): Packet | undefined =>
      // That MQTT 5 is not spoken brings the box to the older form.
      cmd === "connect" ? { cmd: "connack", reasonCode: 0x84, returnCode, sessionPresent: false } : undefined;
    await isToldOf(answer, text, new RegExp(`in its trace: \\w+: .*\\(CONNACK ${returnCode}\\)`));
  });

  test.each(Object.keys(CARRIED) as Carrier[])("%s in MQTT 5", async (carrier) => {
    for (const code of CARRIED[carrier]) {
      // A subscription that is refused for no reason that helps is still about the topics.
      const isVague = carrier === "SUBACK" && textOf(code) === "offline-misunderstood";
      const text = isVague ? "offline-topics" : textOf(code);
      // The box turns to 3.1.1 for this one, and hears there that it is not spoken either.
      const shown = carrier === "CONNACK" && code === 0x84 ? "CONNACK 1" : `${carrier} 0x${code.toString(16)}`;
      await isToldOf((packet) => SAYS[carrier](packet, code), text, new RegExp(`in its trace: \\w+: .*\\(${shown}\\)`));
    }
  });
});
