import { type Draw, drawsFrom, LOADS, type Load, type Rail } from "../../../hal/boards/draw.js";
import { boardOf } from "../../../hal/boards/index.js";

/** What the currents of a board's parts (`hal/boards/<board>/parts.ts`) are at the cell. */

/** Mean voltage of the cell over a discharge, V: what a rail draws from it is its power over this. */
const CELL_VOLTS = 3.7;

/** How a rail is made from the cell: its voltage and what the converter leaves of the power. */
const CONVERTERS: Readonly<Record<Rail, { readonly volts: number; readonly efficiency: number }>> = {
  /** Straight from the cell. */
  cell: { volts: CELL_VOLTS, efficiency: 1 },
  /** TPS63020 buck-boost at 50 to 500 mA (SLVS916, efficiency curves; unchecked). */
  "3V3": { volts: 3.3, efficiency: 0.9 },
  "3V3 switched": { volts: 3.3, efficiency: 0.9 },
  /**
   * The same in its power-save mode at 0.1 mA (SLVS916, efficiency curves; unchecked; TI's support counts 0.8 for its sibling TPS63031);
   * its quiescent current is a part of its own.
   */
  "3V3 idle": { volts: 3.3, efficiency: 0.75 },
  /** TPS61169 LED boost, six LEDs in series (SLVSA40; unchecked). */
  leds: { volts: 19.2, efficiency: 0.85 },
  /** TPS55340 boost at 0.6 A (SLVSBD4; unchecked). */
  "12V": { volts: 12, efficiency: 0.85 },
};

/** Li-ion, a share of the charge a month at 25 degrees (assumed; it doubles with each 10 degrees). */
export const SELF_DISCHARGE_PER_MONTH = 0.015;
/** Protection circuit beside the cell, mA (DW01A, 3 uA). */
export const PROTECTION_MA = 0.003;

export type Currents = Readonly<Record<Load, number>>;

/** Every line of the table for a board; none without a cell to draw from. Throws RangeError for a model that is not there. */
export function drawsOf(model: string): readonly Draw[] {
  const { hardware } = boardOf(model);
  return hardware === undefined ? [] : drawsFrom(hardware.parts);
}

/** mA at the cell of each load. Throws RangeError for a model that is not there. */
export function currentsOf(model: string): Currents {
  const sums = Object.fromEntries(LOADS.map((load) => [load, 0])) as Record<Load, number>;
  for (const one of drawsOf(model)) sums[one.load] += atCell(one);
  return sums;
}

/** mA that the line takes from the cell, converter losses included. */
export function atCell({ rail, milliamps }: Draw): number {
  const { volts, efficiency } = CONVERTERS[rail];
  return (milliamps * volts) / (CELL_VOLTS * efficiency);
}
