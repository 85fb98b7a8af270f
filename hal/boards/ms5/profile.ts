import type { BoardProfile } from "../../ports/board.js";
import { REFERENCE_BATTERY, REFERENCE_BINS, REFERENCE_PANEL, REFERENCE_POWER } from "../reference.js";

/** MS5: ESP32-S3, touch panel, Ethernet, Wi-Fi, cellular, 3,500 mAh battery. */
export const MS5: BoardProfile = {
  model: "MS5",
  offlineCapable: true,
  battery: REFERENCE_BATTERY,
  power: REFERENCE_POWER,
  bins: REFERENCE_BINS,
  panel: REFERENCE_PANEL,
};
