import type { Verdict } from "../judge/judge.js";
import type { Stage } from "../stage/stage.js";
import type { People } from "./people.js";

export interface Act {
  readonly stage: Stage;
  readonly people: People;
  /** What is being done, for whoever watches. */
  step(text: string): void;
  readonly options: ScenarioOptions;
}

export interface ScenarioOptions {
  /** Random exchanges while offline. */
  readonly exchanges: number;
  /** Kill the broker in the middle of the replay. */
  readonly killBroker: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** Plays it until everything should agree again. Throws where the box does not do what a person would expect. */
  play(act: Act): Promise<void>;
}

export interface ScenarioResult extends Verdict {
  readonly scenario: string;
  readonly seed: number;
  readonly broker: string;
  readonly powerCuts: number;
  readonly boots: number;
  /** What left the cell, self-discharge included. */
  readonly usedMilliampHours: number;
  readonly virtualSeconds: number;
  /** SHA-256 over the whole trace: the same for the same seed, in virtual time. */
  readonly traceHash: string;
  /** The step that failed and why; absent when the story went as told. */
  readonly failure?: string;
}
