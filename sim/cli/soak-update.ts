import { Command, Option } from "commander";
import pc from "picocolors";
import { HostStub } from "../trials/update-trial/host-stub.js";
import { soakUpdate } from "../trials/update-trial/soak.js";
import { whole } from "./shared/numbers.js";

const program = new Command("soak:update")
  .description(
    "Updates boxes on simulated flash and cuts the power inside every flash operation: download, verification, switch, first boots, " +
      "confirmation, return, a change of keys; torn at every byte of the boot metadata. Each state that a cut leaves is gone through to " +
      "the end. The last line is JSON; exit code 1: a box was bricked, lost a record, kept an unconfirmed image or ended otherwise than " +
      "it should, 2: bad usage.",
  )
  .option("--seed <n>", "all chance follows from it", whole, 1)
  .option("--cuts <n>", "states to go through", whole, 50_000)
  .option("--state <n>", "this state alone, as a failure names it", whole)
  .addOption(
    new Option("--stub <language>", "the simulator's boot stub, or the one in C of hal/mcu/boot, under sanitizers")
      .choices(["ts", "c"])
      .default("ts"),
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

type Options = { seed: number; cuts: number; state?: number; stub: "ts" | "c" };
const { seed, cuts, state, stub } = program.parse().opts<Options>();
const inC = stub === "c" ? new HostStub() : undefined;
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 100) / 10;
console.error(pc.cyan(`seed ${seed}, ${cuts.toLocaleString("en")} states`));
const result = soakUpdate({
  seed,
  cuts,
  state,
  stub: inC?.choose,
  progress: ({ states, routes }) =>
    console.error(pc.cyan(`${states.toLocaleString("en")} states, ${routes} updates, ${seconds()} s`)),
});
inC?.close();
if (result.failure !== undefined) {
  console.error(pc.red(`${result.failure.what}: ${result.failure.why}`));
  console.error(`Run again: npm run soak:update -- --seed ${seed} --state ${result.failure.state} --stub ${stub}`);
}
console.log(JSON.stringify({ ...result, seconds: seconds() }));
process.exitCode = result.failure === undefined ? 0 : 1;
