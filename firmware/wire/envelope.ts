import nacl from "tweetnacl";
import type { Lane } from "./lanes.js";

/** Version of the envelope, its first byte. */
const ENVELOPE_VERSION = 1;
export const SESSION_BYTES = 8;
export const CHALLENGE_BYTES = 8;
/** Bytes before the secretbox: version, session, challenge, counter. */
export const HEADER_BYTES = 1 + SESSION_BYTES + CHALLENGE_BYTES + 4;
/** Bytes that sealing adds to a body. */
export const ENVELOPE_OVERHEAD = HEADER_BYTES + nacl.secretbox.overheadLength;
/** Bytes of the longest sealed message; a longer one is dropped unread. */
export const MAX_SEALED_BYTES = 4096;
/** What tweetnacl's low level wants before a plain text. */
const ZERO_BYTES = 32;
/** The part of tweetnacl's low level that is used here; the package's own types leave it out. */
interface LowLevel {
  /** XSalsa20-Poly1305 of the first `length` bytes of `message` into `sealed`, which may be the same array. */
  crypto_secretbox(sealed: Uint8Array, message: Uint8Array, length: number, nonce: Uint8Array, key: Uint8Array): number;
}
const { lowlevel } = nacl as unknown as { readonly lowlevel: LowLevel };
const MAX_COUNTER = 0xffffffff;
/** In `hello`, `state` of the will, and everything else that is sealed before there is a challenge. */
export const NO_CHALLENGE: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0];

/** The outside of a sealed message: what anybody can read and nobody should believe before it is opened. */
export interface Envelope {
  /** 8 bytes, drawn by the box for each MQTT connection. */
  readonly session: Uint8Array;
  /** 8 bytes, drawn by the cloud for each welcome. */
  readonly challenge: Uint8Array;
  /** 0 to 2^32-1. */
  readonly counter: number;
  /** The secretbox: authenticator and ciphertext. */
  readonly box: Uint8Array;
}

export interface OpenedEnvelope {
  readonly session: Uint8Array;
  readonly challenge: Uint8Array;
  readonly counter: number;
  /** The CBOR body, genuine but not yet checked; see messages.ts. */
  readonly body: Uint8Array;
}

/**
 * Seals `body` (PROTOCOL.md section 2). No two messages under one key may share lane, session, challenge and counter: that
 * would reuse a nonce. Throws RangeError on arguments of the wrong size and on a message over MAX_SEALED_BYTES.
 */
export function seal(
  key: Uint8Array,
  lane: Lane,
  session: Uint8Array,
  challenge: Uint8Array,
  counter: number,
  body: Uint8Array,
): Uint8Array {
  const message = new Uint8Array(ENVELOPE_OVERHEAD + body.length);
  message.set(body, ENVELOPE_OVERHEAD);
  sealInPlace(key, lane, session, challenge, counter, message);
  return message;
}

/** As `seal`, where the body stands: ENVELOPE_OVERHEAD zeros and then the body become the sealed message. */
export function sealInPlace(
  key: Uint8Array,
  lane: Lane,
  session: Uint8Array,
  challenge: Uint8Array,
  counter: number,
  message: Uint8Array,
): void {
  if (session.length !== SESSION_BYTES) throw new RangeError("session must have 8 bytes");
  if (challenge.length !== CHALLENGE_BYTES) throw new RangeError("challenge must have 8 bytes");
  if (!Number.isInteger(counter) || counter < 0 || counter > MAX_COUNTER) throw new RangeError("counter out of range");
  if (message.length > MAX_SEALED_BYTES) throw new RangeError("body too long to seal");
  const header = new Uint8Array(HEADER_BYTES);
  header[0] = ENVELOPE_VERSION;
  header.set(session, 1);
  header.set(challenge, 1 + SESSION_BYTES);
  writeUint32(header, HEADER_BYTES - 4, counter);
  // The low level wants 32 zeros before the plain text, and leaves 16 before the authenticator: the header's own bytes, which come last.
  const padded = message.subarray(ENVELOPE_OVERHEAD - ZERO_BYTES);
  lowlevel.crypto_secretbox(padded, padded, padded.length, nonceOf(lane, header), key);
  message.set(header);
}

/** Takes a sealed message apart without opening it; the parts are views. Undefined: malformed, too long, another version. */
export function parseEnvelope(bytes: Uint8Array): Envelope | undefined {
  if (bytes.length < ENVELOPE_OVERHEAD || bytes.length > MAX_SEALED_BYTES) return undefined;
  if (bytes[0] !== ENVELOPE_VERSION) return undefined;
  return {
    session: bytes.subarray(1, 1 + SESSION_BYTES),
    challenge: bytes.subarray(1 + SESSION_BYTES, 1 + SESSION_BYTES + CHALLENGE_BYTES),
    counter: readUint32(bytes, HEADER_BYTES - 4),
    box: bytes.subarray(HEADER_BYTES),
  };
}

/**
 * Opens a sealed message that came in on `lane`. Undefined: malformed, of another version, or not sealed with this key for
 * this lane. The caller still checks session, challenge and counter: an old message opens too.
 */
export function openEnvelope(key: Uint8Array, lane: Lane, bytes: Uint8Array): OpenedEnvelope | undefined {
  const envelope = parseEnvelope(bytes);
  if (envelope === undefined) return undefined;
  const body = nacl.secretbox.open(envelope.box, nonceOf(lane, bytes), key);
  if (body === null) return undefined;
  const { session, challenge, counter } = envelope;
  return { session, challenge, counter, body };
}

/** Whether two byte strings are the same. Not for secrets: the time taken tells where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function nonceOf(lane: Lane, sealed: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(nacl.secretbox.nonceLength);
  nonce[0] = lane;
  nonce.set(sealed.subarray(1, HEADER_BYTES), 1);
  return nonce;
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
