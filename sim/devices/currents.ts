import type { BoardProfile } from "../../hal/boards/profile.js";

/**
 * What the parts of a board draw, from their data sheets (typical values at 25 degrees Celsius), and what that is at the cell.
 * Where no part is behind a figure, its source says *assumed*.
 */

/** Mean voltage of the cell over a discharge, V: what a rail draws from it is its power over this. */
const CELL_VOLTS = 3.7;

/** How a rail is made from the cell: its voltage and what the converter leaves of the power. */
const RAILS = {
  /** Straight from the cell. */
  cell: { volts: CELL_VOLTS, efficiency: 1 },
  /** TPS63020 buck-boost at 50 to 500 mA (SLVS916, figure 9). */
  "3V3": { volts: 3.3, efficiency: 0.9 },
  /** The same in its power-save mode at 0.1 mA (SLVS916, figure 10); its quiescent current is a part of its own. */
  "3V3 idle": { volts: 3.3, efficiency: 0.75 },
  /** TPS61169 LED boost, six LEDs in series (SLVSA40). */
  leds: { volts: 19.2, efficiency: 0.85 },
  /** TPS55340 boost at 0.6 A (SLVSBD4). */
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

const ESP32_S3 = "ESP32-S3 data sheet, section Current Consumption";
const ESP32 = "ESP32 data sheet, section Current Consumption";

const COMMON: readonly Draw[] = [
  draw(
    "awake",
    "PN532, polling for tags at a fifth of the time",
    "3V3",
    25,
    "PN532/C1, 140 mA with the field on, 22 without",
  ),
  draw("awake", "screen controller and touch panel", "3V3", 12, "FT6236 4 mA; screen assumed"),
  draw("awake", "MCP23017 twice", "3V3", 2, "DS20001952, operating"),
  draw("awake", "MAX17048", "cell", 0.023, "19-6171, active"),
  draw("awake", "pull-ups, dividers, load switches", "cell", 0.1, "assumed"),
  draw("starting", "everything but the processor", "3V3", 20, "assumed"),
  draw("sleep", "MAX17048", "cell", 0.023, "19-6171, active"),
  draw("sleep", "PN532, soft power-down", "3V3 idle", 0.022, "PN532/C1, with the RF level detector off"),
  draw("sleep", "MCP23017 twice, standby", "3V3 idle", 0.002, "DS20001952"),
  draw("hibernate", "MAX17048, hibernating", "cell", 0.003, "19-6171; reader and expanders have no power"),
  ...(["sleep", "hibernate"] as const).flatMap((load) => [
    draw(load, "RV-3028-C7", "cell", 0.00005, "RV-3028-C7 application manual"),
    draw(load, "TPS63020, quiescent", "cell", 0.025, "SLVS916"),
    draw(load, "mains sense and pull-ups", "cell", 0.01, "assumed"),
    draw(load, "load switches, boosts off, leakage", "cell", 0.02, "assumed"),
  ]),
  draw("backlight", "six LEDs at 20 mA, full light", "leds", 20, "assumed: a screen of 4 inch"),
  draw("ethernet", "LAN8720A, link up", "3V3", 54, "DS00002165, 100BASE-TX with traffic"),
  draw("cellular", "LTE Cat 1 module, connected, mean", "cell", 110, "assumed, from Quectel EC21 hardware design"),
  draw("lock", "solenoid of 12 V, 0.6 A", "12V", 600, "assumed"),
  draw("lamp", "LED in the button's ring", "3V3", 5, "assumed"),
];

const PROCESSORS: Readonly<Record<"MS4" | "MS5", readonly Draw[]>> = {
  MS5: [
    draw("awake", "ESP32-S3 and PSRAM, 240 MHz, modem-sleep", "3V3", 53, ESP32_S3),
    draw("starting", "ESP32-S3", "3V3", 60, ESP32_S3),
    draw("sleep", "ESP32-S3, deep sleep with RTC memory", "3V3 idle", 0.008, ESP32_S3),
    draw("hibernate", "ESP32-S3, deep sleep with RTC memory", "3V3 idle", 0.008, ESP32_S3),
    draw(
      "wifi",
      "ESP32-S3 radio, mean above modem-sleep",
      "3V3",
      60,
      `${ESP32_S3}: 88 to 97 mA receiving, 340 sending`,
    ),
  ],
  MS4: [
    draw("awake", "ESP32 and PSRAM, 240 MHz, modem-sleep", "3V3", 60, ESP32),
    draw("starting", "ESP32", "3V3", 65, ESP32),
    draw("sleep", "ESP32, deep sleep with RTC memory", "3V3 idle", 0.01, ESP32),
    draw("hibernate", "ESP32, deep sleep with RTC memory", "3V3 idle", 0.01, ESP32),
    draw("wifi", "ESP32 radio, mean above modem-sleep", "3V3", 70, `${ESP32}: 95 to 100 mA receiving, 240 sending`),
  ],
};

/** Li-ion, a share of the charge a month at 25 degrees (INR18650-35E: 1.5 % assumed; it doubles with each 10 degrees). */
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
