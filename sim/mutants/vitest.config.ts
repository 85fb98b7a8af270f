import { statSync } from "node:fs";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Small files first: what they see needs no stage, and the rest is left out once a test has failed. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => statSync(a.moduleId).size - statSync(b.moduleId).size);
  }
}

/** The tests that a run of `npm run mutants` asks for; those that need other processes would not see the change. */
export default defineConfig({
  test: {
    include: (process.env.MUTANTS_TESTS ?? "tests/commands").split(",").map((folder) => `${folder}/**/*.test.ts`),
    exclude: configDefaults.exclude,
    setupFiles: ["sim/mutants/setup.ts"],
    sequence: { sequencer: SmallFirst },
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
