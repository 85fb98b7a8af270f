import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { FOLDER, filesSeen, readLog, readPlan } from "./plan.js";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const folder = process.env[FOLDER]!;
const { sources, tests } = readPlan(folder);

/** Quick files first, small ones while nobody knows: what they see is not tried in the others any more. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seen = filesSeen(readLog(folder));
    const costOf = ({ moduleId }: TestSpecification) =>
      seen.get(relative(ROOT, moduleId))?.ms ?? statSync(moduleId).size;
    return [...files].sort((a, b) => costOf(a) - costOf(b));
  }
}

const changed = new Map(Object.entries(sources).map(([file, text]) => [join(ROOT, file), text]));

export default defineConfig({
  plugins: [{ name: "changes", enforce: "pre", load: (id) => changed.get(id.split("?")[0]!) }],
  test: {
    include: tests.map((folder) => `${folder}/**/*.test.ts`),
    exclude: configDefaults.exclude,
    setupFiles: ["sim/trials/mutants/setup.ts"],
    runner: "./sim/trials/mutants/runner.ts",
    sequence: { sequencer: QuickFirst },
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
