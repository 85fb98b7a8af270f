import type { Verdict } from "../judge/judge.js";

/** One verdict of several boxes. Problems of the `others` begin with their box. */
export function allOf(first: Verdict, others: readonly { readonly box: string; readonly verdict: Verdict }[]): Verdict {
  const said = [first, ...others.map(({ verdict }) => verdict)];
  const sum = (of: (one: Verdict) => number) => said.reduce((total, one) => total + of(one), 0);
  const elsewhere = others.flatMap(({ box, verdict }) => verdict.problems.map((problem) => `${box}: ${problem}`));
  return {
    exchanges: sum((one) => one.exchanges),
    emergencies: sum((one) => one.emergencies),
    lost: sum((one) => one.lost),
    duplicated: sum((one) => one.duplicated),
    reordered: sum((one) => one.reordered),
    unauthorised: sum((one) => one.unauthorised),
    problems: [...first.problems, ...elsewhere],
  };
}
