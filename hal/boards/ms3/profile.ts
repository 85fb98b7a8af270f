import type { BoardProfile } from "../../ports/board.js";
import { REFERENCE_BINS, REFERENCE_PANEL, REFERENCE_POWER } from "../reference.js";

/** MS3 and earlier: no onboard memory and no battery. The firmware refuses this profile; owners follow the outage plan. */
export const MS3: BoardProfile = {
  model: "MS3",
  offlineCapable: false,
  battery: undefined,
  power: REFERENCE_POWER,
  bins: REFERENCE_BINS,
  panel: REFERENCE_PANEL,
};
