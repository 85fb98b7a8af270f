import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Certificate, parseCertificate } from "../../hal/certificates/certificate.js";
import { trusted } from "../../hal/certificates/chain.js";
import { isPairOfPositives } from "../../hal/certificates/der.js";
import { AUTHORITY, CertificateShop, type Issued, SERVER } from "../../sim/broker/certificate-shop.js";
import { whyNoMosquitto } from "../support/mosquitto.js";

const SEED = 20_261_125;

/** Node's own opinion of a signature. */
function isSignedBy(certificate: Certificate, signer: Certificate): boolean {
  return new X509Certificate(certificate.der).verify(new X509Certificate(signer.der).publicKey);
}

test("authorities of the world are read as Node reads them", () => {
  for (const pem of rootCertificates) {
    const node = new X509Certificate(pem);
    const ours = parseCertificate(new Uint8Array(node.raw));
    expect(ours.notAfter).toBe(Date.parse(node.validTo));
    expect(ours.notBefore).toBe(Date.parse(node.validFrom));
    // A few of the oldest are of version 1, which has no extensions to say so.
    if (ours.isAuthority !== node.ca) expect(ours.isAuthority).toBe(false);
  }
});

test.each([
  ["30060201010201 01", true],
  ["3006020100020101", false],
  ["3006020101020100", false],
  ["3006020181020101", false],
  ["300602010102010100", false],
  ["3003020101", false],
  ["", false],
])("two positive integers in %s: %s", (hex, expected) => {
  expect(isPairOfPositives(new Uint8Array(Buffer.from(hex.replace(" ", ""), "hex")))).toBe(expected);
});

// openssl makes the certificates, as it does for mosquitto.
describe.skipIf(whyNoMosquitto() !== undefined)("a chain", () => {
  let shop: CertificateShop;
  let authority: Issued;
  let other: Issued;
  let server: Issued;
  let middle: Issued;

  beforeAll(() => {
    shop = new CertificateShop();
    authority = shop.issue({ name: "Authority", extensions: AUTHORITY });
    other = shop.issue({ name: "Authority", extensions: AUTHORITY });
    server = shop.issue({ name: "server", by: authority });
    middle = shop.issue({ name: "Middle", by: authority, extensions: AUTHORITY });
  });

  afterAll(() => shop?.close());

  const judged = (chain: readonly Issued[], host = "localhost") =>
    trusted(
      chain.map((one) => one.der),
      { authority: authority.der, host, isSignedBy },
    );
  /** Why it is not trusted; undefined: it is. */
  const why = (chain: readonly Issued[], { host = "localhost" } = {}) => {
    const verdict = judged(chain, host);
    return typeof verdict === "string" ? verdict : undefined;
  };

  test("that leads to the authority is trusted, with the authority in it or not", () => {
    expect(why([server])).toBeUndefined();
    expect(why([server, authority])).toBeUndefined();
    expect(why([shop.issue({ name: "below", by: middle }), middle])).toBeUndefined();
    expect(why([shop.issue({ name: "rsa", by: authority, kind: "rsa" })])).toBeUndefined();
    expect(why([server], { host: "127.0.0.1" })).toBeUndefined();
    expect(why([server], { host: "LOCALHOST" })).toBeUndefined();
  });

  test("with a forged server in front of what anybody can see is not", () => {
    const forged = shop.issue({ name: "forged", by: other });
    expect(why([forged, authority])).toBe("a signature is wrong");
    expect(why([forged, server, authority])).toBe("a certificate is not by the next one's owner");
    expect(why([shop.issue({ name: "self" }), authority])).toBe("a certificate is not by the next one's owner");
    expect(why([forged, other])).toBe("the chain does not lead to the authority");
  });

  test("below somebody who may not sign is not", () => {
    expect(why([shop.issue({ name: "below", by: server }), server])).toBe(
      "a certificate is by an owner who may not sign",
    );
    const noSigner = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature"];
    const clerk = shop.issue({ name: "Clerk", by: authority, extensions: noSigner });
    expect(why([shop.issue({ name: "below", by: clerk }), clerk])).toBe(
      "a certificate is by an owner who may not sign",
    );
    const last = shop.issue({
      name: "Last",
      by: authority,
      extensions: ["basicConstraints=critical,CA:TRUE,pathlen:0"],
    });
    const beyond = shop.issue({ name: "Beyond", by: last, extensions: AUTHORITY });
    expect(why([shop.issue({ name: "below", by: last }), last])).toBeUndefined();
    expect(why([shop.issue({ name: "below", by: beyond }), beyond, last])).toBe("the chain is longer than it may be");
  });

  test("whose links are by another key of the same name is not", () => {
    const twin = shop.issue({ name: "Middle", by: other, extensions: AUTHORITY });
    expect(why([shop.issue({ name: "below", by: twin }), middle])).toBe("a signature is wrong");
  });

  test("holds while every certificate in it does, the authority's own too, and is trusted only then", () => {
    const seconds = (year: number, month = 0) => Date.UTC(year, month) / 1_000;
    const own = parseCertificate(authority.der);
    expect([own.notBefore, own.notAfter].every((at) => at % 1_000 === 0 && at > 0)).toBe(true);
    const past = shop.issue({ name: "past", by: authority, validity: ["20200101000000Z", "20210101000000Z"] });
    expect(judged([past, authority])).toEqual({ from: own.notBefore / 1_000, until: seconds(2021) });
    const future = shop.issue({ name: "future", by: authority, validity: ["20400101000000Z", "20990101000000Z"] });
    expect(judged([future])).toEqual({ from: seconds(2040), until: own.notAfter / 1_000 });
    const narrow = shop.issue({
      name: "Narrow",
      by: authority,
      extensions: AUTHORITY,
      validity: ["20261101000000Z", "20261201000000Z"],
    });
    const below = shop.issue({ name: "below", by: narrow, validity: ["20261001000000Z", "20270101000000Z"] });
    expect(judged([below, narrow])).toEqual({
      from: Math.max(own.notBefore / 1_000, seconds(2026, 10)),
      until: Math.min(own.notAfter / 1_000, seconds(2026, 11)),
    });
  });

  test("for another host, too long or empty is not", () => {
    expect(why([server], { host: "127.0.0.2" })).toBe("it is for localhost");
    expect(why([server], { host: "broker.localhost" })).toBe("it is for localhost");
    expect(why([])).toBe("a chain of 0 certificates");
    expect(why([server, authority, authority, authority, authority])).toBe("a chain of 5 certificates");
  });

  test("a star stands for one label, in front", () => {
    const star = shop.issue({
      name: "star",
      by: authority,
      extensions: ["subjectAltName=DNS:*.example.com,DNS:a.*.org"],
    });
    expect(why([star], { host: "mqtt.example.com" })).toBeUndefined();
    for (const host of ["example.com", "a.mqtt.example.com", "a.b.org", "*.example.org"]) {
      expect(why([star], { host })).toBe("it is for *.example.com");
    }
  });

  test("that names no server, or one with a name too long to be told, is not", () => {
    const none = shop.issue({ name: "none", by: authority, extensions: ["keyUsage=critical,digitalSignature"] });
    expect(why([none])).toBe("it names no server");
    const long = `${"a".repeat(60)}.${"b".repeat(60)}`;
    const wordy = shop.issue({ name: "wordy", by: authority, extensions: [`subjectAltName=DNS:${long}`] });
    expect(why([wordy])).toBe(`it is for ${"a".repeat(60)}.bbb`);
  });

  test("with a critical extension that is not known is not", () => {
    const strange = shop.issue({
      name: "strange",
      by: authority,
      extensions: [...SERVER, "1.2.3.4=critical,ASN1:NULL"],
    });
    expect(why([strange])).toBe("a certificate is malformed: critical extension 1.2.3.4 is not known");
  });

  test("damaged at any byte is refused without an exception", () => {
    const der = server.der;
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, mask, cut) => {
        const damaged = cut ? der.slice(0, at) : der.slice();
        if (!cut) damaged[at]! ^= mask;
        const trust = {
          authority: authority.der,
          host: "localhost",
          isSignedBy: (one: Certificate) => one.signature.length === 0,
        };
        expect(typeof trusted([damaged], trust)).toBe("string");
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });
});
