import type { BatteryProfile, BinSettings, PanelProfile, PowerSettings } from "../ports/board.js";
import type { Parts } from "./parts.js";

/** What the reference boards have in common: a board of the same parts takes it from here, and names only what differs. */

export const REFERENCE_BATTERY: BatteryProfile = {
  capacityMilliampHours: 3_500,
  brownOutMillivolts: 3_300,
  plannedMilliamps: 0.35,
};

export const REFERENCE_POWER: PowerSettings = {
  sleepAfterMs: 120_000,
  hibernateBelowPercent: 80,
  hibernateAfterMs: 60_000,
  busyGraceMs: 180_000,
  checkIn: { everySeconds: 86_400, abovePercent: 30, atMostMs: 60_000 },
  backlight: {
    mainsPercent: 100,
    batteryPercent: 60,
    lowPercent: 20,
    dimAfterMs: 15_000,
    night: { percent: 15, fromHour: 22, untilHour: 6 },
  },
};

export const REFERENCE_BINS: BinSettings = {
  openWithinMs: 1_500,
  retries: 2,
  betweenPulsesMs: 500,
  heldOpenAfterMs: 60_000,
  mountHoldMs: 5_000,
};

/** ILI9341 behind 2.8 inches of glass, 43.2 by 57.6 mm. */
export const REFERENCE_PANEL: PanelProfile = { width: 240, height: 320, pixelsPerMillimetre: 5.56, binColumns: 3 };

/** Addresses of the MCP23017 by its pins A2 to A0 (DS20001952, section 3.3.1). */
const EXPANDER_ADDRESSES = [0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27];

/** Expanders on either bus in turn: a bus that is stuck takes half of the bins, not all. */
export const REFERENCE_EXPANDERS: Parts["expanders"]["places"] = EXPANDER_ADDRESSES.flatMap((address) => [
  { bus: "bins", address } as const,
  { bus: "system", address } as const,
]);
