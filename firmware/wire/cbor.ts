import { Encoder } from "cbor-x/encode";
import { KEYS } from "./keys.js";

/**
 * The one CBOR codec of the box (RFC 8949), for journal records and sealed messages. Property names become the small
 * integers of `keys.ts`. Made once at module level: an encoder made at run time keeps 12 KB on XS.
 */
const codec = new Encoder({
  useRecords: false,
  variableMapSize: true,
  tagUint8Array: false,
  keyMap: KEYS,
}) as Encoder & { useBuffer(buffer: Uint8Array): void }; // cbor-x's own types leave it out.

/** What the encoder keeps between two values: a record fits. Left to itself it would keep 8 KiB, an eighth of a board's heap. */
const BUFFER_BYTES = 512;
codec.useBuffer(new Uint8Array(BUFFER_BYTES));

/** Encodes a plain object; properties that are undefined are left out. The result is the caller's own copy. */
export function encodeCbor(value: object): Uint8Array {
  const given = value as Readonly<Record<string, unknown>>;
  const present: Record<string, unknown> = {};
  Object.keys(given).forEach((name) => {
    if (given[name] !== undefined) present[name] = given[name];
  });
  // The encoder answers with a view of a buffer that it uses again for the next value.
  const encoded = codec.encode(present);
  const bytes = new Uint8Array(encoded);
  if (encoded.buffer.byteLength > BUFFER_BYTES) codec.useBuffer(new Uint8Array(BUFFER_BYTES));
  return bytes;
}

/** Not well-formed CBOR, or not a map with known keys. */
export class CborError extends Error {}

/**
 * Decodes one map. Byte strings are views of `bytes`. Throws CborError on anything that is not exactly one CBOR map; the
 * caller still checks every field, since the far end may be hostile.
 */
export function decodeCbor(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = codec.decode(bytes);
  } catch (error) {
    throw new CborError(`malformed CBOR: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new CborError("malformed CBOR: not a map");
  }
  return value as Record<string, unknown>;
}
