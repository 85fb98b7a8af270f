/** True random numbers from the board. */
export interface EntropyPort {
  /** Fills `into`. Throws EntropyError when the source is absent or fails its health test; nothing may be derived from `into` then. */
  fill(into: Uint8Array): void;
}

export class EntropyError extends Error {}
