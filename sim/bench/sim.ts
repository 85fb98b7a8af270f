import { spawn } from "node:child_process";
import { bundled } from "../engines/bundled.js";
import type { Bench } from "./bench.js";
import type { runDays } from "./days.js";

const DAYS = 183;
/** A program of its own, as soaks of many seeds run. */
const PROGRAM = "sim/cli/bench/sim-days.ts";

export const simBench: Bench = {
  name: "sim",
  summary: `${DAYS} days of virtual time on mains and online with 100 exchanges a day: box, links, broker, cloud and judge on one core`,
  figures: {
    sixMonthsSeconds: "of processor time for that, garbage collection included",
    virtualSecondsPerSecond: "how much faster than the box's own time",
    exchanges: "at the doors",
    events: "lines of the trace",
  },
  async run(progress) {
    const { seconds, exchanges, virtualSeconds, events } = await played(await bundled(PROGRAM), progress);
    return {
      sixMonthsSeconds: Math.round(seconds * 10) / 10,
      virtualSecondsPerSecond: Math.round(virtualSeconds / seconds),
      exchanges,
      events,
    };
  },
};

type Played = Awaited<ReturnType<typeof runDays>>;

/** It tells how far it is on one stream, and on the other what came of it. */
async function played(program: string, progress: (text: string) => void): Promise<Played> {
  const child = spawn(process.execPath, [program, String(DAYS)], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    said = data.toString();
    progress(said.trimEnd());
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`the days ended with ${code}: ${said}`);
  return JSON.parse(out) as Played;
}
