import { Digest } from "crypt";
import ECDSA from "ecdsa";
import PKCS1_5 from "pkcs1_5";
import X509, { type PublicKey } from "x509";
import type { Certificate } from "../../certificates/certificate.js";
import { trusted } from "../../certificates/chain.js";
import { isPairOfPositives } from "../../certificates/der.js";
import type { Validity } from "../../ports/network.js";

/** RFC 4055 and RFC 5758; nothing older than SHA-256. */
const ALGORITHMS: Readonly<Record<string, readonly [key: "rsa" | "ec", hash: "SHA256" | "SHA384" | "SHA512"]>> = {
  "1.2.840.113549.1.1.11": ["rsa", "SHA256"],
  "1.2.840.113549.1.1.12": ["rsa", "SHA384"],
  "1.2.840.113549.1.1.13": ["rsa", "SHA512"],
  "1.2.840.10045.4.3.2": ["ec", "SHA256"],
  "1.2.840.10045.4.3.3": ["ec", "SHA384"],
  "1.2.840.10045.4.3.4": ["ec", "SHA512"],
};
/** With a smaller one the SDK's check of the padding could be deceived (Bleichenbacher 2006). */
const RSA_EXPONENT_MIN = 65_537n;

/** What `verify` is given: the options of the session, which lives as long as the connection does. */
interface TlsOptions {
  readonly tls_server_name: string;
  /** Of `secure` in `tls.ts`. */
  readonly seen: (validity: Validity) => void;
  certificate?: unknown;
}

/**
 * Takes the place of the SDK's `ssl/cert`, which lets a chain pass whose links are broken as long as its last certificate is the
 * authority's: anybody can send that one. Here nothing but an unbroken chain to the one authority of the identity passes.
 */
export default class CertificateManager {
  readonly #authority: Uint8Array;
  #peer: Uint8Array | undefined;

  constructor({ certificate }: { readonly certificate: ArrayBuffer }) {
    this.#authority = new Uint8Array(certificate);
  }

  /** Called with what the server sent. Throws when it is not to be trusted; when it is, is told, and left to whoever has a time. */
  verify(chain: readonly Uint8Array[], options: TlsOptions): boolean {
    const host = options.tls_server_name;
    this.#peer = undefined;
    // This manager has it, and goes when the handshake is over.
    options.certificate = undefined;
    const validity = trusted(chain, { authority: this.#authority, host, isSignedBy });
    if (typeof validity === "string") throw new Error(`the certificate of ${host} does not verify: ${validity}`);
    options.seen(validity);
    this.#peer = chain[0]!.slice();
    return true;
  }

  /** The SDK registers the server's certificate for `getKey`; `verify` has seen to that. */
  register(): void {}

  /** Key of the server that was verified: no message that asks for it may come before its certificate has. */
  getKey(): PublicKey {
    if (this.#peer === undefined) throw new Error("the server has shown no certificate");
    return keyOf(this.#peer);
  }

  /** A box has a password, and no certificate of its own. */
  findPreferredCert(): readonly never[] {
    return [];
  }
}

function isSignedBy({ algorithm, signed, signature }: Certificate, signer: Certificate): boolean {
  const [kind, hash] = ALGORITHMS[algorithm] ?? [];
  const key = keyOf(signer.der);
  if (hash === undefined || kind !== ("modulus" in key ? "rsa" : "ec")) return false;
  const digest = new Digest(hash);
  digest.write(signed.slice().buffer);
  const sum = digest.close();
  if ("modulus" in key) return new PKCS1_5(key, false, []).verify(sum, signature);
  return isPairOfPositives(signature) && new ECDSA(key.pub, key.curve).verify(sum, signature, true);
}

function keyOf(certificate: Uint8Array): PublicKey {
  const key = X509.decodeSPKI(certificate);
  const isKnown = "modulus" in key ? key.exponent >= RSA_EXPONENT_MIN : "curve" in key;
  if (!isKnown) throw new Error("a key of a kind that is not trusted");
  return key;
}
