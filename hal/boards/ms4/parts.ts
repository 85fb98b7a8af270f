import type { Parts } from "../parts.js";
import { referenceParts } from "../reference-parts.js";

const DATA_SHEET = "ESP32 data sheet v3.5, table 6";
const MEASURED = "ESP-IDF 6, Introduction to Low Power Mode:";
const DEEP_SLEEP = { milliamps: 0.01, source: `${DATA_SHEET}: 10 uA in deep sleep; ${MEASURED} 5 uA` };

/** MS4 reference board, ESP32: Wi-Fi is its one link. */
export const MS4_PARTS: Parts = {
  processor: {
    name: "ESP32 and PSRAM",
    supply: "3V3",
    pins: {},
    draws: {
      awake: { milliamps: 60, source: `${DATA_SHEET}: 30 to 68 mA at 240 MHz` },
      starting: { milliamps: 65, source: `${DATA_SHEET}: 30 to 68 mA at 240 MHz` },
      wifi: {
        milliamps: 70,
        source: `${DATA_SHEET}: 95 receiving, 240 sending (unchecked); ${MEASURED} 2 mA more in the mean where a link rests`,
      },
    },
    asleep: { state: "deep sleep, timer and RTC memory", sleep: DEEP_SLEEP },
  },
  // Button and mains wake from deep sleep: they are RTC pins. 34 to 39 have no pull-ups: mains is there, the touch panel, which drives
  // its pin, and the expanders, whose pull-up is on the board.
  ...referenceParts({
    systemBus: { data: 21, clock: 22 },
    binsBus: { data: 18, clock: 19 },
    touch: 35,
    button: 33,
    lamp: 23,
    mains: 34,
    lockSupply: 13,
    expanderReset: 14,
    expanderInterrupt: 39,
    mount: 4,
    backlight: 12,
    rail: 27,
    reader: { receive: 26, transmit: 25, port: 2 },
    buzzer: { pin: 0, rest: 1 },
    screen: { clock: 32, out: 15, in: 36, select: 5, command: 2 },
  }),
};
