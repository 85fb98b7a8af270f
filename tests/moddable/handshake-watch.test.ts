import { constants } from "node:crypto";
import { Duplex } from "node:stream";
import { connect, createSecureContext, TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HandshakeError, HandshakeWatch } from "../../hal/moddable/net/handshake-watch.js";
import { AUTHORITY, CertificateShop } from "../../sim/broker/certificate-shop.js";
import { whyNoMosquitto } from "../support/mosquitto.js";

const HELLO = 2;
const CERTIFICATE = 11;
const KEY_EXCHANGE = 12;
const DONE = 14;
const FINISHED = 20;
const DATA = 23;

const record = (type: number, body: readonly number[]) => [type, 3, 3, body.length >> 8, body.length & 0xff, ...body];
const message = (type: number, body: readonly number[]) =>
  record(22, [type, 0, body.length >> 8, body.length & 0xff, ...body]);
const CHANGE = record(20, [1]);
const signature = [0x30, 6, 2, 1, 5, 2, 1, 7];
const exchange = (hash = 4, algorithm = 3, sig: readonly number[] = signature) =>
  message(KEY_EXCHANGE, [3, 0, 23, 2, 9, 9, hash, algorithm, sig.length >> 8, sig.length & 0xff, ...sig]);
const START = [...message(HELLO, [1, 2, 3]), ...message(CERTIFICATE, [0, 0, 0])];

function watch(...parts: readonly (readonly number[])[]): HandshakeWatch {
  const watched = new HandshakeWatch();
  for (const part of parts) watched.feed(new Uint8Array(part));
  return watched;
}

test("a handshake in order passes, cut anywhere, and nothing is looked at once it is encrypted", () => {
  const bytes = [...START, ...exchange(), ...message(DONE, []), ...CHANGE, ...record(DATA, [1, 2, 3]), 0xff];
  for (let cut = 0; cut <= bytes.length; cut++) watch(bytes.slice(0, cut), bytes.slice(cut));
  watch(START, exchange(5, 1, [1]), message(13, [1]), message(DONE, []), CHANGE);
  watch(START, exchange(), record(21, [2, 40]));
});

test.each([
  ["a key exchange without a hash", [START, exchange(0)]],
  ["a key exchange by nobody", [START, exchange(4, 0)]],
  ["a key exchange with MD5", [START, exchange(1)]],
  ["a key exchange with SHA-1", [START, exchange(2)]],
  ["a key exchange with an empty signature", [START, exchange(4, 3, [])]],
  ["a key exchange whose signature is zero", [START, exchange(4, 3, [0x30, 6, 2, 1, 0, 2, 1, 0])]],
  ["an empty key exchange", [START, message(KEY_EXCHANGE, [])]],
  ["a key exchange that is too long", [START, message(KEY_EXCHANGE, new Array(2_049).fill(0))]],
  ["no certificate", [message(HELLO, [1]), exchange()]],
  ["no key exchange", [START, message(DONE, [])]],
  ["a resumed session", [message(HELLO, [1]), CHANGE]],
  ["a second certificate", [START, message(CERTIFICATE, [1])]],
  ["a second key exchange", [START, exchange(), exchange()]],
  ["encryption before the hello is done", [START, exchange(), CHANGE]],
  ["finished in the clear", [START, exchange(), message(DONE, []), message(FINISHED, [1])]],
  ["data in the clear", [START, record(DATA, [1])]],
  ["a message in two records", [record(22, [HELLO, 0, 0, 5, 1])]],
  ["a header in two records", [record(22, [HELLO, 0])]],
])("%s is refused", (_, parts) => {
  expect(() => watch(...parts)).toThrow(HandshakeError);
});

// openssl makes the certificates, as it does for mosquitto.
describe.skipIf(whyNoMosquitto() !== undefined)("what a real server says", () => {
  let shop: CertificateShop;
  let pem: { readonly cert: string; readonly key: string }[];

  beforeAll(() => {
    shop = new CertificateShop();
    const authority = shop.issue({ name: "Authority", extensions: AUTHORITY });
    pem = (["ec", "rsa"] as const).map((kind) => {
      const { pem: cert, key } = shop.issue({ name: "server", by: authority, kind });
      return { cert: cert + authority.pem, key };
    });
  });

  afterAll(() => shop?.close());

  test.each([0, 1])("passes", async (which) => {
    const said = await serverBytes(pem[which]!);
    expect(said.length).toBeGreaterThan(500);
    watch([...said]);
    const at = said.findIndex((byte, i) => byte === KEY_EXCHANGE && said[i - 5] === 22 && said[i + 4] === 3);
    const algorithms = at + 8 + said[at + 7]!;
    said[algorithms] = 0;
    expect(() => watch([...said])).toThrow("a key exchange without a signature that counts");
  });
});

/** Everything that a TLS 1.2 server sends until the handshake is done. */
async function serverBytes(pem: { readonly cert: string; readonly key: string }): Promise<Uint8Array> {
  const said: Buffer[] = [];
  const ends: Duplex[] = [];
  for (const own of [0, 1]) {
    ends[own] = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        if (own === 0) said.push(chunk);
        ends[1 - own]!.push(chunk);
        done();
      },
    });
  }
  const secureContext = createSecureContext({
    ...pem,
    maxVersion: "TLSv1.2",
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
  const server = new TLSSocket(ends[0]!, { isServer: true, secureContext });
  server.on("error", () => {});
  const client = connect({
    socket: ends[1]!,
    rejectUnauthorized: false,
    ciphers: "ECDHE+AESGCM",
    sigalgs: "ECDSA+SHA256:RSA+SHA256",
  });
  await new Promise<void>((resolve, reject) => {
    client.once("secureConnect", resolve);
    client.once("error", reject);
  });
  client.destroy();
  server.destroy();
  return new Uint8Array(Buffer.concat(said));
}
