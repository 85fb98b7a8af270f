import { bundleScript } from "../engines/xs/bundle.js";
import { compileXs } from "../engines/xs/compile.js";
import { XsHost, XsWorker } from "../engines/xs-worker.js";

/** Scripts of `sim/engines/xs` with pieces of work, by their names. */
type Script = "bench.ts" | "update-bench.ts";

export interface Cost {
  readonly computrons: number;
  /** That it takes from the free ones, garbage included: what must be free lest it begins with a collection. */
  readonly slots: number;
}

/** Each piece of work on a machine of its own, and the slots of a bare one. Throws NoXsError without a compiler. */
export async function costOnXs<P extends string>(
  pieces: readonly P[],
  script: Script = "bench.ts",
): Promise<{ readonly costs: Record<P, Cost>; readonly bareSlots: number }> {
  const host = new XsHost([compileXs().worker]);
  const worker = new XsWorker(host, (request) => request);
  try {
    const bareSlots = worker.evaluate("gc()").slots;
    worker.evaluate((await bundleScript(script)).source);
    const costs = Object.fromEntries(pieces.map((piece) => [piece, costOf(worker, piece)])) as Record<P, Cost>;
    return { costs, bareSlots };
  } finally {
    worker.kill();
    host.close();
  }
}

function costOf(worker: XsWorker, piece: string): Cost {
  const run = (name: string): Cost => {
    const { slots } = worker.evaluate("gc()");
    const after = worker.evaluate(`work.${name}()`);
    return { computrons: after.computrons, slots: after.slots - slots };
  };
  // The first run allocates what later ones use again.
  run(piece);
  const [work, nothing] = [run(piece), run("nothing")];
  return { computrons: work.computrons - nothing.computrons, slots: work.slots - nothing.slots };
}
