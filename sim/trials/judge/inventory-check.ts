import type { Machine } from "../../world/machine/machine.js";
import { Belief } from "../journal-reader/records.js";
import type { BoxMemory } from "./box-memory.js";
import type { CloudRecord } from "./cloud-record.js";

/**
 * Where box, cloud and doors disagree about what hangs in the bins. What is sure may not be wrong. `formerFobs`: those that a key had
 * before, and may have still. `replaced`: keys by those of which the cloud surely knows that it was replaced.
 */
export function inventoryProblems(
  machine: Machine,
  box: BoxMemory["beliefs"],
  cloud: CloudRecord,
  formerFobs: (key: number) => readonly string[],
  replaced: ReadonlyMap<string, { readonly key: number }>,
): string[] {
  const problems: string[] = [];
  for (let bin = 0; bin < machine.bins.count; bin++) {
    const label = machine.bins.label(bin);
    const real = machine.bins.content(bin);
    const known = box.content(bin);
    const isSure = known.belief === Belief.holds || known.belief === Belief.empty;
    const { item: held } = known;
    const named = (id: number) => {
      const isFormer = real !== undefined && formerFobs(id).includes(real);
      return isFormer ? real : cloud.key(id)?.fob;
    };
    const fob = held && "fob" in held ? held.fob : held?.key === undefined ? undefined : named(held.key);
    if (isSure && fob !== real) problems.push(says("box", label, fob, real));
    const { belief, item } = cloud.content(machine.name, bin);
    const isTold = belief === "holds" || belief === "empty";
    const [kind, id = ""] = item?.split(":") ?? [];
    const cloudFob = item === undefined ? undefined : kind === "fob" ? id : named(Number(id));
    const owner = kind === "fob" ? replaced.get(id)?.key : undefined;
    if (isTold && owner !== undefined)
      problems.push(`the cloud has fob ${id} in bin ${label}, and it is on key ${owner}`);
    if (isTold && cloudFob !== real) problems.push(says("cloud", label, cloudFob, real));
  }
  return problems;
}

function says(who: string, label: string, told: string | undefined, real: string | undefined): string {
  return `the ${who} has ${told ?? "nothing"} in bin ${label}, where ${real ?? "nothing"} hangs`;
}
