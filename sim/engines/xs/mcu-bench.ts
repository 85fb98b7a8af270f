/** What `npm run bench -- mcu` puts on the emulated microcontroller: single pieces of work, each a message that is its name. */
import "./bench.js";

const { work } = globalThis as unknown as { readonly work: Readonly<Record<string, () => unknown>> };

Object.assign(globalThis, {
  handleCommand: (message: ArrayBuffer) => {
    const name = String.fromCharCode(...new Uint8Array(message));
    work[name]!();
    return message;
  },
});
