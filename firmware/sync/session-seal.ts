import { CHALLENGE_BYTES, NO_CHALLENGE, openEnvelope, sameBytes, seal } from "../wire/envelope.js";
import { Lane } from "../wire/lanes.js";

/** Key, session, challenge and counters of one session, as PROTOCOL.md section 2 has them. */
export class SessionSeal {
  readonly #key: Uint8Array;
  readonly #session: Uint8Array;
  readonly #noChallenge = Uint8Array.from(NO_CHALLENGE);
  #helloCounter = 0;
  #challenge: Uint8Array | undefined;
  #upCounter = 0;
  #downCounter = 0;

  constructor(key: Uint8Array, session: Uint8Array) {
    this.#key = key;
    this.#session = session;
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

  /** Opens a welcome of this session; `accept` makes its challenge the one that counts, once the body is found good. */
  openWelcome(bytes: Uint8Array): { readonly body: Uint8Array; accept(): void } | undefined {
    const opened = openEnvelope(this.#key, Lane.welcome, bytes);
    if (opened === undefined || !sameBytes(opened.session, this.#session)) return undefined;
    // A challenge of zeros, or the present one again, would let counters start over under nonces already used.
    if (opened.challenge.length !== CHALLENGE_BYTES || sameBytes(opened.challenge, this.#noChallenge)) return undefined;
    if (opened.counter < 1) return undefined;
    if (this.#challenge !== undefined && sameBytes(opened.challenge, this.#challenge)) return undefined;
    const challenge = opened.challenge.slice();
    return {
      body: opened.body,
      accept: () => {
        this.#challenge = challenge;
        this.#upCounter = 0;
        this.#downCounter = opened.counter;
      },
    };
  }

  /** The body of a message of this session and challenge that is newer than the last one; else undefined. */
  open(lane: Lane, bytes: Uint8Array): Uint8Array | undefined {
    if (this.#challenge === undefined) return undefined;
    const opened = openEnvelope(this.#key, lane, bytes);
    if (opened === undefined) return undefined;
    if (!sameBytes(opened.session, this.#session) || !sameBytes(opened.challenge, this.#challenge)) return undefined;
    if (opened.counter <= this.#downCounter) return undefined;
    this.#downCounter = opened.counter;
    return opened.body;
  }
}
