import pc from "picocolors";
import { campaign, type SeedResult } from "../../trials/soak/campaign.js";
import { unexplained } from "../../trials/soak/not-covered.js";

export interface SeedsOptions {
  readonly from: number;
  readonly to: number;
  readonly exchanges: number;
  readonly jobs: number;
  /** Arguments that every seed gets. */
  readonly args: readonly string[];
  /** It fails where something never came that should. */
  readonly cover: boolean;
}

/** Every fourth seed has a hostile broker: what it does to a box, other mishaps meet as well. */
const HOSTILE_EVERY = 4;

/** `7-18`, or `7`. Undefined: it is no such text. */
export function readSeeds(text: string): { readonly from: number; readonly to: number } | undefined {
  const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
  if (from === undefined || Number(to ?? from) < Number(from)) return undefined;
  return { from: Number(from), to: Number(to ?? from) };
}

/** Soaks of many seeds at once; says what they came by together. Answers the exit code. */
export async function soakSeeds(options: SeedsOptions): Promise<number> {
  const { from, to, exchanges, jobs, args } = options;
  let isOver = false;
  process.once("SIGINT", () => {
    isOver = true;
    console.error(pc.yellow("Interrupted: what runs comes to its end. Once more ends it at once."));
  });
  const result = await campaign({
    seeds: Array.from({ length: to - from + 1 }, (_, at) => from + at),
    exchanges,
    jobs,
    ways: (seed) => [...args, ...(seed % HOSTILE_EVERY === 0 && !args.includes("--parts") ? ["--hostile"] : [])],
    done: tell,
    isOver: () => isOver,
  });
  const never = unexplained(result.coverage);
  for (const problem of never) console.error(pc.yellow(problem));
  const next = result.left[0];
  if (next !== undefined) console.error(`Go on: npm run soak -- --seeds ${next}-${to} --exchanges ${exchanges}`);
  const { failed, totals, left, coverage } = result;
  console.log(JSON.stringify({ seeds: result.seeds, failed, left: left.length, ...totals, never, coverage }));
  if (isOver) return 130;
  return failed.length > 0 || (options.cover && never.length > 0) ? 1 : 0;
}

function tell({ seed, isGood, said, seconds, figures }: SeedResult, left: number): void {
  const { exchanges = 0, visits = 0, powerCuts = 0 } = figures;
  const what = `seed ${seed}: ${exchanges} exchanges, ${visits} visits, ${powerCuts} power cuts, ${seconds} s; ${left} to go`;
  console.error(isGood ? pc.cyan(what) : pc.red(`${what}\n${said}`));
}
