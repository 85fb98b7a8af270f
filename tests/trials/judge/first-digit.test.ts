import { afterEach, expect, test } from "vitest";
import { Stage } from "../../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;

let stage: Stage;
afterEach(() => stage.close());

/** Somebody was refused; answers when the screen turned idle. `atMs`: somebody else presses the first digit of a code then. */
async function refused(digit: number, atMs?: number): Promise<number> {
  stage = await Stage.open({ seed: 5, broker: "virtual" });
  const { machine, person, world } = stage;
  // Asked for before the box sets the end of its screen for the same millisecond: the press comes first.
  if (atMs !== undefined)
    world.scheduler.after(atMs - world.nowMs, () => machine.panel.input({ kind: "digit", digit }));
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  await person.type("987654");
  await person.see("refused");
  let turnedMs = 0;
  const done = machine.panel.watch((view) => {
    if (view?.screen === "idle") turnedMs ||= world.nowMs;
  });
  await world.until(() => turnedMs > 0, MINUTE_MS, "the end of the refusal");
  done();
  return turnedMs;
}

test("a digit that is pressed in the millisecond in which the screen turns idle is the first of a code, to the judge as to the box", async () => {
  const turnsMs = await refused(0);
  const { keys, accesses } = stage.cloud.store.organisation;
  const { id, fob } = keys.find((key) => key.fob === "012ABC")!;
  const { code } = accesses.find(({ key, schedule }) => key === id && schedule.kind === "ongoing")!;
  await stage.close();
  expect(await refused(Number(code![0]), turnsMs)).toBe(turnsMs);
  const { machine, person, judge } = stage;
  await person.type(code!.slice(1));
  await person.see("bin-open");
  const bin = machine.bins.byLabel(String(machine.panel.view?.title.params?.bin));
  expect(await person.takeKey(bin)).toBe(fob);
  await person.closeDoor(bin);
  const { unauthorised, problems } = judge.verdict();
  expect([unauthorised, problems.filter((problem) => problem.includes("nobody had a right"))]).toEqual([0, []]);
});
