import { join } from "node:path";
import { ROOT } from "../../engines/xs/bundle.js";
import { replayCodes } from "./codes-replay.js";
import type { Defines } from "./spin.js";
import { replayUpdate } from "./update-replay.js";

/** A model beside its specification, and how much of it is searched. */
export interface Model {
  readonly name: string;
  readonly path: string;
  /** For the whole search: small, since everything is tried. */
  readonly bounds: Defines;
  /** A search within these bounds that sees fewer states has left something out. */
  readonly statesMin: number;
  /** Faults that can be built into the model, with the bounds within which the search finds each. */
  readonly bugs: Readonly<Record<string, Defines>>;
  /** Holds the lines of a run of the model, with the bounds of the box, against the code. Throws where they differ. */
  readonly replay?: (seed: number) => number;
}

export const MODELS: readonly Model[] = [
  {
    name: "codes",
    path: join(ROOT, "firmware/codes/codes.pml"),
    bounds: { STEPS: 7 },
    statesMin: 500_000,
    bugs: {
      BUG_VERDICT_BEFORE_RECORD: { STEPS: 6 },
      BUG_LOCK_BEFORE_RECORD: { STEPS: 3 },
      BUG_PENALTY_FORGOTTEN_AT_BOOT: { STEPS: 7 },
      BUG_GRACE_WITHOUT_LIMIT: { STEPS: 5 },
    },
    replay: replayCodes,
  },
  {
    name: "session",
    path: join(ROOT, "firmware/sync/session.pml"),
    bounds: { STEPS: 10 },
    statesMin: 500_000,
    bugs: {
      BUG_ACK_BEFORE_COMMIT: { STEPS: 8 },
      BUG_TAKES_TWICE: { STEPS: 9 },
      BUG_ANY_CHALLENGE: { STEPS: 12 },
    },
  },
  {
    name: "journal",
    path: join(ROOT, "firmware/journal/journal.pml"),
    bounds: { STEPS: 9 },
    statesMin: 20_000,
    bugs: {
      BUG_ONE_LOOK: { STEPS: 9 },
      BUG_NOT_FIRMED: { STEPS: 9 },
      BUG_NO_REPAIR: { STEPS: 9 },
      BUG_NO_UNITS_MORE: { STEPS: 9 },
    },
  },
  {
    name: "update",
    path: join(ROOT, "firmware/update/update.pml"),
    bounds: { STEPS: 13 },
    statesMin: 70_000,
    bugs: {
      BUG_ONE_COPY: { STEPS: 7 },
      BUG_ACTS_ON_WEAK: { STEPS: 7 },
      BUG_COUNTS_LATER: { STEPS: 7 },
      BUG_SLOT_THAT_RUNS: { STEPS: 7 },
      BUG_LOOKS_AGAIN: { STEPS: 12 },
    },
    replay: replayUpdate,
  },
];
