import Ethernet from "embedded:network/interface/ethernet";
import { MS5 } from "../../boards/ms5/profile.js";
import { MS5_WIRING } from "../../boards/ms5/wiring.js";
import { enter } from "../crash.js";
import { EthernetLink } from "./ethernet-link.js";
import { start } from "./start.js";

start({ profile: MS5, wiring: MS5_WIRING, links: (timers) => [new EthernetLink({ io: Ethernet, timers, enter })] });
