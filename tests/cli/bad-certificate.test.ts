import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import type { TextId } from "../../firmware/panel/texts/en.js";
import { BadWay } from "../../sim/broker/bad-way.js";
import { AUTHORITY, CertificateShop, type Issued, SERVER } from "../../sim/broker/certificate-shop.js";
import { Mosquitto } from "../../sim/broker/mosquitto.js";
import type { Desk } from "../../sim/cli/front/desk.js";
import { whyNoMosquitto } from "../support/mosquitto.js";
import { deskOver, isBack, isTold } from "./support/told.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** What the terminal says of a box whose broker, a mosquitto with TLS, shows a certificate that is of no use. */

const LOGIN = { username: "me", password: "secret" };
const ELSEWHERE = ["subjectAltName=DNS:elsewhere.example", "keyUsage=critical,digitalSignature"];

describe.skipIf(whyNoMosquitto())(
  "the terminal says what is wrong with the broker's certificate, and what to do",
  () => {
    let path: string;
    let desk: Desk;
    let broker: Mosquitto;
    let way: BadWay;
    let shop: CertificateShop;
    let authority: Issued;
    const show = async (name: string, by: Issued, extensions = SERVER, validity?: readonly [string, string]) => {
      const { pem, key } = shop.issue({ name, by, extensions, ...(validity && { validity }) });
      await broker.show({ certificate: pem, key });
      // Box and cloud come again, and find it so.
      way.cut();
    };

    beforeAll(async () => {
      path = await mkdtemp(join(tmpdir(), "smartbox-bad-certificate-"));
      shop = new CertificateShop();
      authority = shop.issue({ name: "The authority", extensions: AUTHORITY });
      broker = new Mosquitto({ port: 0, accounts: { boxes: [], cloud: LOGIN }, authority });
      await broker.start();
      way = await BadWay.start(broker.port);
      desk = await deskOver(path, { url: `mqtts://localhost:${way.port}`, authority: authority.pem, ...LOGIN });
    });
    afterAll(async () => {
      await desk.close();
      await way.stop();
      await broker.stop();
      shop.close();
      await rm(path, { recursive: true });
    });

    const cases: readonly (readonly [what: string, text: TextId, reason: RegExp, shown: () => void])[] = [
      [
        "that has ended",
        "offline-certificate-ended",
        /in its trace: \w+: certificate ended 2025-01-01: renew the broker's/,
        () => show("localhost", authority, SERVER, ["20240101000000Z", "20250101000000Z"]),
      ],
      [
        "that does not hold yet",
        "offline-certificate-begins",
        /in its trace: \w+: certificate begins 2048-01-01: look at the clocks/,
        () => show("localhost", authority, SERVER, ["20480101000000Z", "20490101000000Z"]),
      ],
      [
        "of another authority",
        "offline-not-the-broker",
        /in its trace: \w+: the certificate of localhost does not verify: .*authority/,
        () => show("localhost", shop.issue({ name: "Somebody else", extensions: AUTHORITY })),
      ],
      [
        "for another host",
        "offline-not-the-broker",
        /in its trace: \w+: the certificate of localhost does not verify: .*(name|localhost|elsewhere)/,
        () => show("elsewhere.example", authority, ELSEWHERE),
      ],
    ];
    test.each(cases)("%s", async (_what, text, reason, shown) => {
      await shown();
      await isTold(desk, [text], reason);
      await show("localhost", authority);
      await isBack(desk);
    });
  },
);
