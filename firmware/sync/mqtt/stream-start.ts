import { NoBrokerError } from "./packets.js";

const CONNACK = 0x20;
const CONNACK_BYTES = 4;
const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const HTTP: readonly number[] = [0x48, 0x54, 0x54, 0x50];
const MARKUP = 0x3c;

/**
 * Looks at the first bytes that the far end sends. A broker's are CONNACK, and one that does not speak MQTT 5 answers in the older
 * form, which a parser for MQTT 5 cannot read. Whatever else is there can be named: the network's sign-in page, another port.
 */
export class StreamStart {
  #head: Uint8Array | undefined = new Uint8Array(0);
  /** Return code of a CONNACK in the form of MQTT 3.1.1. */
  olderConnack: number | undefined;

  /** What to parse now; undefined: nothing before more has come. Throws NoBrokerError. */
  feed(bytes: Uint8Array): Uint8Array | undefined {
    const head = this.#head;
    if (head === undefined) return bytes;
    const all = new Uint8Array(head.length + bytes.length);
    all.set(head);
    all.set(bytes, head.length);
    const first = all[0];
    if (first === undefined) return undefined;
    refuseForeign(first, all);
    if (first === CONNACK && all.length < CONNACK_BYTES && (all[1] ?? 2) >= 2) {
      this.#head = all;
      return undefined;
    }
    this.#head = undefined;
    if (first === CONNACK && all[1] === 2) this.olderConnack = all[3];
    return all;
  }
}

function refuseForeign(first: number, all: Uint8Array): void {
  if (first === MARKUP || HTTP.every((byte, i) => i >= all.length || all[i] === byte)) {
    throw new NoBrokerError(
      `answers with a web page${status(all)}: sign in to this network, or mend the broker's port`,
    );
  }
  if (first === TLS_ALERT || first === TLS_HANDSHAKE) {
    throw new NoBrokerError("answers in TLS: provision the broker's authority, or its port without TLS");
  }
}

/** ` (HTTP 302)`, where the first piece tells so much. */
function status(all: Uint8Array): string {
  // HTTP/1.1 302
  let code = "";
  for (let i = 9; i < 12 && i < all.length; i++) code += String.fromCharCode(all[i]!);
  return /^[1-5]\d\d$/.test(code) ? ` (HTTP ${code})` : "";
}
