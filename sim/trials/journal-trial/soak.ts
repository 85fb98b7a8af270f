import { Random } from "../../world/random.js";
import { BEHAVIOURS } from "./behaviours.js";
import { INTERFERENCES, JournalTrial } from "./trial.js";

export interface JournalSoakOptions {
  readonly seed: number;
  /** Ends once so many power cuts were tried. */
  readonly cuts: number;
  /** This round alone; absent: from the first on. */
  readonly round?: number | undefined;
  readonly progress: (result: JournalSoakResult) => void;
}

export interface JournalSoakResult {
  readonly seed: number;
  readonly rounds: number;
  readonly powerCuts: number;
  readonly records: number;
  readonly programs: number;
  readonly erases: number;
  /** The round that fell short, what it did, and how. */
  readonly failure: { readonly round: number; readonly what: string; readonly why: string } | undefined;
}

const GEOMETRIES = [
  { sectorBytes: 4096, sectors: 4 },
  { sectorBytes: 4096, sectors: 7 },
  { sectorBytes: 4096, sectors: 16 },
  { sectorBytes: 8192, sectors: 4 },
  { sectorBytes: 16_384, sectors: 5 },
];
const ALIGNMENTS = [1, 4, 8, 16, 32];
const ROUNDS_A_REPORT = 500;

/** Round after round of one behaviour on one part under one interference, all of it from the seed and the round's number. */
export function soakJournal({ seed, cuts, round: only, progress }: JournalSoakOptions): JournalSoakResult {
  const count = { rounds: 0, powerCuts: 0, records: 0, programs: 0, erases: 0 };
  for (let round = only ?? 1; count.powerCuts < cuts; round++) {
    const random = new Random(seed * 2 ** 24 + round);
    const shape = { ...random.pick(GEOMETRIES), alignBytes: random.pick(ALIGNMENTS) };
    // A round without a cut would not bring the end nearer.
    const interference = random.pick(INTERFERENCES.filter(({ cut }) => cut !== undefined));
    const behaviour = random.pick(BEHAVIOURS);
    const trial = new JournalTrial(shape, interference, random.int(2 ** 32));
    try {
      behaviour.run(trial);
      trial.reboot();
      trial.checkAll();
    } catch (error) {
      const what = `${behaviour.name} on ${shape.sectors} × ${shape.sectorBytes}, align ${shape.alignBytes}, ${interference.name}`;
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { seed, ...count, failure: { round, what, why } };
    }
    count.rounds++;
    count.powerCuts += trial.cuts;
    count.records += trial.list.length;
    count.programs += trial.flash.programs;
    count.erases += trial.flash.erases;
    if (count.rounds % ROUNDS_A_REPORT === 0) progress({ seed, ...count, failure: undefined });
    if (only !== undefined) break;
  }
  return { seed, ...count, failure: undefined };
}
