import type { CrashPort } from "../ports/crash.js";

/**
 * The crash port of an image. The engine calls a global function `abort` before it ends the program for an exception that nobody
 * caught, or for a lack of memory (`xs.abortHook` in the manifest), though not for a stack that overflowed.
 */
export function crashPort(kept: Uint8Array, resetReason: string | undefined): CrashPort {
  const port: CrashPort = { kept, resetReason, onFault: undefined };
  globalThis.abort = (why, exception) => {
    // First without a word of what takes memory to say: there may be none.
    port.onFault?.(why);
    if (exception instanceof Error) port.onFault?.(`${exception.name}: ${exception.message}`);
  };
  return port;
}
