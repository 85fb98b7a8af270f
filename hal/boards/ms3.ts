import { MS5 } from "./ms5.js";
import type { BoardProfile } from "./profile.js";

/** MS3 and earlier: no onboard memory and no battery. The firmware refuses this profile; owners follow the outage plan. */
export const MS3: BoardProfile = { ...MS5, model: "MS3", offlineCapable: false, battery: undefined };
