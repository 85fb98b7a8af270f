/** What `npm run bench -- xs` evaluates in a worker: single pieces of work, without a HAL. */
import { codeOf, equalCodes, targetKey } from "../../../firmware/codes/hotp.js";
import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { encodePacket } from "../../../firmware/sync/mqtt/packet-writer.js";
import { ENVELOPE_OVERHEAD, MAX_SEALED_BYTES, openEnvelope, seal } from "../../../firmware/wire/envelope.js";
import { Lane, topicOf } from "../../../firmware/wire/lanes.js";
import { MAX_PIECE_BYTES, Records } from "../../../firmware/wire/messages.js";

const key = new Uint8Array(32).fill(7);
/** As long as it is in the box. */
const keyOfTarget = new Uint8Array(64).fill(8);
const session = new Uint8Array(8).fill(1);
const challenge = new Uint8Array(8).fill(2);
/** The batch that the figures are of; each record as long as an exchange's outcome is. */
const BATCH_RECORDS = 64;
const records = Array.from({ length: BATCH_RECORDS }, (_, i) => new Uint8Array(32).fill(i));
const chunk = seal(key, Lane.snapshot, session, challenge, 1, new Uint8Array(MAX_PIECE_BYTES).fill(3));

/** As long as a message may be, and as short as one is; they do not open. */
const forged = seal(
  new Uint8Array(32),
  Lane.snapshot,
  session,
  challenge,
  1,
  new Uint8Array(MAX_SEALED_BYTES - ENVELOPE_OVERHEAD),
);
const shortForged = seal(new Uint8Array(32), Lane.ack, session, challenge, 1, new Uint8Array(1));

const work: Readonly<Record<string, () => unknown>> = {
  nothing: () => 0,
  targetKey: () => targetKey(TWEETNACL_HASH, key, "bin:A-12"),
  codeCheck: () => equalCodes(codeOf(TWEETNACL_HASH, keyOfTarget, 3, 7), "01234567"),
  syncBatch: () => {
    const body = Records.encode({ epoch: session, first: 1, records });
    const payload = seal(key, Lane.records, session, challenge, 1, body);
    const topic = topicOf("MS5-PARIS", Lane.records);
    return encodePacket({ cmd: "publish", messageId: 1, topic, payload, retain: false }, 5);
  },
  forged: () => openEnvelope(key, Lane.snapshot, forged),
  shortForged: () => openEnvelope(key, Lane.ack, shortForged),
  snapshotChunk: () => openEnvelope(key, Lane.snapshot, chunk),
};

Object.assign(globalThis, { work });
