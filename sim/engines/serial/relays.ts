import { spawnSync } from "node:child_process";
import { BoardLostError } from "./tty.js";

/** What a bench can switch beside the line: whatever feeds the board. */
export interface Relays {
  /** Off: mains and cell are taken away. */
  supply(isOn: boolean): void;
}

const LIMIT_MS = 10_000;

/**
 * A shell command, with `{state}` for on or off: whatever a bench has that switches. Throws BoardLostError where it fails, with what it said:
 * a power cut that did not happen must not pass for one.
 */
export function relaysBy(command: string): Relays {
  return {
    supply(isOn) {
      const line = command.replaceAll("{state}", isOn ? "on" : "off");
      const { status, stderr, error } = spawnSync("sh", ["-c", line], { encoding: "utf8", timeout: LIMIT_MS });
      if (status === 0) return;
      throw new BoardLostError(`the relay did not switch: ${line}: ${(error?.message ?? stderr).trim().slice(0, 200)}`);
    },
  };
}
