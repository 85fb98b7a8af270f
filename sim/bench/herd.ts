import { ReconnectPolicy } from "../../firmware/sync/reconnect.js";
import { Random } from "../world/random.js";
import type { Bench, Figures } from "./bench.js";
import { plotHerd } from "./herd-plot.js";

const BOXES = 10_000;
/** What the reference cloud tells for so many boxes (`sim/cloud/pace.ts`), s. */
const PACE_S = 100;
/** A broker that restarts, one that is moved, and a morning without the cloud, s. */
const OUTAGES_S: readonly number[] = [1, 120, 3_600];
/** A box's longest wait without a pace, s: over that time, at best, all would come evenly. */
const LONGEST_WAIT_S = 128;
/** What a connection that is refused costs, ms. */
const REFUSED_MS = 100;
const SEED = 1;
/** Every box has been in its session for a day. */
const LASTED_MS = 86_400_000;

export interface Arrivals {
  readonly outageSeconds: number;
  /** s over which all would come evenly. */
  readonly spreadSeconds: number;
  readonly isPaced: boolean;
  /** Boxes that connect in each second after the outage. */
  readonly perSecond: readonly number[];
  readonly peakOverBest: number;
}

export const herdBench: Bench = {
  name: "herd",
  summary: `${BOXES} boxes come back after an outage of the cloud, by the firmware's own reconnect policy: a plot`,
  figures: {
    peakOverBest: `most boxes in one second, over those of an even spread (${BOXES / PACE_S} a second): with the pace that the cloud told, the worst of outages of ${OUTAGES_S.join(", ")} s`,
    peakOverBestUntold: `the same with an older cloud, which tells no pace, over an even spread of ${LONGEST_WAIT_S} s`,
    peakPerSecond: "most boxes in one second, with a pace",
    peakPerSecondUntold: "and without",
    allInSeconds: "s after the outage when the last box is back, with a pace",
    allInSecondsUntold: "and without",
  },
  async run(progress): Promise<Figures> {
    const paced = OUTAGES_S.map((outage) => arrivals(outage, PACE_S));
    const untold = OUTAGES_S.map((outage) => arrivals(outage, undefined));
    for (const path of await plotHerd(BOXES, paced, untold)) progress(`plot: ${path}`);
    const worst = (runs: readonly Arrivals[], of: (run: Arrivals) => number) => Math.max(...runs.map(of));
    const peak = ({ perSecond }: Arrivals) => Math.max(...perSecond);
    return {
      boxes: BOXES,
      peakOverBest: worst(paced, (run) => run.peakOverBest),
      peakOverBestUntold: worst(untold, (run) => run.peakOverBest),
      peakPerSecond: worst(paced, peak),
      peakPerSecondUntold: worst(untold, peak),
      allInSeconds: worst(paced, (run) => run.perSecond.length),
      allInSecondsUntold: worst(untold, (run) => run.perSecond.length),
    };
  },
};

/** `paceSeconds` undefined: the cloud tells none. */
export function arrivals(outageSeconds: number, paceSeconds: number | undefined): Arrivals {
  const random = new Random(SEED);
  const perSecond: number[] = [];
  for (let box = 0; box < BOXES; box++) {
    const second = Math.floor(
      (backAtMs(random.int(2 ** 32), outageSeconds * 1_000, paceSeconds) - outageSeconds * 1_000) / 1_000,
    );
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  }
  const filled = Array.from(perSecond, (count) => count ?? 0);
  const spreadSeconds = paceSeconds ?? LONGEST_WAIT_S;
  const peakOverBest = Math.round((100 * Math.max(...filled)) / (BOXES / spreadSeconds)) / 100;
  return { outageSeconds, spreadSeconds, isPaced: paceSeconds !== undefined, perSecond: filled, peakOverBest };
}

/** When a box's first attempt after the outage begins, ms since all lost the broker at once. */
function backAtMs(seed: number, outageMs: number, paceSeconds: number | undefined): number {
  const policy = new ReconnectPolicy(seed);
  policy.accepted();
  policy.paced(paceSeconds);
  let atMs = policy.afterSession(LASTED_MS, { isFarEnd: true }, false);
  while (atMs < outageMs) {
    policy.failed({ isFarEnd: true });
    atMs += REFUSED_MS + policy.afterRound();
  }
  return atMs;
}
