import type { Parts } from "../parts.js";
import { ethernetPart, modemPart, referenceParts } from "../reference-parts.js";

const DATA_SHEET = "ESP32-S3 data sheet, Current Consumption";
const MEASURED = "ESP-IDF 6, Introduction to Low Power Mode:";
const DEEP_SLEEP = { milliamps: 0.008, source: `${MEASURED} 6.8 uA in deep sleep; 8 measured on bare modules` };

/** MS5 reference board, ESP32-S3. */
export const MS5_PARTS: Parts = {
  processor: {
    name: "ESP32-S3 and PSRAM",
    supply: "3V3",
    pins: {},
    draws: {
      awake: { milliamps: 53, source: `${DATA_SHEET}, 240 MHz (unchecked); ${MEASURED} 38 mA at 160 MHz` },
      starting: { milliamps: 60, source: `${DATA_SHEET} (unchecked)` },
      wifi: {
        milliamps: 60,
        source: `${DATA_SHEET}: 88 receiving, 340 sending (unchecked); ${MEASURED} 2 mA more in the mean where a link rests`,
      },
    },
    asleep: { state: "deep sleep, timer and RTC memory", sleep: DEEP_SLEEP },
  },
  // Button and mains wake from deep sleep: they are RTC pins.
  ...referenceParts({
    systemBus: { data: 8, clock: 9 },
    binsBus: { data: 10, clock: 11 },
    touch: 15,
    button: 4,
    lamp: 5,
    mains: 6,
    lockSupply: 12,
    expanderReset: 13,
    expanderInterrupt: 7,
    mount: 14,
    backlight: 21,
    rail: 45,
    reader: { receive: 18, transmit: 17, port: 1 },
    buzzer: { pin: 46, rest: 0 },
    screen: { clock: 39, out: 40, in: 41, select: 38, command: 42 },
  }),
  ethernet: ethernetPart({ clock: 47, out: 48, in: 16, select: 1, interrupt: 2 }),
  // USB's pins: the console is the UART.
  modem: modemPart({ receive: 20, transmit: 19, powerKey: 3, port: 2 }),
};
