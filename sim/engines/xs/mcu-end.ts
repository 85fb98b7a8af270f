import type { TextCodec } from "../../../hal/bridge/message.js";

/** What XS has beside the language. */
const xs = globalThis as unknown as {
  readonly ArrayBuffer: { fromString(text: string): ArrayBufferLike };
  readonly String: { fromArrayBuffer(bytes: ArrayBufferLike): string };
};

/** What every program of the emulated microcontroller gives its end of the bridge. Texts go XS's own way, as on the boards. */
export const MCU_END = {
  text: {
    encode: (text) => new Uint8Array(xs.ArrayBuffer.fromString(text)),
    decode: (bytes) => xs.String.fromArrayBuffer(bytes.slice().buffer),
  } satisfies TextCodec,
  /** What hal/mcu/sizes.h has room for. */
  maxMessageBytes: 8 * 1024,
};
