import ILI9341 from "ili9341";
import { MS4 } from "../../boards/ms4/profile.js";
import { MS4_WIRING } from "../../boards/ms4/wiring.js";
import { start } from "./start.js";

start({ profile: MS4, wiring: MS4_WIRING, screen: () => new ILI9341({}), links: () => [] });
