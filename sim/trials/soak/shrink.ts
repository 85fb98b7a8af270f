import type { Plan } from "./plan.js";

/** What a soak ended with. */
export interface Ended {
  /** Steps that it came to. */
  readonly visits: number;
  readonly problems: readonly string[];
  readonly failure?: string;
  readonly coverage: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface Shrinking {
  /** Plays a part of the soak that failed. */
  readonly play: (plan: Plan) => Promise<Ended>;
  /** Where the time is over: the smallest so far is the answer. */
  readonly isOver: () => boolean;
  /** Told of each smaller one that fails in the same way. */
  readonly smaller?: (plan: Plan, steps: number) => void;
}

/** Runs of so many steps are taken out before what happened in them is. */
const COARSE = 4;
/** What happens to people; what they do themselves is left out by steps. */
const SORTS = ["mishap", "part", "broker", "office"];

/**
 * The smallest part of a soak that still fails in the same way, as far as the time goes. Takes out long runs of steps (delta
 * debugging: Zeller and Hildebrandt, 2002), then what happened in those that are left, then single steps. Undefined: played again,
 * it did not fail so.
 */
export async function shrink(
  failed: Ended,
  plan: Plan,
  { play, isOver, smaller }: Shrinking,
): Promise<Plan | undefined> {
  const want = new Set(waysOf(failed));
  let best: Plan = { ...plan, steps: plan.steps ?? Array.from({ length: failed.visits }, (_, step) => step) };
  let ended = failed;
  const attempt = async (smallerPlan: Plan) => {
    const now = await play(smallerPlan);
    if (!waysOf(now).some((way) => want.has(way))) return false;
    best = smallerPlan;
    ended = now;
    smaller?.(best, best.steps!.length);
    return true;
  };
  if (!(await attempt(best))) return undefined;
  await cutTail({ best: () => best, attempt, isOver });
  await takeOutRuns({ best: () => best, attempt, isOver }, best.steps!.length >> 1, COARSE);
  for (const sort of SORTS) {
    const happened = Object.entries(ended.coverage[sort] ?? {}).filter(([, times]) => times > 0);
    const without = (what: string) => ({ ...best, without: [...(best.without ?? []), what] });
    if (happened.length === 0 || isOver() || (await attempt(without(sort)))) continue;
    for (const [name] of happened) if (!isOver()) await attempt(without(`${sort}/${name}`));
  }
  await takeOutRuns({ best: () => best, attempt, isOver }, COARSE >> 1, 1);
  return best;
}

/** In how many ways it failed: the words of what went wrong, without times, numbers and names of bins. */
export function waysOf({ problems, failure }: Pick<Ended, "problems" | "failure">): string[] {
  const first = failure?.split("\n")[0];
  return [...problems, ...(first === undefined ? [] : [first])].map((text) =>
    text
      .replace(/^\d+ ms: /, "")
      .replace(/\b[A-Z]-\d+\b/g, "BIN")
      .replace(/\d+/g, "N"),
  );
}

interface Search {
  readonly best: () => Plan;
  /** Plays it. Answers whether it fails so; it is the best from then on. */
  readonly attempt: (plan: Plan) => Promise<boolean>;
  readonly isOver: () => boolean;
}

/** Most of what came after the fault is nothing to it. */
async function cutTail({ best, attempt, isOver }: Search): Promise<void> {
  let least = 0;
  let most = best().steps!.length;
  while (least + 1 < most && !isOver()) {
    const length = (least + most) >> 1;
    if (await attempt({ ...best(), steps: best().steps!.slice(0, length) })) most = length;
    else least = length;
  }
}

async function takeOutRuns({ best, attempt, isOver }: Search, longest: number, shortest: number): Promise<void> {
  for (let run = longest; run >= shortest; run >>= 1) {
    for (let from = 0; from < best().steps!.length; ) {
      if (isOver()) return;
      const steps = [...best().steps!];
      steps.splice(from, run);
      if (steps.length === 0 || !(await attempt({ ...best(), steps }))) from += run;
    }
  }
}
