import { MS5 } from "./ms5.js";
import type { BoardProfile } from "./profile.js";
import { type BoardWiring, SIXTEEN_EXPANDERS } from "./wiring.js";

/** A board to copy: one file for what it can do and how it is wired. README.md tells what each line decides. */
export const TEMPLATE_PROFILE: BoardProfile = {
  ...MS5,
  battery: { capacityMilliampHours: 3_500, brownOutMillivolts: 3_300, plannedMilliamps: 0.35 },
};

export const TEMPLATE_WIRING: BoardWiring = {
  buses: {
    system: { data: 8, clock: 9, port: 0, hz: 400_000 },
    bins: { data: 10, clock: 11, port: 1, hz: 400_000 },
  },
  gaugeAddress: 0x36,
  thermometerAddress: 0x48,
  rtcAddress: 0x52,
  touch: { address: 0x38, interrupt: 15 },
  expanders: SIXTEEN_EXPANDERS,
  binsPerExpander: 7,
  pins: { button: 4, lamp: 5, mains: 6, lockSupply: 12, expanderReset: 13, expanderInterrupt: 7, mount: 14 },
  reader: { receive: 18, transmit: 17, port: 1, baud: 115_200 },
};
