import type { BoxEntry } from "./state.js";

/** What a box last told of its supply, for people: a page, a list, an alert. */
export interface BoxPower {
  /** When the box told this, seconds since 1970 UTC. A box asleep tells nothing until its next check-in. */
  readonly toldAt: number;
  readonly mains: boolean;
  /** Percent; undefined: the gauge does not answer or cannot be believed. */
  readonly chargePercent: number | undefined;
  readonly millivolts: number | undefined;
  /** Of the cell, degrees; undefined: the board has no sensor there. */
  readonly celsius: number | undefined;
  /** When mains was lost, seconds since 1970 UTC by the cloud's clock; undefined: mains are there, or the box cannot say. */
  readonly mainsLostAt: number | undefined;
  /** When the cell will be empty by the box's estimate, seconds since 1970 UTC; undefined: on mains, or unknown. */
  readonly emptyAt: number | undefined;
}

/** Undefined: the box has told no status yet. */
export function boxPower({ status, statusAt }: BoxEntry): BoxPower | undefined {
  if (status === undefined || statusAt === undefined) return undefined;
  const { mains, charge, millivolts, celsius, sinceMains, timeLeft } = status;
  return {
    toldAt: statusAt,
    mains,
    chargePercent: charge,
    millivolts,
    celsius,
    mainsLostAt: sinceMains === undefined ? undefined : statusAt - sinceMains,
    emptyAt: timeLeft === undefined ? undefined : statusAt + timeLeft,
  };
}
