/**
 * An IO call failed: no acknowledge, a line that is held, a transfer that did not end in time, or a part that reads back
 * something else. IO objects throw nothing else once they are constructed; glue to an SDK wraps what its classes throw.
 */
export class IoError extends Error {}
