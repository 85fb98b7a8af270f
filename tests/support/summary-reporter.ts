import type { Reporter, TestModule } from "vitest/node";

declare module "vitest" {
  interface TaskMeta {
    /** Power cuts that the test tried; the summary adds them up. */
    powerCuts?: number;
  }
}

/** Ends the run with the line that CI and people look for: `N passed, N failed, N skipped`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let powerCuts = 0;
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        count[test.result().state]++;
        powerCuts += test.meta().powerCuts ?? 0;
      }
      if (module.errors().length > 0) count.failed++;
    }
    const failed = count.failed + count.pending + unhandledErrors.length;
    // After the default reporter's own summary, so that this is the last line.
    process.on("exit", () => {
      if (powerCuts > 0) console.log(`\npower cuts tried in the journal: ${powerCuts.toLocaleString("en")}`);
      console.log(`\n${count.passed} passed, ${failed} failed, ${count.skipped} skipped`);
    });
  }
}
