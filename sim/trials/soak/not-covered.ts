import { type Counts, neverCame } from "./coverage.js";

/** What no soak comes by, and what tries it instead. By `sort/name`. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "screen/stopped": "a box that cannot work at all has no visitors: tests/crash, tests/main",
  "refusal/refused-key-not-here":
    "a code of a key that hangs in another box is a wrong code here: tests/exchange/pickup",
  "refusal/refused-wrong-location":
    "the organisation's boxes are at two places, and one of them is soaked: tests/exchange/dropoff",
  "refusal/refused-unknown-bin": "the panel offers no bin that is not there: tests/exchange/exchange-task",
  "refusal/refused-no-working-bin": "three bins are jammed at most: tests/exchange/dropoff",
  "refusal/refused-journal-full": "the cloud comes back before the small journal is full: scenario long-outage",
  "refusal/refused-journal-fault":
    "a journal that cannot be written has no visitors for long: tests/journal, tests/exchange",
  "refusal/refused-mount-fault": "the release has no part that breaks: tests/codes/emergency-task",
  "record/crash": "a firmware that crashes fails the soak: tests/crash",
  "record/update": "firmware is replaced in npm run soak:update",
  "record/update.reason": "firmware is replaced in npm run soak:update",
};

/** In words: what never came and is not explained, and what is explained and came all the same. */
export function unexplained(counts: Counts): string[] {
  const never = new Set(neverCame(counts));
  return [
    ...[...never].filter((what) => ELSEWHERE[what] === undefined).map((what) => `${what} never came`),
    ...Object.keys(ELSEWHERE).flatMap((what) =>
      never.has(what) ? [] : [`${what} came, and is said to come elsewhere`],
    ),
  ];
}
