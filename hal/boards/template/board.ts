import type { BoardProfile } from "../../ports/board.js";
import type { Board } from "../board.js";
import { ESP32_S3 } from "../chips.js";
import {
  REFERENCE_ADDRESSES,
  REFERENCE_BATTERY,
  REFERENCE_BINS,
  REFERENCE_PANEL,
  REFERENCE_POWER,
  TOUCH_ADDRESS,
} from "../reference.js";
import { REFERENCE_DRAWS } from "../reference-draws.js";
import type { BoardWiring } from "../wiring.js";

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

const WIRING: BoardWiring = {
  ...REFERENCE_ADDRESSES,
  buses: {
    system: { data: 1, clock: 2, port: 0, hz: 400_000 },
    bins: { data: 4, clock: 5, port: 1, hz: 400_000 },
  },
  touch: { address: TOUCH_ADDRESS, interrupt: 6 },
  pins: {
    button: 7,
    lamp: 38,
    mains: 8,
    lockSupply: 39,
    expanderReset: 40,
    expanderInterrupt: 9,
    mount: 41,
    backlight: 42,
    rail: 47,
  },
  buzzer: { pin: 48, on: 1 },
  reader: { receive: 10, transmit: 11, port: 1, baud: 115_200 },
};

export const TEMPLATE_BOARD: Board = {
  profile: PROFILE,
  hardware: { chip: ESP32_S3, wiring: WIRING, strapped: {}, draws: REFERENCE_DRAWS, manifest: undefined },
};
