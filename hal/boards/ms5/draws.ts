import { type Draw, draw } from "../draw.js";
import { REFERENCE_DRAWS } from "../reference-draws.js";

const ESP32_S3 = "ESP32-S3 data sheet, Current Consumption";

export const MS5_DRAWS: readonly Draw[] = [
  draw("awake", "ESP32-S3 and PSRAM, 240 MHz, modem-sleep", "3V3", 53, `${ESP32_S3} (unchecked)`),
  draw("starting", "ESP32-S3", "3V3", 60, `${ESP32_S3} (unchecked)`),
  draw("sleep", "ESP32-S3, deep sleep", "3V3 idle", 0.008, `${ESP32_S3}: 7 uA, 8 measured on bare modules`),
  draw("hibernate", "ESP32-S3, deep sleep", "3V3 idle", 0.008, `${ESP32_S3}: 7 uA, 8 measured on bare modules`),
  draw(
    "wifi",
    "ESP32-S3 radio, mean above modem-sleep",
    "3V3",
    60,
    `${ESP32_S3}: 88 receiving, 340 sending (unchecked)`,
  ),
  ...REFERENCE_DRAWS,
];
