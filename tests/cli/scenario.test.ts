import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { SCENARIOS } from "../../sim/trials/scenarios/play.js";
import { whyNotWith } from "../../sim/trials/scenarios/scenario.js";

vi.setConfig({ testTimeout: 60_000 });

const SCRIPT = fileURLToPath(new URL("../../sim/cli/scenario.ts", import.meta.url));
const named = (name: string) => SCENARIOS.find((one) => one.name === name)!;
const PLAIN = { exchanges: 40, killBroker: false };

test("a story that a broker cannot play is refused at once, with the brokers that can", async () => {
  const { code, err } = await new Promise<{ code: number | null; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", "tsx", SCRIPT, "cloud-down", "--broker", "embedded"],
      (_, _out, err) => resolve({ code: child.exitCode, err }),
    );
  });
  expect(err).toMatch(/^cloud-down cannot be played with --broker embedded: .*; use --broker virtual or mosquitto\n$/);
  expect(code).toBe(2);
});

test("months are for virtual time, and only what kills its broker needs one that can die", () => {
  const onSockets = ["bad-way", "lying-broker"];
  for (const { name } of SCENARIOS.filter((one) => !onSockets.includes(one.name)))
    expect(whyNotWith(named(name), "virtual", PLAIN), name).toBeUndefined();
  for (const name of onSockets)
    expect(whyNotWith(named(name), "virtual", PLAIN)).toContain("use --broker mosquitto or embedded");
  expect(whyNotWith(named("six-months"), "mosquitto", PLAIN)).toContain("use --broker virtual");
  expect(whyNotWith(named("cloud-down"), "mosquitto", PLAIN)).toBeUndefined();
  expect(whyNotWith(named("outage"), "embedded", PLAIN)).toBeUndefined();
  for (const name of ["hostile-broker", "withheld"]) {
    expect(whyNotWith(named(name), "embedded", PLAIN), name).toContain("turns the broker against the box");
    expect(whyNotWith(named(name), "mosquitto", PLAIN), name).toContain("use --broker virtual");
  }
  for (const name of ["vandal", "newer-cloud", "restored-cloud"])
    expect(whyNotWith(named(name), "embedded", PLAIN), name).toContain("too long");
  expect(whyNotWith(named("outage"), "embedded", { ...PLAIN, killBroker: true })).toContain("--kill-broker cannot");
});
