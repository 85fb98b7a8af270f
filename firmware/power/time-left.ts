import type { BatteryProfile } from "../../hal/ports/board.js";

/** Of the rated capacity, what a cell of some years still has. */
const AGED = 0.8;
/** At this charge a lock's pulse or the cold may take the cell under the brown-out threshold, percent. */
const RESERVE_PERCENT = 4;
/** Both charges are whole percents: so much of a difference may be rounding. */
const ROUNDING_PERCENT = 1;
/** The outage so far counts as much as this time of planned use, h: a first busy hour is not yet a busy week. */
const PLANNED_HOURS = 24;
/** A longer time than the one told is told when it is longer by this factor. */
const RISE = 1.2;

export interface Outage {
  /** Charge when mains was lost, percent. */
  readonly fromPercent: number;
  readonly seconds: number;
}

/**
 * s until the cell is empty, if it goes on as in the outage so far; never better than the board's planned use. A gauge's own
 * rate (CRATE of the MAX17048) would tell of the last minutes awake only, and the box sleeps nearly always. `outage` undefined:
 * nobody knows its beginning.
 */
export function estimateTimeLeft(chargePercent: number, battery: BatteryProfile, outage: Outage | undefined): number {
  const planned = (100 * battery.plannedMilliamps) / (battery.capacityMilliampHours * AGED);
  const percentPerHour = Math.max(planned, outage === undefined ? 0 : usedPerHour(chargePercent, planned, outage));
  return Math.floor((3_600 * Math.max(0, chargePercent - RESERVE_PERCENT)) / percentPerHour);
}

function usedPerHour(chargePercent: number, planned: number, { fromPercent, seconds }: Outage): number {
  const used = Math.max(0, fromPercent - chargePercent - ROUNDING_PERCENT);
  return (PLANNED_HOURS * planned + used) / (PLANNED_HOURS + seconds / 3_600);
}

/** What people are told: less at once, more only when it is clearly more, so that a figure does not go up and down. */
export class TimeLeft {
  #told: number | undefined;

  /** `seconds` undefined: unknown, or not on battery. Answers what to tell. */
  tell(seconds: number | undefined): number | undefined {
    const told = this.#told;
    if (seconds === undefined || told === undefined || seconds < told || seconds > told * RISE) this.#told = seconds;
    return this.#told;
  }
}
