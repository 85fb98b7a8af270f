/** Times and bounds of PROTOCOL.md, in one place. */

/** From opening the socket to CONNACK, and from there to SUBACK. */
export const CONNECT_TIMEOUT_MS = 20_000;
export const KEEP_ALIVE_S = 60;
/** Well inside the keep-alive, so that a slow link does not trip the broker's 1.5 × 60 s. */
export const PING_INTERVAL_MS = 45_000;
/** With the interval before it 58 s: a connection that is half open is noticed within the minute. */
export const PING_TIMEOUT_MS = 13_000;
/** A broker that takes publishes and never acknowledges one is as good as none. */
export const PUBACK_TIMEOUT_MS = 30_000;
/** Publishes that wait for their PUBACK. */
export const MAX_IN_FLIGHT = 64;
/** Bytes of the longest packet taken from a broker: a sealed message, its topic, and some. */
export const MAX_PACKET_BYTES = 8192;
/** Bytes that may wait for room in the socket. */
export const MAX_QUEUED_BYTES = 8192;

export const BACKOFF_MIN_MS = 1000;
export const BACKOFF_MAX_MS = 128_000;
/** A connection that lasted this long starts the backoff anew. */
export const STABLE_MS = 20_000;
/** After a round in which the broker refused, this comes on top of the wait. */
export const REFUSED_MIN_MS = 10_000;
/** And this while another client seems to take the connection away. */
export const RIVAL_MIN_MS = 60_000;

/** s over which the cloud may have its boxes come back, at most: normal sync is to follow within 5 minutes. */
export const PACE_MAX_S = 300;
/** Where a broker says that it is busy, and the cloud has told no pace. */
export const BUSY_SPREAD_MS = 120_000;

/** A better link is tried after it has been up for so long, at first and at most. */
export const FAILBACK_MIN_MS = 60_000;
export const FAILBACK_MAX_MS = 3_600_000;
/** A bare connection over it has so long to open. */
export const FAILBACK_PROBE_MS = 10_000;
/** A network has so long to show its sign-in page. */
export const SIGN_IN_PROBE_MS = 10_000;
/** A session over it that lasted so long makes the wait short again. */
export const FAILBACK_STABLE_MS = 600_000;

/** Wait for a welcome after the first, second and third hello; after the others, `HELLO_LAST_WAIT_MS`. */
export const HELLO_WAITS_MS: readonly number[] = [10_000, 20_000, 40_000];
export const HELLO_LAST_WAIT_MS = 60_000;
/**
 * A session that is in use says hello again so long after the hello that opened it, whatever is outstanding: a cloud that was restarted
 * does not know the session, and a broker that holds messages back must not be able to put this off. One that rests does so before it
 * sends or takes anything (`Rest`).
 */
export const REHELLO_INTERVAL_MS = 300_000;
/** The clock is left alone when it is off by no more than this beyond half the round trip. */
export const CLOCK_TOLERANCE_S = 2;
/**
 * After a welcome the clock differs from the cloud's by no more than this: the longest wait for a welcome, the tolerance, and
 * the fractions of a second that either clock leaves out.
 */
export const CLOCK_ERROR_MAX_S = HELLO_LAST_WAIT_MS / 1000 + CLOCK_TOLERANCE_S + 2;

/** Batches that the cloud has not acknowledged, and the bytes of their messages: at first and at most. */
export const MAX_OUTSTANDING_BATCHES = 64;
export const FIRST_WINDOW_BYTES = 65_536;
export const MAX_WINDOW_BYTES = 196_608;
/** The window is doubled while that brings at least this much more in a round trip; so many round trips without end it. */
export const WINDOW_GAIN = 1.25;
export const FLAT_ROUNDS = 3;
export const RESEND_AFTER_MS = 20_000;
/** A cloud that says by an empty message that it knows nothing of the session is believed once something has waited for so long. */
export const STALLED_MS = 1_000;
/** Rounds of sending again before the connection is given up. */
export const RESEND_ROUNDS = 3;

/** Wait for the piece that a fetch asked for; doubled after each fetch without any, up to the longest. */
export const PIECE_TIMEOUT_MS = 10_000;
export const PIECE_TIMEOUT_MAX_MS = 1_280_000;
/** Fetches that may go unanswered before the session says hello again. */
export const UNANSWERED_FETCHES_MAX = 2;
/** Times that a snapshot version is begun in a row before it is left alone for a while: each costs an erase of the slot. */
export const SNAPSHOT_ATTEMPTS_MAX = 3;
/** That while: from the first value it doubles to the second. */
export const SNAPSHOT_AGAIN_MS = 600_000;
export const SNAPSHOT_AGAIN_MAX_MS = 21_600_000;

/** Messages that do not open and are tried all the same: this many at once, and one more after each wait. */
export const FORGED_MAX = 16;
export const FORGED_REFILL_MS = 4_000;
/** Bytes of the longest sealed message that is tried on any lane but `snapshot`; opening takes time by the byte. */
export const MAX_SMALL_SEALED_BYTES = 512;
