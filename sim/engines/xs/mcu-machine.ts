/** What the image for the emulated microcontroller holds (hal/mcu). Texts go XS's own way, as on the boards. */
import { serveMachine } from "./serve-machine.js";

/** What XS has beside the language. */
const xs = globalThis as unknown as {
  readonly ArrayBuffer: { fromString(text: string): ArrayBufferLike };
  readonly String: { fromArrayBuffer(bytes: ArrayBufferLike): string };
};

serveMachine({
  encode: (text) => new Uint8Array(xs.ArrayBuffer.fromString(text)),
  decode: (bytes) => xs.String.fromArrayBuffer(bytes.slice().buffer),
});
