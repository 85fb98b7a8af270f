import { MS5 } from "./ms5.js";
import type { BoardProfile } from "./profile.js";

/** MS4: ESP32; the same battery and timings as the MS5. */
export const MS4: BoardProfile = { ...MS5, model: "MS4" };
