import { NO_CHALLENGE, openEnvelope, parseEnvelope, sameBytes, seal, sealInPlace } from "../wire/envelope.js";
import { Lane } from "../wire/lanes.js";
import { MAX_SMALL_SEALED_BYTES } from "./limits.js";
import type { OpeningBudget } from "./opening-budget.js";

/**
 * Key, session, challenge and counters of one session, as PROTOCOL.md section 2 has them. What anybody can read of a message is
 * compared first: only what could be genuine is worth the work of opening it, and what then does not open is paid from a budget.
 */
export class SessionSeal {
  readonly #key: Uint8Array;
  readonly #session: Uint8Array;
  readonly #budget: OpeningBudget;
  readonly #noChallenge = Uint8Array.from(NO_CHALLENGE);
  #helloCounter = 0;
  #challenge: Uint8Array | undefined;
  #upCounter = 0;
  #downCounter = 0;

  constructor(key: Uint8Array, session: Uint8Array, budget: OpeningBudget) {
    this.#key = key;
    this.#session = session;
    this.#budget = budget;
  }

  /** Counter of the last hello; 0 before the first. A welcome must name it. */
  get helloCounter(): number {
    return this.#helloCounter;
  }

  sealWill(body: Uint8Array): Uint8Array {
    return seal(this.#key, Lane.state, this.#session, this.#noChallenge, 0, body);
  }

  sealHello(body: Uint8Array): Uint8Array {
    this.#helloCounter++;
    return seal(this.#key, Lane.hello, this.#session, this.#noChallenge, this.#helloCounter, body);
  }

  /** Seals for the challenge of the last welcome, which there must have been. */
  seal(lane: Lane, body: Uint8Array): Uint8Array {
    if (this.#challenge === undefined) throw new Error("sealed before the welcome");
    this.#upCounter++;
    return seal(this.#key, lane, this.#session, this.#challenge, this.#upCounter, body);
  }

  /** As `seal`, where the body stands: behind ENVELOPE_OVERHEAD zeros. Answers `message` itself. */
  sealInPlace(lane: Lane, message: Uint8Array): Uint8Array {
    if (this.#challenge === undefined) throw new Error("sealed before the welcome");
    this.#upCounter++;
    sealInPlace(this.#key, lane, this.#session, this.#challenge, this.#upCounter, message);
    return message;
  }

  /** Opens a welcome of this session; `accept` makes its challenge the one that counts, once the body is found good. */
  openWelcome(bytes: Uint8Array): { readonly body: Uint8Array; accept(): void } | undefined {
    const envelope = parseEnvelope(bytes);
    if (envelope === undefined || !sameBytes(envelope.session, this.#session) || envelope.counter < 1) return undefined;
    // A challenge of zeros, or the present one again, would let counters start over under nonces already used.
    const isOld = this.#challenge !== undefined && sameBytes(envelope.challenge, this.#challenge);
    if (isOld || sameBytes(envelope.challenge, this.#noChallenge)) return undefined;
    const body = this.#decrypt(Lane.welcome, bytes);
    if (body === undefined) return undefined;
    const challenge = envelope.challenge.slice();
    return {
      body,
      accept: () => {
        this.#challenge = challenge;
        this.#upCounter = 0;
        this.#downCounter = envelope.counter;
      },
    };
  }

  /** The body of a message of this session and challenge that is newer than the last one; else undefined. */
  open(lane: Lane, bytes: Uint8Array): Uint8Array | undefined {
    const envelope = parseEnvelope(bytes);
    if (envelope === undefined || this.#challenge === undefined) return undefined;
    if (!sameBytes(envelope.session, this.#session) || !sameBytes(envelope.challenge, this.#challenge))
      return undefined;
    if (envelope.counter <= this.#downCounter) return undefined;
    const body = this.#decrypt(lane, bytes);
    if (body !== undefined) this.#downCounter = envelope.counter;
    return body;
  }

  #decrypt(lane: Lane, bytes: Uint8Array): Uint8Array | undefined {
    if (lane !== Lane.snapshot && lane !== Lane.image && bytes.length > MAX_SMALL_SEALED_BYTES) return undefined;
    if (!this.#budget.allows) return undefined;
    const opened = openEnvelope(this.#key, lane, bytes);
    if (opened === undefined) this.#budget.spend();
    return opened?.body;
  }
}
