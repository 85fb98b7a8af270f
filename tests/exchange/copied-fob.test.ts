import { expect, it } from "vitest";
import { Belief } from "../../firmware/records/records.js";
import { Stage } from "../../sim/trials/stage/stage.js";

it("a copied fob does not make its key the next tag's, also after the next snapshot", async () => {
  const stage = await Stage.open({ seed: 3, broker: "virtual" });
  const { machine, person, cloud, judge } = stage;
  machine.start();
  await stage.untilInSync(300_000);
  const fob = machine.bins.content(0)!;
  const inBin = async (serial: string): Promise<number> => {
    await person.scan(serial);
    await person.see("bin-open");
    const bin = machine.bins.byLabel(String(machine.panel.view?.title.params?.bin));
    await person.putKey(bin, `COPY${serial}`.slice(0, 16));
    await person.closeDoor(bin);
    return bin;
  };
  await inBin(fob);
  const before = judge.boxMemory().snapshotVersion;
  cloud.admin.addUser({ name: "Anybody" });
  cloud.admin.addUser({ name: "With a badge", badge: "909ZZZ" });
  await stage.world.until(() => judge.boxMemory().snapshotVersion > before, 60_000, "the next snapshot");
  expect(judge.boxMemory().beliefs.content(0).belief).not.toBe(Belief.empty);
  await person.see("idle", 30_000);
  expect(await inBin("777XYZ")).not.toBe(0);
  await stage.close();
});
