import type { BareHal, IoBoard } from "../../../hal/boards/board-ports.js";
import type { CellularSettings } from "../../../hal/drivers/sim7000.js";
import type { BoardProfile } from "../../../hal/ports/board.js";
import type { Hal } from "../../../hal/ports/hal.js";
import type { ImageFlashOptions, RunningImage } from "../devices/image-flash.js";
import type { NetOptions } from "../net/links.js";
import type { PartsLevel } from "./parts-level.js";

export interface FlashGeometry {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly alignBytes: number;
}

export interface MachineOptions {
  readonly name: string;
  readonly board: BoardProfile;
  /** Runs the firmware on a boot's HAL; returns when everything is set up. */
  readonly boot: (hal: Hal, image?: RunningImage) => void;
  /** In place of `boot` at register level: the firmware brings its drivers along. */
  readonly bootOnIo?: ((hal: BareHal, board: IoBoard, image?: RunningImage) => void) | undefined;
  /** Two slots, and a boot stub that chooses; absent: the firmware is the one that there is. */
  readonly images?: ImageFlashOptions | undefined;
  /** The identity partition as the factory wrote it (`identityImage`), or the beginning of it. */
  readonly identity: Uint8Array;
  /** Bins of the base unit and of each expansion unit; `[12]` if absent. */
  readonly units?: readonly number[];
  readonly journal?: FlashGeometry;
  readonly snapshot?: FlashGeometry;
  readonly net?: NetOptions;
  /** 100 if absent. */
  readonly chargePercent?: number;
  /** Whether mains is there at first; true if absent. */
  readonly mains?: boolean;
  /** How the firmware reaches bins, gauge, mains, button, reader and clock; `ports` if absent. */
  readonly parts?: PartsLevel;
  /** Subscription of the modem, at register level. */
  readonly cellular?: CellularSettings;
  /** What sealed messages have cost this box's engine so far, computrons; absent: they take no time. */
  readonly openingComputrons?: (() => number) | undefined;
  readonly rtc?: { readonly set?: boolean; readonly driftPpm?: number };
}
