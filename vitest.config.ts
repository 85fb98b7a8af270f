import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    reporters: ["default", "./tests/support/summary-reporter.ts"],
    // A busy machine is slow, not wrong.
    testTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
