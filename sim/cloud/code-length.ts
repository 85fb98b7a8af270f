import { FREE_FAILURES, LADDER_MINUTES, penaltySeconds } from "../../firmware/codes/ladder.js";
import type { BoxEntry, CloudDocument } from "./state.js";

/** Published bound: the chance that somebody who tries for 30 days without a pause hits one of the codes that the cloud made. */
export const CHANCE_A_MONTH = 1 / 100;
/** Shortest code that the cloud makes, and the longest that the panel takes. */
export const SHORTEST_CODE = 6;
export const LONGEST_CODE = 16;
/** Codes typed by others that are reckoned with at least, at one box in 30 days: each starts the throttle anew. */
export const SUCCESSES_AT_LEAST = 300;

const MONTH_SECONDS = 30 * 86_400;

/** Tries that one throttle lets through in `seconds`, from a count of zero and with nobody else typing. */
export function guessesWithin(seconds: number, ladderMinutes = LADDER_MINUTES): number {
  const penalty = (failures: number) => penaltySeconds(failures, ladderMinutes);
  let tries = FREE_FAILURES + 1;
  let at = penalty(tries);
  for (; at <= seconds && penalty(tries + 1) > penalty(tries); at += penalty(tries)) tries++;
  // From here on every penalty is the longest one.
  return at > seconds ? tries : tries + 1 + Math.floor((seconds - at) / penalty(tries));
}

/** Tries that a success of somebody else adds at most: those before the longest penalty is reached. */
function guessesASuccess(ladderMinutes = LADDER_MINUTES): number {
  return FREE_FAILURES + ladderMinutes.length;
}

/** At most so many tries in 30 days, when `successes` codes of others are accepted in that time (firmware/codes/SPEC.md section 4). */
export function guessesAMonth(successes: number): number {
  return guessesWithin(MONTH_SECONDS) + guessesASuccess() * successes;
}

/** Days of which a box's accepted codes are remembered: the month, with room for clocks that were wrong for a while. */
const DAYS_KEPT = 62;
const DAY_SECONDS = 86_400;

/** Whether somebody typed a code that the throttle took for a success: a booking code, a key code, or, where `auth` is undefined, a printed one. */
export function acceptedCode(auth: string | undefined): boolean {
  return auth === undefined || auth === "bookingCode" || auth === "keyCode";
}

/** `time`: s since 1970 UTC; unknown, it counts for no day. */
export function countAccepted(state: Pick<BoxEntry, "accepted">, time: number | undefined): void {
  if (time === undefined) return;
  const day = Math.floor(time / DAY_SECONDS);
  state.accepted ??= {};
  const accepted = state.accepted;
  accepted[day] = (accepted[day] ?? 0) + 1;
  const days = Object.keys(accepted).map(Number);
  if (days.length > DAYS_KEPT) delete accepted[Math.min(...days)];
}

/** Codes accepted in the 30 days before `nowSeconds`, in whole days, at the box where most were; not less than `SUCCESSES_AT_LEAST`. */
export function successesAMonth(document: Pick<CloudDocument, "boxes">, nowSeconds: number): number {
  const first = Math.floor((nowSeconds - MONTH_SECONDS) / DAY_SECONDS);
  let most = SUCCESSES_AT_LEAST;
  for (const { accepted = {} } of Object.values(document.boxes)) {
    let count = 0;
    for (const [day, codes] of Object.entries(accepted)) if (Number(day) >= first) count += codes;
    most = Math.max(most, count);
  }
  return most;
}

/** Digits of a code that is made while `active` codes, itself included, can be typed: active x guesses / 10^digits stays under the bound. */
export function digitsFor(active: number, guesses: number): number {
  for (let digits = SHORTEST_CODE; digits < LONGEST_CODE; digits++) {
    if ((active * guesses) / 10 ** digits <= CHANCE_A_MONTH) return digits;
  }
  return LONGEST_CODE;
}
