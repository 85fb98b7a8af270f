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

/** What makes a name unique where the numbers drawn are not. */
export interface Counted {
  /** Of the journal, 8 bytes; undefined: nothing was ever written. */
  readonly epoch: Uint8Array | undefined;
  /** Number that no other boot of this epoch has; undefined: this boot could not be put on record. */
  readonly boot: number | undefined;
  /** Number of the connection in this boot. */
  readonly connection: number;
}

/**
 * Names a session. What the seal needs of the name is that it never comes twice (PROTOCOL.md section 2). It is drawn, and the boot
 * counter, which is durable, and the number of the connection are mixed in: a generator that gives the same numbers at each boot looks
 * like any other. Without entropy the epoch is in the place of what is drawn. Undefined: there is neither entropy nor a boot on record,
 * and any name could be one that a boot before had; under it a nonce would come twice.
 */
export function newSession(entropy: EntropyPort, { epoch, boot, connection }: Counted): Uint8Array | undefined {
  const drawnName = drawn(entropy, SESSION_BYTES);
  if (boot === undefined) return drawnName;
  const name = drawnName ?? epoch?.slice();
  if (name === undefined) return undefined;
  const view = new DataView(name.buffer);
  view.setUint32(0, view.getUint32(0) ^ boot);
  view.setUint32(4, view.getUint32(4) ^ connection);
  return name;
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
