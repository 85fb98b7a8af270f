import { type Draw, draw } from "./draw.js";

const MAX17048 = "MAX17048, 19-6171 rev. 7, Features: 23 uA active, 3 uA hibernating";
const SIM7000 = "SIM7000 hardware design, as quoted by its users:";

/** Of the time on battery, what the PN532 is awake (hal/drivers/pn532.ts); `tests/drivers/pn532.test.ts` measures it. */
export const READER_SHARE_ON_BATTERY = 0.21;

/** What the parts of the reference boards draw, but for the processor. */
export const REFERENCE_DRAWS: readonly Draw[] = [
  draw(
    "awake",
    "PN532, power-down",
    "3V3 switched",
    0.045,
    "PN532/C1 data sheet, soft power-down: 22 uA, at most 45 (unchecked)",
  ),
  draw("awake", "screen controller and touch panel", "3V3 switched", 12, "FT6236 4 mA (unchecked); screen assumed"),
  draw("awake", "MCP23017 twice", "3V3", 2, "DS20001952, operating: at most 1 mA each (unchecked)"),
  draw("awake", "MAX17048", "cell", 0.023, MAX17048),
  draw("awake", "TMP102", "3V3 switched", 0.01, "SBOS397: 10 uA at most (unchecked)"),
  draw("awake", "pull-ups, dividers, load switches", "cell", 0.1, "assumed"),
  draw("starting", "everything but the processor", "3V3", 20, "assumed"),
  draw("sleep", "MAX17048", "cell", 0.023, MAX17048),
  draw("hibernate", "MAX17048, hibernating", "cell", 0.003, MAX17048),
  ...(["sleep", "hibernate"] as const).flatMap((load) => [
    draw(load, "MCP23017 twice, standby", "3V3 idle", 0.002, "DS20001952: at most 1 uA each (unchecked)"),
    draw(load, "RV-3028-C7", "cell", 0.00005, "RV-3028-C7 application manual: 45 nA (unchecked)"),
    draw(load, "TPS63020, quiescent", "cell", 0.03, "SLVS916: 25 uA from the cell, 5 from the rail (unchecked)"),
    draw(load, "cellular modem, off", "cell", 0.007, `${SIM7000} 7 uA powered off`),
    draw(load, "mains sense and pull-ups", "cell", 0.01, "assumed"),
    draw(load, "load switch of reader, screen and Ethernet, boosts off, leakage", "cell", 0.02, "assumed"),
  ]),
  // With the field on, as at each look; on mains it looks without end (hal/drivers/pn532.ts).
  draw(
    "reader",
    "PN532, field on",
    "3V3 switched",
    100,
    "ITEAD PN532 module: 100 mA standing by, 120 reading; maximum 150",
  ),
  draw("backlight", "six LEDs at 20 mA, full light", "leds", 20, "assumed: a screen of 4 inch"),
  draw(
    "ethernet",
    "W5500, link up",
    "3V3 switched",
    132,
    "W5500 data sheet, 100M normal operation, typical (unchecked)",
  ),
  draw("cellular", "LTE Cat M1 module, mean while it is on", "cell", 110, `${SIM7000} data 109 to 167 mA, idle 11`),
  draw("lock", "solenoid of 12 V, 0.6 A", "12V", 600, "assumed"),
  draw("lamp", "LED in the button's ring", "3V3", 5, "assumed"),
];
