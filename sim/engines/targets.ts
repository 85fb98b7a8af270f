import { type Engine, NODE_ENGINE } from "./engine.js";
import { XsEngine } from "./xs-engine.js";

/** What `--target` may name. */
export const TARGETS = ["node", "xs"] as const;
export type Target = (typeof TARGETS)[number];

/** Throws NoXsError where there is no XS. */
export async function openEngine(target: Target): Promise<Engine> {
  return target === "xs" ? await XsEngine.open() : NODE_ENGINE;
}
