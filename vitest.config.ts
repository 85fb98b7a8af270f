import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

/** Real engines, brokers, processes and long searches: left out of `npm run test:fast`. */
const SLOW = [
  "tests/engines/serial.test.ts",
  "tests/codes/waits-without-clock.test.ts",
  "tests/panel/hotspot-online.test.ts",
  "tests/broker/interop-*.test.ts",
  "tests/cli/{bad-broker,bad-certificate,refused,start,data,provision,record,release}.test.ts",
  "tests/broker/mosquitto-ways.test.ts",
  "tests/trials/mutants/mutants.test.ts",
  "tests/trials/{fuzz,hil,kills,models}/*.test.ts",
  "tests/trials/interop/*.test.ts",
  "tests/update/{soak,download}.test.ts",
  "tests/page/{api,browser,server,explore,pictures,rollout}.test.ts",
  "tests/journal/{permutations,power-cuts,reader,traps,model}.test.ts",
  "tests/cloud/pack/{cli,files}.test.ts",
  "tests/cloud/{api,outward}/*.test.ts",
  "tests/cloud/fleet/*.test.ts",
  "tests/cloud/store/*.test.ts",
  "tests/trials/scenarios/**",
  "tests/engines/xs/{bench,heap,mcu,traces}.test.ts",
  "tests/moddable/firmware-cli.test.ts",
  "tests/panel/way-back.test.ts",
  "tests/panel/screen/{golden,layout}.test.ts",
  "tests/power/battery-bench.test.ts",
  "tests/world/{days,parts/whole-box}.test.ts",
  "tests/main/fuzz.test.ts",
];

export default defineConfig(({ mode }) => ({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(mode === "fast" ? SLOW : [])],
    reporters: ["default", "./tests/support/summary-reporter.ts"],
    // Small, so that what hangs is seen soon. A test that takes long names its time in its file.
    // One file on each core; Vitest leaves one core idle.
    maxWorkers: availableParallelism(),
    // Of the tests of one file that start programs: more at once than there are cores hold each other up.
    maxConcurrency: availableParallelism(),
    // Each file has its modules to itself in the whole suite; sharing them halves the time of the fast one.
    isolate: mode !== "fast",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
  },
}));
