import { Stage, type StageOptions } from "../stage/stage.js";
import { cloudDown } from "./cloud-down.js";
import { emergencyAll } from "./emergency-all.js";
import { emergencyBin } from "./emergency-bin.js";
import { guesser } from "./guesser.js";
import { outage } from "./outage.js";
import { People } from "./people.js";
import type { Scenario, ScenarioOptions, ScenarioResult } from "./scenario.js";

export const SCENARIOS: readonly Scenario[] = [outage, emergencyBin, emergencyAll, cloudDown, guesser];

/** Plays a scenario and judges it. A story that goes wrong is a result, not an exception. */
export async function play(
  scenario: Scenario,
  stageOptions: StageOptions,
  options: ScenarioOptions,
  step: (text: string, stage: Stage) => void,
): Promise<ScenarioResult> {
  const stage = await Stage.open(stageOptions);
  const { world, machine } = stage;
  try {
    let failure: string | undefined;
    let last = "";
    const act = {
      stage,
      people: new People(stage),
      options,
      step: (text: string) => {
        last = text;
        step(text, stage);
      },
    };
    try {
      await scenario.play(act);
    } catch (error) {
      failure = `${last}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
    return {
      scenario: scenario.name,
      seed: stageOptions.seed,
      broker: stageOptions.broker,
      ...stage.judge.verdict(),
      powerCuts: machine.powerCuts,
      boots: machine.boots,
      virtualSeconds: Math.round(world.nowMs / 1_000),
      traceHash: world.trace.hash(),
      ...(failure !== undefined && { failure }),
    };
  } finally {
    await stage.close();
  }
}

/** Whether every invariant held and the story went as told. */
export function isGood(result: ScenarioResult): boolean {
  return result.problems.length === 0 && result.failure === undefined;
}
