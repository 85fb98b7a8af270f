import type { GaugePort, GaugeReading } from "../../hal/ports/power.js";

/** The battery counts as low below the first, and as recovered from the second on, percent. */
export const LOW_PERCENT = 20;
export const RECOVERED_PERCENT = 25;

/** A lithium-ion cell from which the regulator still runs, and one on its charger, with a margin, mV. */
const LOWEST_MILLIVOLTS = 2_500;
const HIGHEST_MILLIVOLTS = 5_000;

/**
 * The most charge that a cell can have at a voltage, percent, by the discharge curve with 250 mV for what a lock's pulse and
 * a cold cell take off: below the first number, mV, at most the second.
 */
const CEILINGS: readonly (readonly [number, number])[] = [
  [3_300, 5],
  [3_400, 20],
  [3_500, 50],
  [3_600, 75],
];
/** A MAX17048 tells a little more than 100 % of a full cell on its charger; a part that is stuck tells 255 %. */
const OVERFULL_PERCENT = 110;
/** A cell that tells less than this, percent, and has more than this, mV, is not that empty. */
const EMPTY_PERCENT = 5;
const NOT_EMPTY_MILLIVOLTS = 3_900;

/**
 * What the gauge says, if a cell can be so: a part or a bus that is stuck tells 255 %, or 0 mV to a box that runs from that
 * cell. Believed, the one would put off sleep and the other lock every bin.
 */
export function plausibleReading(gauge: GaugePort): GaugeReading | undefined {
  const reading = gauge.read();
  if (reading === undefined) return undefined;
  const { chargePercent, millivolts } = reading;
  const isPlausible =
    chargePercent >= 0 &&
    chargePercent <= OVERFULL_PERCENT &&
    millivolts >= LOWEST_MILLIVOLTS &&
    millivolts <= HIGHEST_MILLIVOLTS;
  if (!isPlausible) return undefined;
  return chargePercent <= 100 ? reading : { ...reading, chargePercent: 100 };
}

/**
 * The reading with no more charge than its voltage allows. A gauge that lost its model after a swap of the cell tells 100 % of
 * a cell that is about to end; one that tells too little only shortens the stay awake, and is believed.
 */
export function cautious(reading: GaugeReading): GaugeReading {
  const ceiling = ceilingOf(reading.millivolts);
  return reading.chargePercent <= ceiling ? reading : { ...reading, chargePercent: ceiling };
}

/** Charge and voltage of this reading cannot be of one cell. */
export function disagrees({ chargePercent, millivolts }: GaugeReading): boolean {
  return chargePercent > ceilingOf(millivolts) || (chargePercent < EMPTY_PERCENT && millivolts > NOT_EMPTY_MILLIVOLTS);
}

/** Of the cell, degrees Celsius; undefined where there is no thermometer, or it tells what no cell survives. */
export function plausibleCelsius(reading: GaugeReading): number | undefined {
  const { celsius } = reading;
  return celsius !== undefined && celsius >= -60 && celsius <= 125 ? celsius : undefined;
}

function ceilingOf(millivolts: number): number {
  return CEILINGS.find((row) => millivolts < row[0])?.[1] ?? 100;
}
