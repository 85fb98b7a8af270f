import { expect, it } from "vitest";
import { Stage } from "../../../sim/trials/stage/stage.js";

it("a door that a crowbar opens is nobody's opening, though its lock was worked in vain before", async () => {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { rig, person, world, judge } = stage;
  rig.power.connect();
  await person.see("idle", 60_000);
  await stage.untilInSync(300_000);
  // The bin of the key with this code.
  rig.latches.jam(0, true);
  await person.type("135790");
  await person.see("refused", 30_000);
  await person.cancel();
  const before = judge.verdict();
  rig.latches.force(0);
  await world.advance(2_000);
  rig.bins.close(0);
  await world.advance(60_000);
  await stage.untilInSync(300_000);
  const after = judge.verdict();
  expect([before.exchanges, after.exchanges, after.lost]).toEqual([0, 0, 0]);
  expect(after.problems).toEqual([]);
  await stage.close();
});
