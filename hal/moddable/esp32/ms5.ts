import ILI9341 from "ili9341";
import { MS5 } from "../../boards/ms5/profile.js";
import { MS5_WIRING } from "../../boards/ms5/wiring.js";
import { enter } from "../crash.js";
import { CONSOLE } from "../trace.js";
import { EthernetLink } from "./ethernet/ethernet-link.js";
import { W5500 } from "./ethernet/native.js";
import { start } from "./start.js";

start({
  profile: MS5,
  wiring: MS5_WIRING,
  screen: () => new ILI9341({}),
  links: (timers) => [new EthernetLink({ chip: W5500, timers, trace: CONSOLE, enter })],
});
