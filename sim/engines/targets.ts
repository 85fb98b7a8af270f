import { type Engine, NODE_ENGINE } from "./engine.js";
import { XsEngine } from "./xs-engine.js";

/** What `--target` may name. */
export const TARGETS = ["node", "xs", "qemu"] as const;
export type Target = (typeof TARGETS)[number];

/** Throws NoXsError where the target cannot be had. */
export async function openEngine(target: Target): Promise<Engine> {
  if (target === "xs") return await XsEngine.open();
  return target === "qemu" ? await XsEngine.onMcu() : NODE_ENGINE;
}
