import { type Asleep, type Current, type Supply, WAKING_LOADS, type WakingLoad } from "./part.js";
import { type Parts, partsOf } from "./parts.js";

/**
 * What a supply is made from: a load on it weighs more at the cell, by its voltage and the converter's losses. Asleep, the converter of
 * "3V3" saves power, and has other losses.
 */
export type Rail = Supply | "3V3 idle";

/** Each is switched on and off by itself. */
export const LOADS = [...WAKING_LOADS, "sleep", "hibernate"] as const;
export type Load = (typeof LOADS)[number];

/** What a part draws in one of its states, on its rail. */
export interface Draw extends Current {
  readonly load: Load;
  readonly part: string;
  readonly rail: Rail;
}

/** Every current of a board's parts: those without a supply have none asleep. */
export function drawsFrom(parts: Parts): readonly Draw[] {
  return partsOf(parts).flatMap(([, { name, supply, draws, asleep }]) => [
    ...(Object.entries(draws) as [WakingLoad, Current][]).map(([load, current]) => ({
      load,
      part: name,
      rail: supply,
      ...current,
    })),
    ...(asleep === undefined ? [] : sleeping(name, supply, asleep)),
  ]);
}

function sleeping(part: string, supply: Supply, { state, sleep, hibernate }: Asleep): readonly Draw[] {
  const rail: Rail = supply === "3V3" ? "3V3 idle" : supply;
  const each = { part: `${part}: ${state}`, rail };
  return [
    { load: "sleep", ...each, ...sleep },
    { load: "hibernate", ...each, ...(hibernate ?? sleep) },
  ];
}
