import { Lane } from "../../firmware/wire/lanes.js";
import { type BodyCodec, type Fetch, MAX_PIECE_BYTES, Offer, Piece } from "../../firmware/wire/messages.js";
import type { CloudSession } from "./session.js";
import type { Snapshots } from "./snapshots.js";

/** Publishes a message to a box, sealed for its session. */
export type Send = <T extends object>(
  box: string,
  session: CloudSession,
  lane: Lane,
  codec: BodyCodec<T>,
  body: T,
) => void;

/** Tells boxes of their newest snapshot, and hands it out piece by piece (PROTOCOL.md section 5). */
export class SnapshotOffers {
  readonly #snapshots: Snapshots;
  readonly #send: Send;

  constructor(snapshots: Snapshots, send: Send) {
    this.#snapshots = snapshots;
    this.#send = send;
  }

  /** To be called when there is a snapshot for the box. */
  offer(box: string, session: CloudSession): void {
    const { version, bytes } = this.#snapshots.newest(box)!;
    this.#send(box, session, Lane.offer, Offer, { version, total: bytes.length });
  }

  /** The pieces that the box asks for; of a version that is no longer the newest, word of the one that is. */
  fetch(box: string, session: CloudSession, { version, offset, count }: Fetch): void {
    const snapshot = this.#snapshots.newest(box);
    if (snapshot === undefined) return;
    if (snapshot.version !== version) {
      this.offer(box, session);
      return;
    }
    const end = Math.min(offset + count, snapshot.bytes.length);
    for (let at = offset; at < end; at += MAX_PIECE_BYTES) {
      const bytes = snapshot.bytes.slice(at, Math.min(at + MAX_PIECE_BYTES, end));
      this.#send(box, session, Lane.snapshot, Piece, { version, offset: at, bytes });
    }
  }
}
