import type { Validity } from "../ports/network.js";
import { type Certificate, parseCertificate } from "./certificate.js";
import { DerError } from "./der.js";

/** Certificates between a server's and the authority's, and themselves; a longer chain is refused before it is worked through. */
const MAX_CHAIN = 4;

export interface Trust {
  /** DER of the one authority that is trusted. */
  readonly authority: Uint8Array;
  /** Name or IPv4 address that the server was asked for. */
  readonly host: string;
  /** Whether `signer`'s key made the signature of `certificate`. */
  readonly isSignedBy: (certificate: Certificate, signer: Certificate) => boolean;
}

/**
 * Whether a server with this chain (RFC 5246 section 7.4.2: its own certificate first, each signed by the next, the authority's own may
 * be left out) is to be trusted at some time, and at which. A text says why not. Every link is checked (RFC 5280 section 6.1).
 */
export function trusted(chain: readonly Uint8Array[], trust: Trust): Validity | string {
  try {
    return check(chain, trust);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return `a certificate is malformed: ${error.message}`;
  }
}

function check(chain: readonly Uint8Array[], { authority, host, isSignedBy }: Trust): Validity | string {
  if (chain.length < 1 || chain.length > MAX_CHAIN) return `a chain of ${chain.length} certificates`;
  const anchor = parseCertificate(authority);
  let current = parseCertificate(chain[0]!);
  if (!isFor(current, host)) return namesOf(current);
  const validity = { from: anchor.notBefore / 1_000, until: anchor.notAfter / 1_000 };
  for (let below = 0; ; below++) {
    validity.from = Math.max(validity.from, current.notBefore / 1_000);
    validity.until = Math.min(validity.until, current.notAfter / 1_000);
    if (same(current.issuer, anchor.subject) && isSignedBy(current, anchor)) return validity;
    const next = chain[below + 1];
    if (next === undefined) return "the chain does not lead to the authority";
    const issuer = parseCertificate(next);
    if (!same(current.issuer, issuer.subject)) return "a certificate is not by the next one's owner";
    if (!issuer.isAuthority) return "a certificate is by an owner who may not sign";
    if (issuer.pathLength !== undefined && below > issuer.pathLength) return "the chain is longer than it may be";
    if (!isSignedBy(current, issuer)) return "a signature is wrong";
    current = issuer;
  }
}

/** RFC 6125 section 6.4: whole names, or `*` in place of the first label. */
function isFor({ dnsNames, addresses }: Certificate, host: string): boolean {
  const name = host.toLowerCase();
  const dot = name.indexOf(".");
  const wildcard = dot > 0 ? `*${name.slice(dot)}` : undefined;
  const isAddress = /^[\d.]+$/.test(name);
  return isAddress ? addresses.includes(name) : dnsNames.some((one) => one === name || one === wildcard);
}

/** Longest name of a server in a reason, characters; RFC 1035 allows 253. */
const SHOWN_NAME = 64;

/** What a certificate is for instead. */
function namesOf({ dnsNames, addresses }: Certificate): string {
  const [name] = [...dnsNames, ...addresses];
  return name === undefined ? "it names no server" : `it is for ${name.slice(0, SHOWN_NAME)}`;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
