import { MAX_SEALED_BYTES, sameBytes } from "../wire/envelope.js";
import { isUpLane, Lane, parseTopic } from "../wire/lanes.js";
import { Ack, Command, Offer, Piece } from "../wire/messages.js";
import { decoded } from "./decoded.js";
import type { SessionHandshake } from "./handshake.js";
import type { Channel, Lasting } from "./lasting.js";
import type { Uplink } from "./uplink.js";

/** Hands each message of a session to whom it is for, once it is opened and fresh (PROTOCOL.md section 2). */
export class Inbox {
  readonly #lasting: Lasting;
  readonly #channel: Channel;
  readonly #handshake: SessionHandshake;
  readonly #uplink: Uplink;

  constructor(lasting: Lasting, channel: Channel, handshake: SessionHandshake, uplink: Uplink) {
    this.#lasting = lasting;
    this.#channel = channel;
    this.#handshake = handshake;
    this.#uplink = uplink;
  }

  /** False: malformed, forged, replayed or out of turn, and nothing was done. */
  take(topic: string, payload: Uint8Array): boolean {
    const named = parseTopic(topic);
    if (named === undefined || named.box !== this.#lasting.host.identity.box || isUpLane(named.lane)) return false;
    if (payload.length > MAX_SEALED_BYTES) return false;
    if (named.lane === Lane.welcome) return this.#handshake.takeWelcome(payload);
    const isKnock = payload.length === 0 && this.#uplink.stalled;
    return this.#handshake.takes && !isKnock ? this.#takeSealed(named.lane, payload) : this.#knock();
  }

  #takeSealed(lane: Lane, payload: Uint8Array): boolean {
    const body = this.#channel.seal.open(lane, payload);
    if (body === undefined) return false;
    const { standing, pull } = this.#lasting;
    standing.heard();
    this.#handshake.used();
    switch (lane) {
      case Lane.ack:
        return this.#takeAck(decoded(Ack, body));
      case Lane.snapshot: {
        const piece = decoded(Piece, body);
        return piece !== undefined && pull.piece(piece);
      }
      case Lane.offer:
        return this.#takeOffer(decoded(Offer, body));
      case Lane.command:
        return this.#takeCommand(decoded(Command, body));
      case Lane.release:
      case Lane.image:
        return this.#lasting.host.update?.take(lane, body) ?? false;
      default:
        return false;
    }
  }

  /**
   * Nobody can say how old a message is that comes to a session at rest. It is not taken; but it may be that the cloud wants something.
   * An empty one while records wait says that the cloud knows nothing of the session.
   */
  #knock(): boolean {
    if (!this.#handshake.isOpen) return false;
    this.#handshake.hello();
    return true;
  }

  #takeAck(ack: Ack | undefined): boolean {
    const { epoch } = this.#lasting.host.journal;
    if (ack === undefined || epoch === undefined || !sameBytes(ack.epoch, epoch)) return false;
    return this.#uplink.take(ack.through);
  }

  #takeOffer(offer: Offer | undefined): boolean {
    if (offer === undefined) return false;
    this.#lasting.pull.offer(offer);
    return true;
  }

  /** A command that was held back for too long is dropped: there is no receipt then, and the cloud seals it anew. */
  #takeCommand(command: Command | undefined): boolean {
    if (command === undefined || this.#handshake.isStale(command)) return false;
    const { time } = command;
    this.#lasting.host.command(command, time === undefined ? undefined : this.#handshake.ageSeconds(time));
    return true;
  }
}
