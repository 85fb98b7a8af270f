import type { BoardWiring } from "../wiring.js";
import { wiringOf } from "../wiring-of.js";
import { MS5_PARTS } from "./parts.js";

/** What the image of the MS5 holds of its parts. */
export const MS5_WIRING: BoardWiring = wiringOf(MS5_PARTS);
