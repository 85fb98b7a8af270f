import type { GaugePort, GaugeReading } from "../../hal/ports/power.js";

/** A lithium-ion cell from which the regulator still runs, and one on its charger, with a margin, mV. */
const LOWEST_MILLIVOLTS = 2_500;
const HIGHEST_MILLIVOLTS = 5_000;

/**
 * What the gauge says, if a cell can be so: a part or a bus that is stuck tells 255 %, or 0 mV to a box that runs from that
 * cell. Believed, the one would put off sleep and the other lock every bin.
 */
export function plausibleReading(gauge: GaugePort): GaugeReading | undefined {
  const reading = gauge.read();
  if (reading === undefined) return undefined;
  const { chargePercent, millivolts } = reading;
  const isPlausible =
    chargePercent >= 0 && chargePercent <= 100 && millivolts >= LOWEST_MILLIVOLTS && millivolts <= HIGHEST_MILLIVOLTS;
  return isPlausible ? reading : undefined;
}

/** Of the cell, degrees Celsius; undefined where the thermistor is absent, open or shorted. */
export function plausibleCelsius(reading: GaugeReading): number | undefined {
  const { celsius } = reading;
  return celsius !== undefined && celsius >= -60 && celsius <= 125 ? celsius : undefined;
}
