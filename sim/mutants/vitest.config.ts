import { statSync } from "node:fs";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { FOLDER, readPlan } from "./plan.js";

const ROOT = join(import.meta.dirname, "..", "..");
const { sources, tests } = readPlan(process.env[FOLDER]!);

/** Small files first: what they see needs no stage, and is not tried in the others any more. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => statSync(a.moduleId).size - statSync(b.moduleId).size);
  }
}

const changed = new Map(Object.entries(sources).map(([file, text]) => [join(ROOT, file), text]));

export default defineConfig({
  plugins: [{ name: "changes", enforce: "pre", load: (id) => changed.get(id.split("?")[0]!) }],
  test: {
    include: tests.map((folder) => `${folder}/**/*.test.ts`),
    exclude: configDefaults.exclude,
    setupFiles: ["sim/mutants/setup.ts"],
    runner: "./sim/mutants/runner.ts",
    sequence: { sequencer: SmallFirst },
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
