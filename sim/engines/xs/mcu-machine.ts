/** What the image for the emulated microcontroller holds (hal/mcu). Texts go XS's own way, as on the boards. */
import { serveMachine } from "./serve-machine.js";

/** What XS has beside the language. */
const xs = globalThis as unknown as {
  readonly ArrayBuffer: { fromString(text: string): ArrayBufferLike };
  readonly String: { fromArrayBuffer(bytes: ArrayBufferLike): string };
};

/** What hal/mcu/sizes.h has room for. */
const MAX_MESSAGE_BYTES = 8 * 1024;

serveMachine(
  {
    encode: (text) => new Uint8Array(xs.ArrayBuffer.fromString(text)),
    decode: (bytes) => xs.String.fromArrayBuffer(bytes.slice().buffer),
  },
  MAX_MESSAGE_BYTES,
);
