import { expect, it } from "vitest";
import { Stage } from "../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;
const BADGE = "900AMG";

it("a choice that a newer snapshot has taken away while it was on the screen opens nothing", async () => {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { machine, person, cloud, world, judge } = stage;
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  await person.scan(BADGE);
  await person.see("choose-key");
  const { users, accesses } = cloud.store.organisation;
  const amelie = users.find((user) => user.badge === BADGE)!.id;
  for (const { id } of accesses.filter((access) => access.user === amelie)) cloud.admin.removeAccess(id);
  const before = judge.boxMemory().snapshotVersion;
  await world.until(() => judge.boxMemory().snapshotVersion > before, 40_000, "the newer snapshot");
  expect(machine.panel.view?.screen).toBe("choose-key");
  await person.choose("0");
  await person.see("refused");
  expect(machine.panel.view?.lines[0]?.id).toBe("refused-no-keys-for-badge");
  expect(machine.bins.state.open).not.toContain(true);
  expect(machine.crashCount).toBe(0);
  await stage.close();
});

it("a code that a newer snapshot has taken away while its question was on the screen opens nothing", async () => {
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  const { machine, person, cloud, world, judge } = stage;
  machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  const key = cloud.store.organisation.keys.find((one) => one.fob === machine.bins.content(0))!;
  cloud.admin.changeKey(key.id, { code: "50515253" });
  await stage.untilInSync(5 * MINUTE_MS);
  machine.bins.force(0);
  await world.advance(2_000);
  await person.closeDoor(0);
  await person.type("50515253");
  await person.see("take-or-return");
  const before = judge.boxMemory().snapshotVersion;
  cloud.admin.changeKey(key.id, { code: undefined });
  await world.until(() => judge.boxMemory().snapshotVersion > before, 40_000, "the newer snapshot");
  await person.choose("take");
  await person.see("refused");
  expect(machine.panel.view?.lines[0]?.id).toBe("refused-wrong-code");
  expect(machine.bins.state.open).not.toContain(true);
  await stage.close();
});
