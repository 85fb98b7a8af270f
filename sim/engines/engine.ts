import { boot } from "../../firmware/main.js";
import { UPDATES } from "../../firmware/with-updates.js";
import type { BareHal, IoBoard } from "../../hal/boards/board-ports.js";
import type { BootStub } from "../../hal/boot/stub.js";
import type { Hal } from "../../hal/ports/hal.js";
import type { RunningImage } from "../world/devices/image-flash.js";
import { bootNodeImage, type ImageFault, nodePayload } from "./node-image.js";
import { countOpenings, openingComputrons } from "./opening-cost.js";

/** What an engine that counts has counted, over all boots. */
export interface Spent {
  /** Computrons of all turns: XS's own count of what it executed, about 24 instructions of a Cortex-M each. */
  readonly computrons: number;
  /** Most slots in use after a turn, garbage since the last collection included. */
  readonly peakSlots: number;
  /** Most bytes of chunks, at any time; undefined: the engine does not tell. */
  readonly peakChunkBytes: number | undefined;
}

/** Runs the firmware of one box, boot after boot. `image`: what the boot stub has chosen; absent: the firmware that there is. */
export interface Engine {
  /** Boots the firmware on `hal`; returns when it waits for events. What was running before is gone. */
  boot(hal: Hal, image?: RunningImage): void;
  /** The same with the board's drivers on the firmware's side of the engine; absent: the simulator runs them. */
  bootOnIo?(hal: BareHal, board: IoBoard, image?: RunningImage): void;
  /**
   * The payload of an image that this engine runs, of firmware that calls itself `version` and goes wrong in this way. Absent: it runs
   * nothing but the firmware that it was made with.
   */
  readonly program?: ((fault: ImageFault, version: string) => Promise<Uint8Array>) | undefined;
  /** Of its own, and the bytes of its slots: what it chooses, the next boot runs. Absent: the simulator's, and slots of any size. */
  readonly stub?: BootStub | undefined;
  readonly slotBytes?: number | undefined;
  /** What sealed messages have cost so far, tried in vain or not, over all boots; in Node's process, by anybody. */
  readonly openingComputrons: number;
  /** Undefined: nobody counts. */
  readonly spent?: Spent;
  /** Lets go of processes and files. Idempotent. */
  close(): void;
}

/** Of an image for Node: what is to be fetched, not what runs. */
const NODE_PAYLOAD_BYTES = 120_000;

/** In the simulator's own process: what most tests use. */
export const NODE_ENGINE: Engine = {
  boot: (hal, image) => bootNodeImage(hal, image, (real) => boot(real, UPDATES)),
  program: (fault) => Promise.resolve(nodePayload(fault, NODE_PAYLOAD_BYTES)),
  get openingComputrons() {
    return openingComputrons();
  },
  close: () => {},
};

countOpenings();
