import { type BoardWiring, SIXTEEN_EXPANDERS } from "./wiring.js";

/** MS5 reference board, ESP32-S3. Free of strapping pins (0, 3, 45, 46), USB (19, 20) and octal PSRAM (33 to 37). */
export const MS5_WIRING: BoardWiring = {
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
  // Button and mains wake from deep sleep: they are RTC pins (0 to 21).
  pins: { button: 4, lamp: 5, mains: 6, lockSupply: 12, expanderReset: 13, expanderInterrupt: 7, mount: 14 },
  reader: { receive: 18, transmit: 17, port: 1, baud: 115_200 },
};
