/**
 * What a supply is made from: a load on it weighs more at the cell, by its voltage and the converter's losses. What is on "3V3 switched" is
 * behind the load switch at the pin `rail` (`wiring.ts`): asleep it has no supply, and draws nothing.
 */
const RAILS = ["cell", "3V3", "3V3 switched", "3V3 idle", "leds", "12V"] as const;
export type Rail = (typeof RAILS)[number];

/** Each is switched on and off by itself. */
export const LOADS = [
  "awake",
  "starting",
  "sleep",
  "hibernate",
  "reader",
  "backlight",
  "ethernet",
  "wifi",
  "cellular",
  "lock",
  "lamp",
] as const;
export type Load = (typeof LOADS)[number];

/**
 * What a part draws, from its data sheet (typical values at 25 degrees Celsius). Where no part is behind a figure, its source says
 * *assumed*; *unchecked* is a figure of the named document that was not looked up again.
 */
export interface Draw {
  readonly load: Load;
  readonly part: string;
  readonly rail: Rail;
  /** On its rail, mA. */
  readonly milliamps: number;
  readonly source: string;
}

export function draw(load: Load, part: string, rail: Rail, milliamps: number, source: string): Draw {
  return { load, part, rail, milliamps, source };
}
