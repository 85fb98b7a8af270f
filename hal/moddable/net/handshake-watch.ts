import { isPairOfPositives } from "../../certificates/der.js";

/** The server breaks the handshake's rules. */
export class HandshakeError extends Error {}

/** RFC 5246 sections 6.2.1 and 7.4. */
const Record = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;
const Message = {
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
} as const;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
/** Of a key exchange over curves: a few hundred. */
const MAX_KEPT_BYTES = 2_048;

/** What may follow what before anything is encrypted. Sessions are not resumed. */
const FOLLOWERS: Readonly<Record<number, readonly number[]>> = {
  0: [Message.serverHello],
  [Message.serverHello]: [Message.certificate],
  [Message.certificate]: [Message.serverKeyExchange],
  [Message.serverKeyExchange]: [Message.certificateRequest, Message.serverHelloDone],
  [Message.certificateRequest]: [Message.serverHelloDone],
  [Message.serverHelloDone]: [Record.changeCipherSpec],
};

/**
 * Reads along with the SDK's TLS 1.2 while the server still speaks in the clear. The SDK takes messages in any order, data
 * before anything is encrypted, and a key exchange whose signature says of itself that it is none: with any of these, who sits
 * between box and broker needs no key of the broker's. Throws HandshakeError at them.
 */
export class HandshakeWatch {
  /** The last message, or 0. */
  #last = 0;
  /** Everything that follows is encrypted: the watch may go. */
  isOver = false;
  /** Of the header that is being read. */
  #header: number[] = [];
  /** Bytes of the record, and of the message, that are still to come. */
  #recordLeft = 0;
  #recordType = 0;
  #messageLeft = 0;
  /** The key exchange, as far as it has come. */
  #kept: number[] = [];

  /** Takes what the SDK is about to read. */
  feed(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.isOver) return;
      if (this.#recordLeft === 0) this.#recordHeader(byte);
      else this.#body(byte);
    }
  }

  #recordHeader(byte: number): void {
    this.#header.push(byte);
    if (this.#header.length < RECORD_HEADER) return;
    const [type = 0, , , high = 0, low = 0] = this.#header;
    this.#header = [];
    this.#recordType = type;
    this.#recordLeft = high * 256 + low;
    if (type === Record.changeCipherSpec) {
      this.#follow(Record.changeCipherSpec);
      this.isOver = true;
    } else if (type !== Record.handshake && type !== Record.alert) {
      throw new HandshakeError(`a record of type ${type} in the clear`);
    }
  }

  #body(byte: number): void {
    this.#recordLeft--;
    if (this.#recordType !== Record.handshake) return;
    if (this.#messageLeft === 0) this.#messageHeader(byte);
    else this.#messageBody(byte);
    // So does the SDK.
    if (this.#recordLeft === 0 && (this.#header.length > 0 || this.#messageLeft > 0)) {
      throw new HandshakeError("a message in more than one record");
    }
  }

  #messageHeader(byte: number): void {
    this.#header.push(byte);
    if (this.#header.length < MESSAGE_HEADER) return;
    const [type = 0, high = 0, middle = 0, low = 0] = this.#header;
    this.#header = [];
    this.#messageLeft = high * 65_536 + middle * 256 + low;
    // `finished` has the number of the record that it must come after, encrypted.
    if (type === Record.changeCipherSpec) throw new HandshakeError("finished in the clear");
    this.#follow(type);
    if (type !== Message.serverKeyExchange) return;
    if (this.#messageLeft > MAX_KEPT_BYTES) throw new HandshakeError("a key exchange that is too long");
    if (this.#messageLeft === 0) requireSignature([]);
  }

  #messageBody(byte: number): void {
    this.#messageLeft--;
    if (this.#last !== Message.serverKeyExchange) return;
    this.#kept.push(byte);
    if (this.#messageLeft > 0) return;
    requireSignature(this.#kept);
    this.#kept = [];
  }

  #follow(type: number): void {
    if (!FOLLOWERS[this.#last]?.includes(type)) throw new HandshakeError(`message ${type} after ${this.#last}`);
    this.#last = type;
  }
}

/** RFC 5246 section 7.4.1.4.1. */
const SHA256 = 4;
const SHA512 = 6;
const RSA = 1;
const ECDSA = 3;
const NAMED_CURVE = 3;

/** RFC 8422 section 5.4: curve, point, algorithms, signature, and nothing else. */
function requireSignature(exchange: readonly number[]): void {
  const at = 4 + (exchange[3] ?? 0);
  const [hash = 0, algorithm, high = 0, low = 0] = exchange.slice(at, at + 4);
  const signature = new Uint8Array(exchange.slice(at + 4));
  const isKnown = hash >= SHA256 && hash <= SHA512 && (algorithm === RSA || algorithm === ECDSA);
  const isWhole = exchange[0] === NAMED_CURVE && signature.length > 0 && signature.length === high * 256 + low;
  if (!isKnown || !isWhole) throw new HandshakeError("a key exchange without a signature that counts");
  if (algorithm === ECDSA && !isPairOfPositives(signature))
    throw new HandshakeError("a key exchange with a void signature");
}
