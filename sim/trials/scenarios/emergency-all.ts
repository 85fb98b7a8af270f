import { expectThat, PackHolder, packOf } from "./emergency.js";
import type { Act, Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
/** Its door is stuck. */
const JAMMED = "A-6";

export const emergencyAll: Scenario = {
  name: "emergency-all",
  summary: "a printed code opens all bins one after another, through two power cuts and past a door that is stuck",
  needs: ["links", "cuts", "latches"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, world, person } = stage;
    step("the box comes up and syncs; then the internet is gone");
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    rig.links.setInternet("blackHole");
    rig.latches.jam(rig.bins.byLabel(JAMMED), true);
    const opened = countOpenings(act);
    const holder = new PackHolder(stage);

    step("the code for all bins");
    await people.idle();
    await holder.answer("all", await holder.askAll());
    await world.until(() => opened.total() >= 4, 2 * MINUTE_MS, "four open doors");
    step("the first power cut: in the middle of a lock pulse");
    rig.cuts.armPulseCut({ doorOpens: true, backAfterMs: 3 * MINUTE_MS });
    await cutAndBack(act);
    await world.until(() => opened.total() >= 12, 5 * MINUTE_MS, "twelve open doors, by itself");
    step("the second power cut: in the middle of a write to flash");
    rig.cuts.armFlashCut({ operation: 1, at: 7, backAfterMs: 20 * MINUTE_MS });
    await cutAndBack(act);
    await holder.sees("all-opened-count");
    const told = String(rig.panel.view!.lines[0]?.params?.bins);
    step(`it is done; not opened: ${told}`);

    for (let bin = 0; bin < rig.bins.count; bin++) {
      const label = rig.bins.label(bin);
      const times = opened.of(bin);
      expectThat(times === (label === JAMMED ? 0 : 1), `bin ${label} to have opened once (it did ${times} times)`);
    }
    await afterwards(act, holder);
    expectThat(person !== undefined && rig.power.cutCount === 2, "two power cuts");
  },
};

/** Openings of each door by the world's count. */
function countOpenings({ stage }: Act): { total(): number; of(bin: number): number } {
  const counts = new Map<number, number>();
  stage.rig.bins.watch((event) => {
    if (event.kind === "opened") counts.set(event.bin, (counts.get(event.bin) ?? 0) + 1);
  });
  return { total: () => [...counts.values()].reduce((sum, one) => sum + one, 0), of: (bin) => counts.get(bin) ?? 0 };
}

async function cutAndBack({ stage }: Act): Promise<void> {
  const { rig, world } = stage;
  const before = rig.power.cutCount;
  await world.until(() => rig.power.cutCount > before, MINUTE_MS, "the power cut");
  await world.until(() => rig.console.state === "running", 30 * MINUTE_MS, "the box to come back");
}

async function afterwards({ stage, people, step }: Act, holder: PackHolder): Promise<void> {
  const { rig, person } = stage;
  const label = JAMMED;
  const jammed = rig.bins.byLabel(label);
  step("the stuck door is freed and opened with its own code");
  rig.latches.jam(jammed, false);
  await holder.answer(`bin:${label}`, await holder.askBin(label));
  await holder.sees("emergency-opened");
  for (let bin = 0; bin < rig.bins.count; bin++) if (rig.bins.isOpen(bin)) rig.bins.close(bin);
  await person.closeDoor(jammed);
  await people.idle();
  step("online again: the cloud has the whole run as one, and the code as used");
  rig.links.setInternet("ok");
  await stage.untilInSync(30 * MINUTE_MS);
  const runs = stage.cloud.store.data.emergencies.filter((entry) => entry.target === "all");
  expectThat(runs.length === 1 && runs[0]!.status === "done", "one run of all bins, done");
  expectThat(new Set(runs[0]!.bins.map((one) => one.bin)).size === rig.bins.count, "every bin in it");
  const codes = packOf(stage).sheet!.targets.find((one) => one.target === "all")!.codes;
  expectThat(codes[0]!.state === "used" && codes[1]!.state === "good", "its code crossed out on the next pack");
}
