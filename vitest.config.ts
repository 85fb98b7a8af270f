import { configDefaults, defineConfig } from "vitest/config";

/** Real engines, brokers, processes and thousands of power cuts: left out of `npm run test:fast`. */
const SLOW = [
  "tests/broker/interop-*.test.ts",
  "tests/cli/{start,data}.test.ts",
  "tests/trials/mutants/mutants.test.ts",
  "tests/journal/{permutations,power-cuts}.test.ts",
  "tests/cloud/pack/cli.test.ts",
  "tests/trials/scenarios/**",
  "tests/engines/xs/{heap,mcu,traces}.test.ts",
];

export default defineConfig(({ mode }) => ({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(mode === "fast" ? SLOW : [])],
    reporters: ["default", "./tests/support/summary-reporter.ts"],
    // A busy machine is slow, not wrong.
    testTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
  },
}));
