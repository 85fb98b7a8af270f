import type { BoardProfile } from "../../ports/board.js";
import { REFERENCE_BATTERY, REFERENCE_BINS, REFERENCE_PANEL, REFERENCE_POWER } from "../reference.js";

/** MS4: ESP32; the same battery and timings as the MS5. */
export const MS4: BoardProfile = {
  model: "MS4",
  offlineCapable: true,
  battery: REFERENCE_BATTERY,
  power: REFERENCE_POWER,
  bins: REFERENCE_BINS,
  panel: REFERENCE_PANEL,
};
