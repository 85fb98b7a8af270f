import { InvalidArgumentError } from "commander";
import { type EngineTarget, TARGETS, targetOf } from "../../engines/targets.js";

export const TARGET_HELP = `engine that runs the firmware: ${TARGETS.join(", ")}, or serial:PATH, a board with an image for a rig`;
export const RELAY_HELP = "of a board: shell command that switches its supply, with {state} for on or off";

/** For commander. */
export function parseTarget(text: string): EngineTarget {
  const found = targetOf(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`there is no target ${text}: choose ${TARGETS.join(", ")} or serial:/dev/ttyUSB0`);
}
