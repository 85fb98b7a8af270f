import { expectThat } from "./emergency.js";
import { type Scenario, VIRTUAL_ONLY } from "./scenario.js";
import { Updating } from "./updating.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NEW = 8;
/** Inside flash operations of the update. */
const CUTS = 12;
/** Flash operations until the next cut, at most. */
const APART = 60;

export const updateCut: Scenario = {
  name: "update-cut",
  summary: "an update with the power cut inside its flash operations, and the line with it, again and again",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "cuts"],
  takesUpdates: true,
  async play({ stage, people, step, options }) {
    const { rig, world } = stage;
    const updating = new Updating(stage);
    const random = world.random("cuts of the update");
    step("the box comes up, and a release is made");
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    await updating.workshop.publish(NEW);
    updating.want(NEW);
    await updating.until("begun", NEW);
    step("the power goes inside one flash operation after the other");
    const before = rig.power.cutCount;
    for (let cut = 1; cut <= CUTS && updating.runs !== NEW; cut++) {
      const at = random.pick(["before", "after", "scattered", random.int(64)] as const);
      rig.cuts.armFlashCut({ operation: 1 + random.int(APART), at, backAfterMs: 3_000 });
      const isCut = () => rig.power.cutCount >= before + cut;
      await world.until(() => isCut() || updating.runs === NEW, 4 * HOUR_MS, "the next cut, or the end of the update");
      if (cut % 4 === 0) {
        rig.links.setInternet("blackHole");
        await world.advance(2 * MINUTE_MS);
        rig.links.setInternet("ok");
      }
    }
    rig.cuts.disarm();
    expectThat(rig.power.cutCount - before >= 5, `five cuts at least (${rig.power.cutCount - before})`);
    step("it comes to its end all the same, or to that of the one before");
    await world.until(() => updating.told().some(isTheEnd), 6 * HOUR_MS, "the end of the update");
    await people.comeAndGo(options.exchanges);
    await stage.untilInSync(15 * MINUTE_MS);
  },
};

/** Three cuts in a trial are three tries. */
function isTheEnd({ detail }: { readonly detail: Readonly<Record<string, string | number>> }): boolean {
  return detail.release === NEW && (detail.event === "confirmed" || detail.event === "returned");
}
