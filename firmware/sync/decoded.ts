import { type BodyCodec, MessageError } from "../wire/messages.js";

/** A body that was opened; undefined: it is none of this codec's. */
export function decoded<T>(codec: BodyCodec<T>, body: Uint8Array): T | undefined {
  try {
    return codec.decode(body);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}
