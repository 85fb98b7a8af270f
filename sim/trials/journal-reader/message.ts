import nacl from "tweetnacl";
import { type CborMap, CborSyntaxError, readCbor } from "./cbor.js";

/* The sealed messages of firmware/sync/PROTOCOL.md, sections 1 and 2, opened a second time. Nothing is shared with the firmware. */

const VERSION = 1;
/** Version, session, challenge, counter. */
const HEADER_BYTES = 21;
const NONCE_BYTES = 24;
const COMMAND_LANE = 132;

/** Fields of a command by their keys; undefined: the topic is another one, or the message was not sealed with this key (32 bytes, hex). */
export function openCommand(box: string, sealingKey: string, topic: string, payload: Uint8Array): CborMap | undefined {
  if (topic !== `smartbox/${box}/down/command` || payload[0] !== VERSION) return undefined;
  const nonce = new Uint8Array(NONCE_BYTES);
  nonce[0] = COMMAND_LANE;
  nonce.set(payload.subarray(1, HEADER_BYTES), 1);
  const key = new Uint8Array(Buffer.from(sealingKey, "hex"));
  const body = nacl.secretbox.open(payload.slice(HEADER_BYTES), nonce, key);
  if (body === null) return undefined;
  try {
    const value = readCbor(body);
    return value instanceof Map ? value : undefined;
  } catch (error) {
    if (error instanceof CborSyntaxError) return undefined;
    throw error;
  }
}
