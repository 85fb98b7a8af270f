import { type Draw, draw } from "../draw.js";
import { REFERENCE_DRAWS } from "../reference-draws.js";

const ESP32 = "ESP32 data sheet v3.5";

export const MS4_DRAWS: readonly Draw[] = [
  draw("awake", "ESP32 and PSRAM, 240 MHz, modem-sleep", "3V3", 60, `${ESP32}, table 6: 30 to 68 mA at 240 MHz`),
  draw("starting", "ESP32", "3V3", 65, `${ESP32}, table 6: 30 to 68 mA at 240 MHz`),
  draw("sleep", "ESP32, deep sleep, timer and RTC memory", "3V3 idle", 0.01, `${ESP32}, table 6: 10 uA`),
  draw("hibernate", "ESP32, deep sleep, timer and RTC memory", "3V3 idle", 0.01, `${ESP32}, table 6: 10 uA`),
  draw("wifi", "ESP32 radio, mean above modem-sleep", "3V3", 70, `${ESP32}: 95 receiving, 240 sending (unchecked)`),
  ...REFERENCE_DRAWS,
];
