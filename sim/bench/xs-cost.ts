import { XsHost, XsWorker } from "../engines/xs-worker.js";
import { bundleScript } from "../xs/bundle.js";
import { compileXs } from "../xs/compile.js";

/** Pieces of work of `sim/xs/bench.ts`. */
export type Piece = "codeCheck" | "syncBatch" | "snapshotChunk";

/** Slots of a bare machine, and computrons of each piece of work on it. Throws NoXsError without a compiler. */
export async function costOnXs<P extends Piece>(
  pieces: readonly P[],
): Promise<Record<P, number> & { bareSlots: number }> {
  const host = new XsHost(compileXs().worker);
  const worker = new XsWorker(host, (request) => request);
  try {
    const bareSlots = worker.evaluate("gc()").slots;
    worker.evaluate((await bundleScript("bench.ts")).source);
    const cost = (name: Piece) => {
      // The first run allocates what later ones use again.
      worker.evaluate(`work.${name}()`);
      return worker.evaluate(`work.${name}()`).computrons - worker.evaluate("work.nothing()").computrons;
    };
    const costs = Object.fromEntries(pieces.map((piece) => [piece, cost(piece)])) as Record<P, number>;
    return { ...costs, bareSlots };
  } finally {
    worker.kill();
    host.close();
  }
}
