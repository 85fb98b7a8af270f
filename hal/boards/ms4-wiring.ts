import { type BoardWiring, SIXTEEN_EXPANDERS } from "./wiring.js";

/** MS4 reference board, ESP32. Free of strapping pins (0, 2, 5, 12, 15), of flash (6 to 11) and of PSRAM (16, 17). */
export const MS4_WIRING: BoardWiring = {
  buses: {
    system: { data: 21, clock: 22, port: 0, hz: 400_000 },
    bins: { data: 18, clock: 19, port: 1, hz: 400_000 },
  },
  gaugeAddress: 0x36,
  thermometerAddress: 0x48,
  rtcAddress: 0x52,
  touch: { address: 0x38, interrupt: 35 },
  expanders: SIXTEEN_EXPANDERS,
  binsPerExpander: 7,
  // Button and mains wake from deep sleep: they are RTC pins. 34 to 39 have no pull-ups: mains is there, and the touch panel, which
  // drives its pin.
  pins: { button: 33, lamp: 23, mains: 34, lockSupply: 13, expanderReset: 14, expanderInterrupt: 27, mount: 4 },
  reader: { receive: 26, transmit: 25, port: 2, baud: 115_200 },
};
