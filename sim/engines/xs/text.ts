import type { TextCodec } from "../../../hal/bridge/message.js";

/** The worker has them built in; `globalThis` because the bundle takes the bare names away from the packages. */
const encoder = new globalThis.TextEncoder();
const decoder = new globalThis.TextDecoder();

export const XS_TEXT: TextCodec = {
  encode: (text) => encoder.encode(text),
  decode: (bytes) => decoder.decode(bytes),
};
