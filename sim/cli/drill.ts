import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { type Ask, affected, type BoxVersion, DrillError } from "../trials/drill/affected.js";
import { type Deadlines, deadlinesOf } from "../trials/drill/deadlines.js";
import { rehearsal } from "../trials/drill/rehearsal.js";
import { whole } from "./shared/numbers.js";

interface Options {
  readonly model: string;
  readonly below: number;
  readonly api?: string;
  readonly token?: string;
  readonly known: number;
  readonly mended?: number;
  readonly seed: number;
}

const WEEK_SECONDS = 7 * 86_400;

const now = Math.floor(Date.now() / 1_000);
const program = new Command("drill")
  .description(
    "A hole is known to be used: which boxes still have it, and by when who has to be told (Cyber Resilience Act, article 14: 24 h, 72 h, " +
      "and 14 days after the mend). Without --api it is rehearsed with a made-up organisation. The last line is JSON; exit code 2: " +
      "bad usage, or the cloud cannot be asked.",
  )
  .option("--model <model>", "of the boxes", "MS5")
  .requiredOption("--below <release>", "the first release without the hole", whole)
  .option("--api <url>", "of the cloud, such as http://127.0.0.1:8080")
  .addOption(new Option("--token <token>", "of the API, with the scope read").env("SMARTBOX_TOKEN"))
  .option("--known <time>", "when you came to know of it, such as 2026-11-27T09:30Z; now if absent", time, now)
  .option("--mended <time>", "since when the release that mends it can be had; not yet if absent", time)
  .option("--seed <n>", "of the made-up organisation", whole, 1)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** For commander: s since 1970 UTC. */
function time(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError("a time such as 2026-11-27T09:30Z is needed");
  return Math.floor(ms / 1_000);
}

function askerOf({ api, token, below, seed }: Options): Ask {
  if (api === undefined) return rehearsal(seed, below, now);
  if (token === undefined) throw new DrillError("--api wants --token, or SMARTBOX_TOKEN in the environment");
  return (path) => fetch(new URL(path, api), { headers: { Authorization: `Bearer ${token}` } });
}

function told({ box, release, location, wanted, heldBack, lastSeen }: BoxVersion): string {
  const seen = lastSeen === null ? "never seen" : `seen ${dateOf(lastSeen)}`;
  const runs = release === null ? "never said what it runs" : `runs ${release}`;
  const next = wanted !== null ? `, is to have ${wanted}` : heldBack !== null ? `, is held back: ${heldBack}` : "";
  return `${box.padEnd(16)} location ${location}, ${runs}${next}, ${seen}`;
}

function dateOf(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 16)}Z`;
}

function tell(boxes: readonly BoxVersion[], { earlyWarning, notification, finalReport }: Deadlines): void {
  for (const one of boxes) console.log(told(one));
  const line = (by: number, what: string) =>
    console.log(`${dateOf(by)} ${by < now ? pc.red(`${what}: is past`) : what}`);
  line(earlyWarning, "early warning: that there is a hole which is used, and in which states the boxes stand");
  line(notification, "notification: what it is, how bad, and what users can do meanwhile");
  if (finalReport !== undefined) line(finalReport, "final report: the cause, and what was done");
  else console.log("14 days after the mend can be had: final report. Say --mended once it can");
}

const options = program.parse().opts<Options>();
try {
  const deadlines = deadlinesOf(options.known, options.mended);
  const boxes = await affected(askerOf(options), options.model, options.below);
  tell(boxes, deadlines);
  const unheard = boxes.filter(({ lastSeen }) => lastSeen === null || now - lastSeen > WEEK_SECONDS);
  console.log(
    JSON.stringify({
      model: options.model,
      below: options.below,
      rehearsed: options.api === undefined,
      boxes: boxes.length,
      neverSaid: boxes.filter(({ release }) => release === null).length,
      unheardForAWeek: unheard.length,
      locations: new Set(boxes.map(({ location }) => location)).size,
      earlyWarningBy: dateOf(deadlines.earlyWarning),
      notificationBy: dateOf(deadlines.notification),
      finalReportBy: deadlines.finalReport === undefined ? null : dateOf(deadlines.finalReport),
    }),
  );
} catch (error) {
  if (!(error instanceof DrillError || error instanceof RangeError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 2;
}
