import { configDefaults, defineConfig } from "vitest/config";

/** The tests that a run of `npm run mutants` asks for; those that need other processes would not see the change. */
export default defineConfig({
  test: {
    include: (process.env.MUTANTS_TESTS ?? "tests/commands").split(",").map((folder) => `${folder}/**/*.test.ts`),
    exclude: configDefaults.exclude,
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
