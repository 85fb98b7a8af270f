/** A session that the far end closes sooner than this is a short one, ms: longer than whoever took its place waits to come back. */
const SHORT_MS = 150_000;
/** So many in a row are no chance. */
const SHORT_SESSIONS = 5;
/** A session that lasts as long ends the suspicion, ms. */
const GONE_MS = 600_000;

/**
 * Two clients with one client id take the connection from each other for ever: the broker closes the older one (MQTT 3.1.1,
 * 3.1.4-2), and says why in MQTT 5 at most. Seen from here, session after session is closed by the broker soon after it began.
 */
export class Rival {
  #shortSessions = 0;

  /** An accepted connection ended. `mayBeTaken`: nothing says that it was for another reason. */
  ended(lastedMs: number, isFarEnd: boolean, mayBeTaken: boolean): void {
    this.lasts(lastedMs);
    if (isFarEnd && mayBeTaken && lastedMs < SHORT_MS) this.#shortSessions++;
    // What ends at this side, by a link that is down or a cloud that is silent, tells nothing.
    else if (isFarEnd && !this.suspected) this.#shortSessions = 0;
  }

  /** The present session has lasted so long. */
  lasts(sinceAcceptedMs: number): void {
    if (sinceAcceptedMs >= GONE_MS) this.#shortSessions = 0;
  }

  get suspected(): boolean {
    return this.#shortSessions >= SHORT_SESSIONS;
  }
}
