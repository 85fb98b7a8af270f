import { type ChildProcess, spawn } from "node:child_process";
import { bundled } from "../../engines/bundled.js";
import { type Counts, neverCame, sumOf } from "./coverage.js";

const SOAK = "sim/cli/soak.ts";
/** What is kept of what a soak says: its end tells why it failed. */
const SAID_MAX = 4_000;

export interface CampaignOptions {
  readonly seeds: readonly number[];
  readonly exchanges: number;
  /** Soaks at a time. */
  readonly jobs: number;
  /** More arguments for a seed's soak. */
  readonly ways: (seed: number) => readonly string[];
  readonly done: (one: SeedResult, left: number) => void;
  /** No seed is begun any more once this answers true. */
  readonly isOver: () => boolean;
}

export interface SeedResult {
  readonly seed: number;
  readonly isGood: boolean;
  /** Why it failed, and how to see it again. */
  readonly said: string;
  readonly seconds: number;
  readonly figures: Figures;
}

type Figures = Partial<Record<(typeof SUMMED)[number], number>> & { readonly coverage?: Counts };

const SUMMED = [
  "visits",
  "exchanges",
  "powerCuts",
  "boots",
  "virtualDays",
  "lost",
  "duplicated",
  "unauthorised",
] as const;

export interface CampaignResult {
  readonly seeds: number;
  /** Seeds in which an invariant was broken. */
  readonly failed: readonly number[];
  /** Seeds that were not begun: it was interrupted. */
  readonly left: readonly number[];
  readonly totals: Readonly<Record<string, number>>;
  readonly coverage: Counts;
  /** `sort/name` of what no seed came by. */
  readonly never: readonly string[];
}

/** A soak of each seed, each in a process of its own, several at a time. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const left = [...options.seeds];
  const results: SeedResult[] = [];
  const program = await bundled(SOAK);
  const worker = async () => {
    while (left.length > 0 && !options.isOver()) {
      const seed = left.shift()!;
      const result = await soakOf(program, seed, options);
      results.push(result);
      options.done(result, left.length);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  const coverage = sumOf(results.flatMap(({ figures }) => (figures.coverage === undefined ? [] : [figures.coverage])));
  const total = (name: (typeof SUMMED)[number]) => results.reduce((sum, { figures }) => sum + (figures[name] ?? 0), 0);
  return {
    seeds: results.length,
    failed: results.filter(({ isGood }) => !isGood).map(({ seed }) => seed),
    left,
    totals: Object.fromEntries(SUMMED.map((name) => [name, Math.round(total(name))])),
    coverage,
    never: neverCame(coverage),
  };
}

async function soakOf(program: string, seed: number, { exchanges, ways }: CampaignOptions): Promise<SeedResult> {
  const began = performance.now();
  const args = ["--seed", String(seed), "--exchanges", String(exchanges), ...ways(seed)];
  const child = spawn(process.execPath, ["--enable-source-maps", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { out, said, code } = await endOf(child);
  const figures = figuresIn(out);
  const seconds = Math.round((performance.now() - began) / 1_000);
  return { seed, isGood: code === 0 && figures !== undefined, said, seconds, figures: figures ?? {} };
}

async function endOf(child: ChildProcess): Promise<{ out: string; said: string; code: number | null }> {
  let out = "";
  let said = "";
  child.stdout?.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr?.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-SAID_MAX);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { out, said, code };
}

/** A soak that crashed has no last line. */
function figuresIn(out: string): Figures | undefined {
  const line = out.trim().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? (JSON.parse(line) as Figures) : undefined;
}
