import { type Asleep, type Current, input, output, type Part } from "./part.js";
import type { Parts } from "./parts.js";
import { REFERENCE_EXPANDERS } from "./reference.js";

/** Of the time on battery, what the PN532 is awake (hal/drivers/pn532.ts); `tests/drivers/pn532.test.ts` measures it. */
export const READER_SHARE_ON_BATTERY = 0.21;

/** GPIO numbers of what the reference boards have in common. */
export interface ReferencePins {
  readonly systemBus: BusPins;
  readonly binsBus: BusPins;
  readonly touch: number;
  readonly button: number;
  readonly lamp: number;
  readonly mains: number;
  readonly lockSupply: number;
  readonly expanderReset: number;
  readonly expanderInterrupt: number;
  readonly mount: number;
  readonly backlight: number;
  readonly rail: number;
  readonly reader: { readonly receive: number; readonly transmit: number; readonly port: number };
  /** `rest`: what the resistor at its transistor holds, at which it is still. */
  readonly buzzer: { readonly pin: number; readonly rest: 0 | 1 };
  readonly screen: SpiPins & { readonly command: number };
}

interface BusPins {
  readonly data: number;
  readonly clock: number;
}

export interface SpiPins {
  readonly clock: number;
  readonly out: number;
  readonly in: number;
  readonly select: number;
}

const ASSUMED = "assumed";
const GAUGE = "MAX17048, 19-6171 rev. 7, Features: 23 uA active, 3 uA hibernating";
const MODEM = "SIM7000 hardware design, as quoted by its users:";

const draws = (milliamps: number, source: string): Current => ({ milliamps, source });
const asleep = (state: string, milliamps: number, source: string): Asleep => ({
  state,
  sleep: draws(milliamps, source),
});
const NOTHING = asleep("still", 0, "its pins are at rest");

/** What the reference boards have in common, in the order of the table in README.md. */
export function referenceParts(pins: ReferencePins): Omit<Parts, "processor" | "ethernet" | "modem"> {
  return {
    converter: {
      name: "TPS63020, 3.3 V",
      supply: "cell",
      pins: {},
      draws: {},
      asleep: asleep(
        "saves power",
        0.03,
        "SLVS916: 25 uA from the cell, 5 from the rail (unchecked); 25 and 4 of its sibling TPS63031, by TI's support",
      ),
    },
    loadSwitch: {
      name: "load switch of 3V3 switched",
      supply: "cell",
      pins: { enable: output(pins.rail, 0) },
      draws: {},
      asleep: asleep("off, boosts too", 0.02, `${ASSUMED}: leakage`),
    },
    resistors: {
      name: "pull-ups and dividers",
      supply: "cell",
      pins: {},
      draws: { awake: draws(0.1, ASSUMED), starting: draws(20, `${ASSUMED}: everything but the processor`) },
      asleep: asleep("without closed contacts", 0.01, ASSUMED),
    },
    systemBus: bus("system bus", pins.systemBus, 0),
    binsBus: bus("bus of the bins", pins.binsBus, 1),
    gauge: {
      name: "MAX17048, fuel gauge",
      supply: "cell",
      pins: {},
      address: 0x36,
      draws: { awake: draws(0.023, GAUGE) },
      asleep: { ...asleep("measures", 0.023, GAUGE), hibernate: draws(0.003, GAUGE) },
    },
    thermometer: {
      name: "TMP102, thermometer on the cell",
      supply: "3V3 switched",
      pins: {},
      address: 0x48,
      draws: { awake: draws(0.01, "SBOS397: 10 uA at most (unchecked)") },
    },
    rtc: {
      name: "RV-3028-C7, clock",
      supply: "cell",
      pins: {},
      address: 0x52,
      draws: {},
      asleep: asleep("goes", 0.00005, "RV-3028-C7 application manual: 45 nA (unchecked)"),
    },
    touch: {
      name: "FT6236, touch panel",
      supply: "3V3 switched",
      pins: { interrupt: input(pins.touch) },
      address: 0x38,
      draws: { awake: draws(4, "4 mA as its sibling FT5206, measured while it scans; data sheet unchecked") },
    },
    expanders: {
      name: "MCP23017, two for 12 bins",
      supply: "3V3",
      pins: { reset: output(pins.expanderReset, 1), interrupt: input(pins.expanderInterrupt, 1) },
      places: REFERENCE_EXPANDERS,
      bins: 7,
      draws: { awake: draws(2, "DS20001952C, D004: at most 1 mA each") },
      asleep: asleep("standby", 0.002, "DS20001952C, D005: at most 1 uA each, up to 85 degrees"),
    },
    locks: {
      name: "solenoids of the locks and their supply",
      supply: "12V",
      pins: { enable: output(pins.lockSupply, 0) },
      draws: { lock: draws(600, `${ASSUMED}: a solenoid of 0.6 A`) },
    },
    mount: { name: "wall latch", supply: "12V", pins: { coil: output(pins.mount, 0) }, draws: {} },
    reader: {
      name: "PN532, fob reader",
      supply: "3V3 switched",
      pins: { receive: input(pins.reader.receive), transmit: output(pins.reader.transmit) },
      port: pins.reader.port,
      baud: 115_200,
      draws: {
        // Looks come on top; on mains it looks without end (hal/drivers/pn532.ts).
        awake: draws(0.045, "PN532/C1 data sheet, soft power-down: at most 45 uA, as its users found on a module"),
        reader: draws(100, "ITEAD PN532 module: 100 mA standing by, 120 reading; others measured 35 to 60"),
      },
    },
    screen: {
      name: "ILI9341",
      supply: "3V3 switched",
      pins: { ...spi(pins.screen), command: output(pins.screen.command) },
      draws: { awake: draws(8, ASSUMED) },
    },
    backlight: {
      name: "six LEDs behind the screen",
      supply: "leds",
      pins: { dim: output(pins.backlight, 0) },
      draws: { backlight: draws(20, `${ASSUMED}: a screen of 4 inch, full light`) },
    },
    button: {
      name: "reset button",
      supply: "3V3",
      pins: { contact: input(pins.button, 1) },
      draws: {},
      asleep: asleep("wakes the box", 0, "its pull-up is among the resistors"),
    },
    lamp: {
      name: "LED in the button's ring",
      supply: "3V3",
      pins: { on: output(pins.lamp, 0) },
      draws: { lamp: draws(5, ASSUMED) },
      asleep: NOTHING,
    },
    mains: {
      name: "divider at the external supply",
      supply: "3V3",
      pins: { sense: input(pins.mains, 0) },
      draws: {},
      asleep: asleep("wakes the box", 0, "fed by the mains"),
    },
    buzzer: {
      name: "buzzer with a tone of its own",
      supply: "3V3 switched",
      pins: { tone: output(pins.buzzer.pin, pins.buzzer.rest) },
      draws: {},
    },
  };
}

/** W5500 on a SPI bus of its own. */
export function ethernetPart(pins: SpiPins & { readonly interrupt: number }): NonNullable<Parts["ethernet"]> {
  return {
    name: "W5500, Ethernet",
    supply: "3V3 switched",
    pins: { ...spi(pins), interrupt: input(pins.interrupt) },
    draws: { ethernet: draws(132, "W5500 data sheet, sending at 100 Mb/s, which makers of modules quote as its most") },
  };
}

/** SIM7000; `powerKey` drives the transistor at its PWRKEY. */
export function modemPart(pins: {
  readonly receive: number;
  readonly transmit: number;
  readonly powerKey: number;
  readonly port: number;
}): NonNullable<Parts["modem"]> {
  return {
    name: "SIM7000, cellular modem",
    supply: "cell",
    pins: { receive: input(pins.receive), transmit: output(pins.transmit), powerKey: output(pins.powerKey, 0) },
    port: pins.port,
    baud: 115_200,
    draws: { cellular: draws(110, `${MODEM} data 109 to 167 mA, idle 11; the mean while it is on`) },
    asleep: asleep("off", 0.007, `${MODEM} 7 uA powered off`),
  };
}

function bus(name: string, { data, clock }: BusPins, port: number): Parts["systemBus"] {
  return {
    name: `${name} and its pull-ups`,
    supply: "3V3",
    pins: { data: output(data, 1), clock: output(clock, 1) },
    port,
    hz: 400_000,
    draws: {},
    asleep: NOTHING,
  };
}

function spi({ clock, out, in: back, select }: SpiPins): Part<keyof SpiPins>["pins"] {
  return { clock: output(clock), out: output(out), in: input(back), select: output(select) };
}
