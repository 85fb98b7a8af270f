import { hardwareOf } from "../../../hal/boards/index.js";
import type { BoardProfile } from "../../../hal/ports/board.js";
import type { Hal } from "../../../hal/ports/hal.js";
import type { Life } from "../devices/life.js";
import type { Site } from "../devices/site.js";
import { BoardParts, type Devices } from "../parts/board-parts.js";

/**
 * How the firmware reaches bins, gauge, mains, button, reader and clock: through direct ports, which is fast, or through the
 * board's drivers and simulated parts.
 */
export const PARTS_LEVELS = ["ports", "registers"] as const;
export type PartsLevel = (typeof PARTS_LEVELS)[number];

/** The board at register level; undefined with direct ports. */
export function partsAt(
  level: PartsLevel,
  site: Site,
  box: { readonly board: BoardProfile; readonly units: readonly number[] },
  devices: Devices,
): BoardParts | undefined {
  if (level === "ports") return undefined;
  return new BoardParts(site, { ...box, hardware: hardwareOf(box.board.model) }, devices);
}

export function directPorts(
  devices: Devices,
  life: Life,
): Pick<Hal, "bins" | "gauge" | "mains" | "button" | "reader" | "clock"> {
  return {
    bins: devices.bins.port(life),
    gauge: devices.gauge.port(life),
    mains: devices.mains.port(life),
    button: devices.button.port(life),
    reader: devices.reader.port(life),
    clock: devices.rtc.port(life),
  };
}
