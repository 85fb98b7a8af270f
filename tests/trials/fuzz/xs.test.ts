import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { bundleScript } from "../../../sim/engines/xs/bundle.js";
import { compileXs } from "../../../sim/engines/xs/compile.js";
import { XsHost, XsWorker } from "../../../sim/engines/xs-worker.js";
import { BOX_TARGETS } from "../../../sim/trials/fuzz/box-targets.js";
import { readCorpus } from "../../../sim/trials/fuzz/corpus.js";
import { whyNoXs } from "../../support/xs.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A parser may keep a buffer that it has grown, and no more than that, slots. */
const TOLERANCE = 8;

let host: XsHost;
let worker: XsWorker;
beforeAll(async () => {
  if (whyNoXs() !== undefined) return;
  host = new XsHost([compileXs().worker]);
  worker = new XsWorker(host, (request) => request);
  worker.evaluate((await bundleScript("../../trials/fuzz/on-xs.ts")).source);
});
afterAll(() => {
  worker?.kill();
  host?.close();
});

test.skipIf(whyNoXs()).each(BOX_TARGETS.map((target) => [target.name, target] as const))(
  "on XS %s bears its corpus, and nothing of it stays in memory",
  (name, target) => {
    const inputs = [...target.seeds(), ...readCorpus(name)].map((input) => Buffer.from(input).toString("hex"));
    worker.evaluate(`inputs = ${JSON.stringify(inputs)}`);
    // Each script that is evaluated leaves a slot itself.
    const pass = (times: number): number => {
      worker.evaluate(`for (let i = 0; i < ${times}; i++) fuzz("${name}", inputs)`);
      return worker.evaluate("gc()").slots;
    };
    // The first pass lets buffers grow to their size.
    const before = pass(1);
    expect(pass(3) - before).toBeLessThan(TOLERANCE);
  },
);
