import { offlineCode } from "../../firmware/codes/hotp.js";
import { FREE_FAILURES, LADDER_MINUTES, SHORT_LADDER_MINUTES } from "../../firmware/codes/ladder.js";
import { type CodeTarget, OfflineCodes } from "../../firmware/codes/offline-codes.js";
import { Throttle } from "../../firmware/codes/throttle.js";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { Auth, EmergencyTarget, Exchange, Kind } from "../../firmware/records/records.js";
import { type Guessed, ORDINARY } from "../../firmware/state/box-state.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { CHANCE_A_MONTH, guessesAMonth, guessesWithin, SUCCESSES_AT_LEAST } from "../cloud/code-length.js";
import { whyNoXs } from "../engines/xs/compile.js";
import type { Bench } from "./bench.js";
import { LedgerRig } from "./ledger-rig.js";
import { costOnXs } from "./xs-cost.js";

const DAY_SECONDS = 86_400;
const MONTH_SECONDS = 30 * DAY_SECONDS;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const CODES_KEY = new Uint8Array(32).fill(9);
const BIN: CodeTarget = { kind: EmergencyTarget.bin, bin: 11 };
const BIN_NAME = "bin:A-12";
const SHORT: Guessed = { ...ORDINARY, short: 1 };
const THE_BIN: Guessed = { target: BIN.kind, bin: BIN.bin };
/** Bins of the largest box, all bins, and the release. */
const TARGETS_MAX = 202;

export const codesBench: Bench = {
  name: "codes",
  summary: "what one try of an offline code costs, and what somebody who only guesses gets",
  figures: {
    hmacsPerTry: "HMAC-SHA-512 of a try that is looked at, right or wrong, that for the key of its target included",
    hmacsPerThrottledTry: "the same, of a try during a wait",
    codeCheckComputrons:
      "check of one offline code on real XS, behind its last digit, an HMAC by tweetnacl; left out without a compiler",
    guessesPerDay: "tries at ordinary codes on the first day, the plug pulled after each",
    guessesPerMonth: "tries at ordinary codes in the first 30 days, the plug pulled after each",
    guessesPerMonthTarget: "tries at one emergency target in the first 30 days, the plug pulled after each",
    guessesPerMonthAllTargets: `the bound for the ${TARGETS_MAX} emergency targets of the largest box together`,
    guessesPerMonthShort: "tries at codes of 4 and 5 digits in the first 30 days, the plug pulled after each",
    guessesPerMonthShortBound: "the published bound for that",
    guessesPerYear: "tries at ordinary codes in the first 365 days",
    chancePerMonthAnyTarget: "chance to hit any emergency code of the largest box in 30 days",
    chancePerMonth4Digits: "chance to hit one given code of 4 digits in 30 days",
    possibilitiesPerLiveCode:
      "ordinary codes that there are for each live one, at least, with the lengths that the cloud makes",
    possibilitiesPerLiveCode4Digits: "the same of a code of 4 digits, as if under the ladder of ordinary codes",
    possibilitiesPerLiveCodeTarget: "offline codes that there are for each live one of a target",
    chancePerYear8Digits: "chance to hit the offline code of one target in a year",
    chancePerYear6Digits:
      "chance to hit one given code of 6 digits in that year; times the number of active codes for any of them",
    guessesPerMonthBusy: `tries in 30 days when ${SUCCESSES_AT_LEAST} codes of others are accepted, evenly spaced as far as the waits let them`,
    guessesPerMonthBusyBound: "the published bound for that, which the cloud chooses code lengths by",
  },
  async run(progress) {
    const { looked, throttled } = hmacs();
    const isXsHere = whyNoXs() === undefined;
    progress(isXsHere ? "one check on real XS" : `no figure from XS: ${whyNoXs()}`);
    const onXs = isXsHere ? { codeCheckComputrons: (await costOnXs(["codeCheck"])).costs.codeCheck.computrons } : {};
    progress(`${looked} HMACs a try; now somebody guesses for a year`);
    const year = guesses(ORDINARY, YEAR_SECONDS, 0);
    const month = guesses(ORDINARY, MONTH_SECONDS, 0);
    const monthShort = guesses(SHORT, MONTH_SECONDS, 0);
    const monthTarget = guesses(THE_BIN, MONTH_SECONDS, 0);
    progress(`and for a month at a box that others use`);
    return {
      hmacsPerTry: looked,
      hmacsPerThrottledTry: throttled,
      ...onXs,
      guessesPerDay: guesses(ORDINARY, DAY_SECONDS, 0),
      guessesPerMonth: month,
      guessesPerMonthBound: guessesWithin(MONTH_SECONDS, LADDER_MINUTES),
      guessesPerMonthTarget: monthTarget,
      guessesPerMonthAllTargets: TARGETS_MAX * guessesWithin(MONTH_SECONDS),
      guessesPerMonthShort: monthShort,
      guessesPerMonthShortBound: guessesWithin(MONTH_SECONDS, SHORT_LADDER_MINUTES),
      guessesPerYear: year,
      chancePerMonthAnyTarget: (TARGETS_MAX * guessesWithin(MONTH_SECONDS)) / 1e8,
      chancePerMonth4Digits: monthShort / 1e4,
      possibilitiesPerLiveCode: guessesAMonth(SUCCESSES_AT_LEAST) / CHANCE_A_MONTH,
      possibilitiesPerLiveCode4Digits: Math.floor((1e4 * month) / monthShort),
      possibilitiesPerLiveCodeTarget: 1e8,
      chancePerYear8Digits: year / 1e8,
      chancePerYear6Digits: year / 1e6,
      guessesPerMonthBusy: guesses(ORDINARY, MONTH_SECONDS, SUCCESSES_AT_LEAST),
      guessesPerMonthBusyBound: guessesAMonth(SUCCESSES_AT_LEAST),
    };
  },
};

class Desk {
  readonly rig = new LedgerRig();
  hmacs = 0;
  throttle = this.#throttle();
  codes = this.#codes();

  /** The plug is pulled and comes back. */
  reboot(losesClock: boolean): void {
    this.rig.reboot(losesClock);
    this.throttle = this.#throttle();
    this.codes = this.#codes();
  }

  /** Types eight digits for what is asked. */
  type(right: boolean): string {
    const prompt = this.codes.next(BIN) ?? this.codes.newer(this.codes.sheet + 1)!;
    const code = offlineCode(TWEETNACL_HASH, CODES_KEY, BIN_NAME, prompt.sheet, prompt.number);
    const digits = right ? code : `${code.slice(0, 7)}${(Number(code.slice(7)) + 1) % 10}`;
    return this.codes.check(BIN, prompt, digits).kind;
  }

  /** Somebody else's ordinary code opens a bin. */
  succeed(): void {
    const intent = { kind: Kind.intent, exchange: Exchange.dropoff, bin: 0, key: 1, auth: Auth.bookingCode } as const;
    this.rig.ledger.write(intent, "vital");
  }

  #throttle(): Throttle {
    return new Throttle(this.rig.ledger, this.rig.clock);
  }

  #codes(): OfflineCodes {
    const { ledger, clock } = this.rig;
    const hash: HashPort = {
      sha512: (data) => TWEETNACL_HASH.sha512(data),
      hmacSha512: (key, message) => {
        this.hmacs++;
        return TWEETNACL_HASH.hmacSha512(key, message);
      },
    };
    const label = (bin: number) => `A-${bin + 1}`;
    return new OfflineCodes({ ledger, throttle: this.throttle, clock, hash, codesKey: CODES_KEY, bins: { label } });
  }
}

function hmacs(): { looked: number; throttled: number } {
  const desk = new Desk();
  const cost = (right: boolean, expected: string): number => {
    const before = desk.hmacs;
    const verdict = desk.type(right);
    if (verdict !== expected) throw new Error(`a code was ${verdict}, not ${expected}`);
    return desk.hmacs - before;
  };
  const accepted = cost(true, "accepted");
  const wrong = Array.from({ length: FREE_FAILURES + 1 }, () => cost(false, "wrong"));
  return { looked: Math.max(accepted, ...wrong), throttled: cost(true, "throttled") };
}

/**
 * Tries at `what` that the box looks at within `seconds`, when somebody tries whenever it lets them and pulls the plug after each,
 * with the clock's supply every third time; and `successes` ordinary codes of others are accepted, evenly spaced.
 */
function guesses(what: Guessed, seconds: number, successes: number): number {
  const desk = new Desk();
  const every = successes === 0 ? Number.POSITIVE_INFINITY : seconds / (successes + 1);
  let now = 0;
  let tries = 0;
  let nextSuccess = every;
  for (;;) {
    const wait = desk.throttle.waitMs(what) / 1_000;
    if (now + wait > seconds) return tries;
    now += wait;
    desk.rig.pass(wait);
    if (now >= nextSuccess) {
      nextSuccess += every;
      // The owner comes between two guesses, in the moment when the box takes codes.
      desk.succeed();
    }
    desk.throttle.recordFailure(what);
    tries++;
    desk.rig.acknowledge();
    desk.reboot(tries % 3 === 0);
  }
}
