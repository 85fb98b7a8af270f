import { EntropyError, type EntropyPort } from "../../hal/ports/entropy.js";
import { SESSION_BYTES } from "../wire/envelope.js";

/** `count` random bytes, or undefined when the board has none to give. */
function drawn(entropy: EntropyPort, count: number): Uint8Array | undefined {
  const bytes = new Uint8Array(count);
  try {
    entropy.fill(bytes);
  } catch (error) {
    if (!(error instanceof EntropyError)) throw error;
    return undefined;
  }
  return bytes;
}

/** What makes a name unique where there is no entropy. */
export interface Counted {
  /** Of the journal, 8 bytes; undefined: nothing was ever written. */
  readonly epoch: Uint8Array | undefined;
  /** Number that no other boot of this epoch has; undefined: this boot could not be put on record. */
  readonly boot: number | undefined;
  /** Number of the connection in this boot. */
  readonly connection: number;
}

/**
 * Names a session. What the seal needs of the name is that it never comes twice (PROTOCOL.md section 2). Without entropy it
 * is the boot counter, which is durable, and the number of the connection, under the epoch. Undefined: there is neither entropy nor a
 * boot on record, and any name could be one that a boot before had; under it a nonce would come twice.
 */
export function newSession(entropy: EntropyPort, { epoch, boot, connection }: Counted): Uint8Array | undefined {
  const session = drawn(entropy, SESSION_BYTES);
  if (session !== undefined) return session;
  if (epoch === undefined || boot === undefined) return undefined;
  const fallback = new Uint8Array(SESSION_BYTES);
  const view = new DataView(fallback.buffer);
  view.setUint32(0, boot);
  view.setUint32(4, connection);
  for (let i = 0; i < SESSION_BYTES; i++) fallback[i]! ^= epoch[i]!;
  return fallback;
}

/** Seed of the reconnect jitter. Without entropy it follows from the box's name: fixed, but not the same for every box. */
export function jitterSeed(entropy: EntropyPort, box: string): number {
  const seed = drawn(entropy, 4);
  if (seed !== undefined) return new DataView(seed.buffer).getUint32(0);
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let i = 0; i < box.length; i++) hash = Math.imul(hash ^ box.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
