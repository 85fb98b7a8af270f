import type { BoardProfile } from "../../ports/board.js";
import type { Board } from "../board.js";
import { ESP32_S3 } from "../chips.js";
import type { Parts } from "../parts.js";
import { REFERENCE_BATTERY, REFERENCE_BINS, REFERENCE_PANEL, REFERENCE_POWER } from "../reference.js";
import { referenceParts } from "../reference-parts.js";
import { wiringOf } from "../wiring-of.js";

/**
 * A board to copy, folder and all. Each line is a decision: README.md tells what it decides. The pins here are a layout of their
 * own, counted up from 1, that the tests hold to the rules of the chip as they hold yours.
 */
const PROFILE: BoardProfile = {
  model: "TEMPLATE",
  offlineCapable: true,
  battery: REFERENCE_BATTERY,
  power: REFERENCE_POWER,
  bins: REFERENCE_BINS,
  panel: REFERENCE_PANEL,
};

const PARTS: Parts = {
  processor: {
    name: "ESP32-S3",
    supply: "3V3",
    pins: {},
    draws: { awake: { milliamps: 53, source: "yours to say" }, starting: { milliamps: 60, source: "yours to say" } },
    asleep: { state: "deep sleep", sleep: { milliamps: 0.008, source: "yours to say" } },
  },
  ...referenceParts({
    systemBus: { data: 1, clock: 2 },
    binsBus: { data: 4, clock: 5 },
    touch: 6,
    button: 7,
    lamp: 38,
    mains: 8,
    lockSupply: 39,
    expanderReset: 40,
    expanderInterrupt: 9,
    mount: 41,
    backlight: 42,
    rail: 47,
    reader: { receive: 10, transmit: 11, port: 1 },
    buzzer: { pin: 48, rest: 0 },
    screen: { clock: 12, out: 13, in: 14, select: 15, command: 16 },
  }),
};

export const TEMPLATE_BOARD: Board = {
  profile: PROFILE,
  hardware: { chip: ESP32_S3, parts: PARTS, wiring: wiringOf(PARTS), strapped: {}, manifest: undefined },
};
