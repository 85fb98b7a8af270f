import type { CloudService } from "../../cloud/service.js";
import type { Machine } from "../../world/machine/machine.js";
import { Belief } from "../journal-reader/records.js";
import type { BoxMemory } from "./box-memory.js";

/** Where box, cloud and doors disagree about what hangs in the bins. What is sure may not be wrong. */
export function inventoryProblems(machine: Machine, box: BoxMemory["inventory"], cloud: CloudService): string[] {
  const problems: string[] = [];
  const { keys } = cloud.store.organisation;
  for (let bin = 0; bin < machine.bins.count; bin++) {
    const label = machine.bins.label(bin);
    const real = machine.bins.content(bin);
    const known = box.content(bin);
    const isSure = known.belief === Belief.holds || known.belief === Belief.empty;
    const { item: held } = known;
    const fob = held && "fob" in held ? held.fob : keys.find((key) => key.id === held?.key)?.fob;
    if (isSure && fob !== real) problems.push(says("box", label, fob, real));
    const { inventory } = cloud.ingest.log;
    const { belief, item } = inventory.content(machine.name, bin);
    const isTold = belief === "holds" || belief === "empty";
    const cloudFob = item?.startsWith("fob:") ? item.slice(4) : keys.find((key) => `key:${key.id}` === item)?.fob;
    if (isTold && cloudFob !== real) problems.push(says("cloud", label, cloudFob, real));
  }
  return problems;
}

function says(who: string, label: string, told: string | undefined, real: string | undefined): string {
  return `the ${who} has ${told ?? "nothing"} in bin ${label}, where ${real ?? "nothing"} hangs`;
}
