import { type Engine, NODE_ENGINE } from "../../engines/engine.js";
import type { PartsLevel } from "../../world/machine/parts-level.js";
import type { Verdict } from "../judge/judge.js";
import { Stage } from "../stage/stage.js";
import { BrokerMishaps } from "./broker-mishaps.js";
import { type Counts, Coverage } from "./coverage.js";
import { Deck } from "./deck.js";
import { Hands } from "./hands.js";
import { Mishaps } from "./mishaps.js";
import { observe, observeRecords, observeRefusals } from "./observed.js";
import { Office } from "./office.js";
import { PartMishaps } from "./part-mishaps.js";
import { PassingDays, STARTS } from "./passing-days.js";
import type { Plan } from "./plan.js";
import { RareVisitors } from "./rare-visitors.js";
import { ratesOf } from "./rates.js";
import { SheetHolder } from "./sheet-holder.js";
import { Streams } from "./streams.js";
import { Tellers } from "./tellers.js";
import { holdToUse } from "./use.js";
import { Visitors } from "./visitors.js";

const MINUTE_MS = 60_000;
/** Steps; the small journal holds what happens in several times as many. */
const RECORDS_READ_EVERY = 25;
/** A soak goes round such a ring many times, and fills it while the cloud is away. */
const SMALL_JOURNAL = { sizeBytes: 65_536, sectorBytes: 4_096, alignBytes: 1 } as const;

interface Cast {
  /** Steps so far. */
  visits: number;
  readonly coverage: Coverage;
  readonly streams: Streams;
  readonly hands: Hands;
  readonly visitors: Visitors;
  readonly office: Office;
  readonly mishaps: Mishaps;
  readonly days: PassingDays;
  /** At register level. */
  readonly parts: PartMishaps | undefined;
  /** Where the broker is in other hands. */
  readonly broker: BrokerMishaps | undefined;
  /** What people do. */
  readonly people: Deck;
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
  /** What it came by, and what it did not: happenings, refusals, screens, records. */
  readonly coverage: Counts;
  readonly failure?: string;
}

export interface SoakOptions {
  readonly seed: number;
  /** Exchanges at the doors to reach. */
  readonly exchanges: number;
  /** Told after each visit: how many there were, and exchanges of them. */
  readonly progress: (visits: number, exchanges: number, stage: Stage) => void;
  readonly sink?: (line: string) => void;
  /** Runs the firmware; Node if absent. The soak closes it. */
  readonly engine?: Engine;
  /** `ports` if absent; with `registers` parts break that answer, and tags are odd. */
  readonly parts?: PartsLevel;
  /** The broker drops, holds, drips, replays, reorders and makes up messages. */
  readonly hostile?: boolean;
  /** A part of it; all if absent. */
  readonly plan?: Plan;
}

/** Random use with random mishaps in virtual time; at the end everything must come to rest and agree. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { seed, sink, engine = NODE_ENGINE, parts = "ports" } = options;
  const stage = await Stage.open({
    seed,
    broker: "virtual",
    engine,
    parts,
    journal: SMALL_JOURNAL,
    startWallSeconds: STARTS[seed % STARTS.length]!,
    ...(sink && { sink }),
  });
  const cast = castOf(stage, options);
  let failure: string | undefined;
  try {
    await play(stage, cast, options);
    await comeToRest(stage, cast);
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const result = { seed, ...figures(stage, cast), ...(failure !== undefined && { failure }) };
  await stage.close();
  return result;
}

function castOf(stage: Stage, { seed, hostile = false, plan = {} }: SoakOptions): Cast {
  const streams = new Streams((name) => stage.world.random(name));
  const coverage = new Coverage();
  observe(stage.rig, coverage);
  const deal = { coverage, rates: ratesOf(seed), without: new Set(plan.without) };
  const tellers = new Tellers(stage, streams.of("tellers"));
  const hands = new Hands(stage, streams.of("hands"));
  const visitors = new Visitors(stage, streams.of("visitors"), hands);
  const holder = new SheetHolder({ stage, random: streams.of("sheets"), hands, tellers });
  const rare = new RareVisitors({ stage, random: streams.of("rare visitors"), hands, visitors });
  const board = stage.rig.has("parts") ? stage.rig.parts : undefined;
  const days = new PassingDays(stage, streams.of("days"), visitors);
  const cast = {
    visits: 0,
    coverage,
    streams,
    hands,
    visitors,
    office: new Office({ stage, random: streams.of("office"), visitors }, deal),
    mishaps: new Mishaps(stage, streams.of("mishaps"), deal),
    days,
    parts: board && new PartMishaps({ stage, parts: board, random: streams.of("part mishaps") }, deal),
    broker: hostile ? new BrokerMishaps(stage, streams.of("broker mishaps"), deal) : undefined,
  };
  const people = {
    days: { share: 4, play: () => days.pass() },
    visit: { share: 84, play: () => visitors.visit() },
    guess: { share: 4, play: () => visitors.guess() },
    "one-bin": { share: 5, play: () => holder.use("one-bin") },
    operator: { share: 1, play: () => tellers.operate() },
    "check-bins": { share: 1, play: () => holder.use("check-bins") },
    "all-bins": { share: 1, play: () => holder.use("all-bins") },
    unmount: { share: 0.5, play: () => holder.use("unmount") },
    ...rare.cards,
  };
  return { ...cast, people: new Deck("people", people, deal) };
}

async function play(stage: Stage, cast: Cast, { exchanges, progress, plan = {} }: SoakOptions): Promise<void> {
  const { visitors } = cast;
  stage.rig.power.connect();
  if (plan.steps !== undefined) {
    for (const number of plan.steps) await step(stage, cast, number);
    return;
  }
  while (visitors.exchanges < exchanges) {
    holdToUse(cast.visits, visitors);
    await step(stage, cast, cast.visits);
    progress(cast.visits, visitors.exchanges, stage);
    if (cast.visits % RECORDS_READ_EVERY === 1) observeRecords(stage.rig, cast.coverage);
  }
}

async function step(stage: Stage, cast: Cast, number: number): Promise<void> {
  const { streams, mishaps, parts, broker, office, people } = cast;
  const random = stage.world.random(`step ${number}`);
  streams.begin(number);
  cast.visits++;
  if (random.next() < 0.25) await mishaps.one();
  if (parts !== undefined && random.next() < 0.25) await parts.one();
  if (broker !== undefined && random.next() < 0.25) await broker.one();
  if (random.next() < 0.05) await office.one();
  await people.one(random);
  await stage.world.advance(random.int(20_000));
}

/** Nothing goes wrong any more: box and cloud must agree within two hours. */
async function comeToRest(stage: Stage, { hands, office, parts, broker, mishaps }: Cast): Promise<void> {
  await hands.shutDoors();
  office.end();
  parts?.end();
  broker?.end();
  await mishaps.end();
  await hands.shutDoors();
  await stage.untilInSync(120 * MINUTE_MS);
  await stage.world.advance(2 * MINUTE_MS);
}

function figures(stage: Stage, cast: Cast): Omit<SoakResult, "seed" | "failure"> {
  const { coverage, visitors, mishaps, days, office, parts } = cast;
  const { rig, world } = stage;
  observeRecords(stage.rig, coverage);
  observeRefusals(visitors.refusals, coverage);
  return {
    visits: cast.visits,
    ...stage.judge.verdict(),
    refusals: visitors.refusals,
    powerCuts: rig.power.cutCount,
    tornWrites: mishaps.tornWrites,
    disconnects: mishaps.disconnects,
    cloudsPutBack: mishaps.cloudsPutBack,
    clocksOff: mishaps.clocksOff,
    boots: rig.console.boots,
    edges: days.edges,
    officeChanges: office.count,
    sheetsRotated: office.rotations,
    partFaults: parts?.count ?? 0,
    virtualDays: Math.round(world.nowMs / 86_400) / 1_000,
    traceHash: world.trace.hash(),
    coverage: coverage.counts,
  };
}
