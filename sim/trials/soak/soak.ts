import { type Engine, NODE_ENGINE } from "../../engines/engine.js";
import type { PartsLevel } from "../../world/machine/parts-level.js";
import type { Verdict } from "../judge/judge.js";
import { Stage } from "../stage/stage.js";
import { BrokerMishaps } from "./broker-mishaps.js";
import { Mishaps } from "./mishaps.js";
import { Office } from "./office.js";
import { PartMishaps } from "./part-mishaps.js";
import { PassingDays, STARTS } from "./passing-days.js";
import { Tellers } from "./tellers.js";
import { holdToUse } from "./use.js";
import { Visitors } from "./visitors.js";

const MINUTE_MS = 60_000;
/** A soak goes round such a ring many times, and fills it while the cloud is away. */
const SMALL_JOURNAL = { sizeBytes: 65_536, sectorBytes: 4_096, alignBytes: 1 } as const;

interface Cast {
  readonly visitors: Visitors;
  readonly tellers: Tellers;
  readonly office: Office;
  readonly mishaps: Mishaps;
  readonly days: PassingDays;
  /** At register level. */
  readonly parts: PartMishaps | undefined;
  /** Where the broker is in other hands. */
  readonly broker: BrokerMishaps | undefined;
}

export interface SoakResult extends Verdict {
  readonly seed: number;
  readonly visits: number;
  /** How often a visitor was refused, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly powerCuts: number;
  readonly tornWrites: number;
  readonly disconnects: number;
  readonly cloudsPutBack: number;
  /** Times that the box's clock was put a day off. */
  readonly clocksOff: number;
  readonly boots: number;
  /** Visits just before or after the edge of a window. */
  readonly edges: number;
  /** Changes of rights, fobs, places and bins in the middle of everything. */
  readonly officeChanges: number;
  /** Sheets of offline codes taken into use. */
  readonly sheetsRotated: number;
  /** Parts that broke, at register level. */
  readonly partFaults: number;
  readonly virtualDays: number;
  readonly traceHash: string;
  readonly failure?: string;
}

export interface SoakOptions {
  readonly seed: number;
  /** Exchanges at the doors to reach. */
  readonly exchanges: number;
  readonly progress: (exchanges: number, stage: Stage) => void;
  readonly sink?: (line: string) => void;
  /** Runs the firmware; Node if absent. The soak closes it. */
  readonly engine?: Engine;
  /** `ports` if absent; with `registers` parts break that answer, and tags are odd. */
  readonly parts?: PartsLevel;
  /** The broker drops, holds, drips, replays, reorders and makes up messages. */
  readonly hostile?: boolean;
}

/** Random use with random mishaps in virtual time; every so often everything must come to rest and agree. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { seed, exchanges, progress, sink, engine = NODE_ENGINE, parts = "ports", hostile = false } = options;
  const stage = await Stage.open({
    seed,
    broker: "virtual",
    engine,
    parts,
    journal: SMALL_JOURNAL,
    startWallSeconds: STARTS[seed % STARTS.length]!,
    ...(sink && { sink }),
  });
  const random = stage.world.random("soak");
  const tellers = new Tellers(stage, stage.world.random("tellers"));
  const visitors = new Visitors(stage, random, tellers);
  const board = stage.rig.has("parts") ? stage.rig.parts : undefined;
  const cast = {
    visitors,
    tellers,
    office: new Office(stage, stage.world.random("office"), visitors),
    mishaps: new Mishaps(stage, random),
    days: new PassingDays(stage, random, visitors),
    parts: board && new PartMishaps(stage, board, stage.world.random("part mishaps")),
    broker: hostile ? new BrokerMishaps(stage, stage.world.random("broker mishaps")) : undefined,
  };
  let visits = 0;
  let failure: string | undefined;
  try {
    stage.rig.power.connect();
    for (; visitors.exchanges < exchanges; visits++) {
      holdToUse(visits, visitors);
      await step(stage, cast);
      if (visits % 50 === 0) progress(visitors.exchanges, stage);
    }
    await visitors.shutDoors();
    cast.office.end();
    cast.parts?.end();
    cast.broker?.end();
    await cast.mishaps.end();
    await visitors.shutDoors();
    await stage.untilInSync(120 * MINUTE_MS);
    await stage.world.advance(2 * MINUTE_MS);
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { rig, world } = stage;
  const result = {
    seed,
    visits,
    ...stage.judge.verdict(),
    refusals: visitors.refusals,
    powerCuts: rig.power.cutCount,
    tornWrites: cast.mishaps.tornWrites,
    disconnects: cast.mishaps.disconnects,
    cloudsPutBack: cast.mishaps.cloudsPutBack,
    clocksOff: cast.mishaps.clocksOff,
    boots: rig.console.boots,
    edges: cast.days.edges,
    officeChanges: cast.office.count,
    sheetsRotated: cast.office.rotations,
    partFaults: cast.parts?.count ?? 0,
    virtualDays: Math.round(world.nowMs / 86_400) / 1_000,
    traceHash: world.trace.hash(),
    ...(failure !== undefined && { failure }),
  };
  await stage.close();
  return result;
}

async function step(stage: Stage, { visitors, tellers, office, mishaps, days, parts, broker }: Cast): Promise<void> {
  const random = stage.world.random(`step ${stage.world.nowMs}`);
  if (random.next() < 0.25) await mishaps.one();
  if (parts !== undefined && random.next() < 0.25) parts.one();
  if (broker !== undefined && random.next() < 0.25) broker.one();
  if (random.next() < 0.05) office.one();
  const dice = random.int(100);
  if (dice < 4) await days.pass();
  else if (dice < 88) await visitors.visit();
  else if (dice < 92) await visitors.guess();
  else if (dice < 97) await visitors.useSheet("one-bin");
  else if (dice < 98) await tellers.operate();
  else if (dice < 99) await visitors.useSheet("check-bins");
  else await visitors.useSheet("all-bins");
  await stage.world.advance(random.int(20_000));
}
