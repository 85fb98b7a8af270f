import type { TracePort } from "../ports/trace.js";

/** The SDK's console: the serial port of a board, standard output of its simulator. */
export const CONSOLE: TracePort = {
  line: (text) => trace(`${text}\n`),
};
