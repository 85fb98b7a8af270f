import { boot } from "../../firmware/main.js";
import type { BareHal, IoBoard } from "../../hal/boards/board-ports.js";
import type { Hal } from "../../hal/ports/hal.js";

/** Runs the firmware of one box, boot after boot. */
export interface Engine {
  /** Boots the firmware on `hal`; returns when it waits for events. What was running before is gone. */
  boot(hal: Hal): void;
  /** The same with the board's drivers on the firmware's side of the engine; absent: the simulator runs them. */
  bootOnIo?(hal: BareHal, board: IoBoard): void;
  /** Lets go of processes and files. Idempotent. */
  close(): void;
}

/** In the simulator's own process: what most tests use. */
export const NODE_ENGINE: Engine = { boot, close: () => {} };
