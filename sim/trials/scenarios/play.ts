import { NODE_ENGINE } from "../../engines/engine.js";
import type { Machine } from "../../world/machine/machine.js";
import { NoCapabilityError } from "../rig/rig.js";
import { Stage, type StageOptions } from "../stage/stage.js";
import { alerts } from "./alerts.js";
import { badWay } from "./bad-way.js";
import { brokerKilled } from "./broker-killed.js";
import { brownOut } from "./brown-out.js";
import { certificate } from "./certificate.js";
import { cloudDown } from "./cloud-down.js";
import { cloudKilled } from "./cloud-killed.js";
import { copiedTags } from "./copied-tags.js";
import { databaseFailover } from "./database-failover.js";
import { deadBattery } from "./dead-battery.js";
import { emergencyAll } from "./emergency-all.js";
import { emergencyBin } from "./emergency-bin.js";
import { failover } from "./failover.js";
import { flappingMains } from "./flapping-mains.js";
import { guesser } from "./guesser.js";
import { hostileBroker } from "./hostile-broker.js";
import { longOutage } from "./long-outage.js";
import { lyingBroker } from "./lying-broker.js";
import { newerCloud } from "./newer-cloud.js";
import { outage } from "./outage.js";
import { People } from "./people.js";
import { powerCut } from "./power-cut.js";
import { powerCutNoInternet } from "./power-cut-no-internet.js";
import { restoredCloud } from "./restored-cloud.js";
import { roamingKey } from "./roaming-key.js";
import type { Scenario, ScenarioOptions, ScenarioResult } from "./scenario.js";
import { sixMonths } from "./six-months.js";
import { twoBoxes } from "./two-boxes.js";
import { update } from "./update.js";
import { updateBadImage } from "./update-bad-image.js";
import { updateCut } from "./update-cut.js";
import { updateHostile } from "./update-hostile.js";
import { updateSlow } from "./update-slow.js";
import { updateTrouble } from "./update-trouble.js";
import { vandal } from "./vandal.js";
import { withheld } from "./withheld.js";
import { wrongClock } from "./wrong-clock.js";

export const SCENARIOS: readonly Scenario[] = [
  outage,
  longOutage,
  brokerKilled,
  emergencyBin,
  emergencyAll,
  cloudDown,
  guesser,
  vandal,
  powerCut,
  powerCutNoInternet,
  sixMonths,
  flappingMains,
  brownOut,
  deadBattery,
  newerCloud,
  hostileBroker,
  withheld,
  restoredCloud,
  wrongClock,
  copiedTags,
  certificate,
  failover,
  badWay,
  lyingBroker,
  alerts,
  cloudKilled,
  databaseFailover,
  twoBoxes,
  roamingKey,
  update,
  updateBadImage,
  updateCut,
  updateHostile,
  updateSlow,
  updateTrouble,
];

/**
 * Plays a scenario and judges it. A story that goes wrong is a result, not an exception. Throws NoCapabilityError where the target
 * lacks what the story needs: nothing was played then. `ended`: a last look before the stage is closed.
 */
export async function play(
  scenario: Scenario,
  stageOptions: StageOptions,
  options: ScenarioOptions,
  step: (text: string, stage: Stage) => void,
  ended?: (stage: Stage, failure: string | undefined) => void,
): Promise<ScenarioResult> {
  const { needs = [], overBadWay = false, overLyingWay = false } = scenario;
  const { takesUpdates = false, imageBytes, killsCloud = false, onDatabase = false } = scenario;
  if (takesUpdates && (stageOptions.engine ?? NODE_ENGINE).program === undefined)
    throw new NoCapabilityError(`${scenario.name} needs an engine that runs the program in a slot`);
  const stage = await Stage.open({
    ...stageOptions,
    needs,
    overBadWay,
    overLyingWay,
    takesUpdates,
    imageBytes,
    killsCloud,
    onDatabase,
  });
  const { world, machine } = stage;
  try {
    const missing = needs.filter((need) => !stage.rig.has(need));
    if (missing.length > 0)
      throw new NoCapabilityError(`${scenario.name} needs what this target lacks: ${missing.join(", ")}`);
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
    const verdict = stage.verdict();
    // Else the judge has seen nothing of what it found nothing wrong with.
    if (act.people.count > verdict.exchanges)
      failure ??= `people exchanged ${act.people.count} times, and the judge has seen ${verdict.exchanges} of it`;
    ended?.(stage, failure);
    return {
      scenario: scenario.name,
      seed: stageOptions.seed,
      broker: stageOptions.broker,
      ...verdict,
      powerCuts: machine.powerCuts,
      boots: machine.boots,
      usedMilliampHours: Math.round(10 * usedMilliampHours(machine)) / 10,
      virtualSeconds: Math.round(world.nowMs / 1_000),
      ...(!onDatabase && { traceHash: world.trace.hash() }),
      ...(failure !== undefined && { failure }),
    };
  } finally {
    await stage.close();
  }
}

function usedMilliampHours({ battery }: Machine): number {
  let total = 0;
  for (const mah of battery.usedMilliampHours().values()) total += mah;
  return total;
}

/** Whether every invariant held and the story went as told. */
export function isGood(result: ScenarioResult): boolean {
  return result.problems.length === 0 && result.failure === undefined;
}
