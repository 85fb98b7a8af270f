import { type Engine, NODE_ENGINE } from "./engine.js";
import { SerialEngine } from "./serial-engine.js";
import { XsEngine } from "./xs-engine.js";

/** What `--target` may name, besides a board: `serial:PATH`. */
export const TARGETS = ["node", "xs", "qemu"] as const;
export type EngineTarget = (typeof TARGETS)[number] | `serial:${string}`;

/** Undefined: there is no such target. */
export function targetOf(text: string): EngineTarget | undefined {
  if (text.startsWith("serial:/")) return text as EngineTarget;
  return TARGETS.find((one) => one === text);
}

/** `relay`: of a board, as in `SerialOptions`. Throws NoXsError where the target cannot be had. */
export async function openEngine(target: EngineTarget, relay?: string): Promise<Engine> {
  if (target === "xs") return await XsEngine.open();
  if (target === "qemu") return await XsEngine.onMcu();
  return target === "node" ? NODE_ENGINE : new SerialEngine({ path: target.slice("serial:".length), relay });
}
