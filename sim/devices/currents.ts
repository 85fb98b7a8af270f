import type { BoardProfile } from "../../hal/boards/profile.js";

/**
 * What the parts of a board draw, from their data sheets (typical values at 25 degrees Celsius), and what that is at the cell.
 * Where no part is behind a figure, its source says *assumed*; *unchecked* is a figure of the named document that was not
 * looked up again.
 */

/** Mean voltage of the cell over a discharge, V: what a rail draws from it is its power over this. */
const CELL_VOLTS = 3.7;

/** How a rail is made from the cell: its voltage and what the converter leaves of the power. */
const RAILS = {
  /** Straight from the cell. */
  cell: { volts: CELL_VOLTS, efficiency: 1 },
  /** TPS63020 buck-boost at 50 to 500 mA (SLVS916, efficiency curves; unchecked). */
  "3V3": { volts: 3.3, efficiency: 0.9 },
  /** The same in its power-save mode at 0.1 mA (SLVS916, efficiency curves; unchecked); its quiescent current is a part of its own. */
  "3V3 idle": { volts: 3.3, efficiency: 0.75 },
  /** TPS61169 LED boost, six LEDs in series (SLVSA40; unchecked). */
  leds: { volts: 19.2, efficiency: 0.85 },
  /** TPS55340 boost at 0.6 A (SLVSBD4; unchecked). */
  "12V": { volts: 12, efficiency: 0.85 },
} as const;
type Rail = keyof typeof RAILS;

/** Each is a load of its own on the cell. */
const LOADS = [
  "awake",
  "starting",
  "sleep",
  "hibernate",
  "backlight",
  "ethernet",
  "wifi",
  "cellular",
  "lock",
  "lamp",
] as const;
type Load = (typeof LOADS)[number];

export interface Draw {
  readonly load: Load;
  readonly part: string;
  readonly rail: Rail;
  /** On its rail, mA. */
  readonly milliamps: number;
  readonly source: string;
}

const ESP32_S3 = "ESP32-S3 data sheet, Current Consumption";
const ESP32 = "ESP32 data sheet v3.5";
const MAX17048 = "MAX17048, 19-6171 rev. 7, Features: 23 uA active, 3 uA hibernating";
const SIM7000 = "SIM7000 hardware design, as quoted by its users:";

const COMMON: readonly Draw[] = [
  // The driver lets it look for tags without end (hal/drivers/pn532.ts): the field stays on.
  draw("awake", "PN532, field on", "3V3", 100, "ITEAD PN532 module: 100 mA standing by, 120 reading; maximum 150"),
  draw("awake", "screen controller and touch panel", "3V3", 12, "FT6236 4 mA (unchecked); screen assumed"),
  draw("awake", "MCP23017 twice", "3V3", 2, "DS20001952, operating: at most 1 mA each (unchecked)"),
  draw("awake", "MAX17048", "cell", 0.023, MAX17048),
  draw("awake", "TMP102", "3V3", 0.01, "SBOS397: 10 uA at most (unchecked)"),
  draw("awake", "pull-ups, dividers, load switches", "cell", 0.1, "assumed"),
  draw("starting", "everything but the processor", "3V3", 20, "assumed"),
  draw("sleep", "MAX17048", "cell", 0.023, MAX17048),
  draw("sleep", "MCP23017 twice, standby", "3V3 idle", 0.002, "DS20001952: at most 1 uA each (unchecked)"),
  draw("hibernate", "MAX17048, hibernating", "cell", 0.003, MAX17048),
  ...(["sleep", "hibernate"] as const).flatMap((load) => [
    draw(load, "RV-3028-C7", "cell", 0.00005, "RV-3028-C7 application manual: 45 nA (unchecked)"),
    draw(load, "TPS63020, quiescent", "cell", 0.03, "SLVS916: 25 uA from the cell, 5 from the rail (unchecked)"),
    draw(load, "cellular modem, off", "cell", 0.007, `${SIM7000} 7 uA powered off`),
    draw(load, "mains sense and pull-ups", "cell", 0.01, "assumed"),
    draw(load, "load switches of reader, screen and Ethernet, boosts off, leakage", "cell", 0.02, "assumed"),
  ]),
  draw("backlight", "six LEDs at 20 mA, full light", "leds", 20, "assumed: a screen of 4 inch"),
  draw("ethernet", "LAN8720A, link up", "3V3", 54, "DS00002165, 100BASE-TX with traffic (unchecked)"),
  draw("cellular", "LTE Cat M1 module, mean while it is on", "cell", 110, `${SIM7000} data 109 to 167 mA, idle 11`),
  draw("lock", "solenoid of 12 V, 0.6 A", "12V", 600, "assumed"),
  draw("lamp", "LED in the button's ring", "3V3", 5, "assumed"),
];

const PROCESSORS: Readonly<Record<"MS4" | "MS5", readonly Draw[]>> = {
  MS5: [
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
  ],
  MS4: [
    draw("awake", "ESP32 and PSRAM, 240 MHz, modem-sleep", "3V3", 60, `${ESP32}, table 6: 30 to 68 mA at 240 MHz`),
    draw("starting", "ESP32", "3V3", 65, `${ESP32}, table 6: 30 to 68 mA at 240 MHz`),
    draw("sleep", "ESP32, deep sleep, timer and RTC memory", "3V3 idle", 0.01, `${ESP32}, table 6: 10 uA`),
    draw("hibernate", "ESP32, deep sleep, timer and RTC memory", "3V3 idle", 0.01, `${ESP32}, table 6: 10 uA`),
    draw("wifi", "ESP32 radio, mean above modem-sleep", "3V3", 70, `${ESP32}: 95 receiving, 240 sending (unchecked)`),
  ],
};

/** Li-ion, a share of the charge a month at 25 degrees (assumed; it doubles with each 10 degrees). */
export const SELF_DISCHARGE_PER_MONTH = 0.015;
/** Protection circuit beside the cell, mA (DW01A, 3 uA). */
export const PROTECTION_MA = 0.003;

export type Currents = Readonly<Record<Load, number>>;

/** Every line of the table for a board. */
export function drawsOf(model: BoardProfile["model"]): readonly Draw[] {
  return [...PROCESSORS[model === "MS4" ? "MS4" : "MS5"], ...COMMON];
}

/** mA at the cell of each load. */
export function currentsOf(model: BoardProfile["model"]): Currents {
  const sums = Object.fromEntries(LOADS.map((load) => [load, 0])) as Record<Load, number>;
  for (const one of drawsOf(model)) sums[one.load] += atCell(one);
  return sums;
}

/** mA that the line takes from the cell, converter losses included. */
export function atCell({ rail, milliamps }: Draw): number {
  const { volts, efficiency } = RAILS[rail];
  return (milliamps * volts) / (CELL_VOLTS * efficiency);
}

function draw(load: Load, part: string, rail: Rail, milliamps: number, source: string): Draw {
  return { load, part, rail, milliamps, source };
}
