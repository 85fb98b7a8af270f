import { type Auth, type Held, Kind } from "../records/records.js";
import type { Ledger } from "../state/ledger.js";

/** By what right somebody says it: `of` is the record that opened the bin; without `auth` it is the holder of an emergency code. */
export interface CheckedBy {
  readonly of?: number | undefined;
  readonly auth?: Auth | undefined;
}

/**
 * Puts on record what a person with a right says a bin holds: a key or a fob, `empty`, or `doubt` (with what may be there, if they can
 * tell). It changes what the box believes of that bin and of no other. Throws WriteRefused: then the bin stays in doubt.
 */
export function recordBinCheck(
  ledger: Ledger,
  bin: number,
  told: Held | "empty" | { doubt: Held },
  by: CheckedBy,
): void {
  const isDoubt = typeof told === "object" && "doubt" in told;
  const item = isDoubt ? told.doubt : told === "empty" ? {} : told;
  // Not vital: the last of the space is for emergencies themselves, and without this record the box only knows less.
  ledger.write({ kind: Kind.binChecked, bin, ...by, ...item, ...(isDoubt && { doubt: 1 }) }, "dropoff");
}
