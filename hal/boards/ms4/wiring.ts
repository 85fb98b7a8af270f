import type { BoardWiring } from "../wiring.js";
import { wiringOf } from "../wiring-of.js";
import { MS4_PARTS } from "./parts.js";

/** What the image of the MS4 holds of its parts. */
export const MS4_WIRING: BoardWiring = wiringOf(MS4_PARTS);
