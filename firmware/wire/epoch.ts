/** Bytes of an epoch: the random id of a journal's life, on flash, in snapshots and in messages. */
export const EPOCH_BYTES = 8;
