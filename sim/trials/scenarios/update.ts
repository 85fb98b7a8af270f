import { expectThat } from "./emergency.js";
import { type Scenario, VIRTUAL_ONLY } from "./scenario.js";
import { Updating } from "./updating.js";

const MINUTE_MS = 60_000;
const [OLD, NEW] = [7, 8];

export const update: Scenario = {
  name: "update",
  summary: "another firmware, with people coming and going meanwhile: fetched, tried, confirmed, and used",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  takesUpdates: true,
  async play({ stage, people, step, options }) {
    const { rig, world, cloud } = stage;
    const updating = new Updating(stage);
    const some = Math.ceil(options.exchanges / 3);
    step("the box comes up with the release of the factory");
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    expectThat(updating.runs === OLD, `release ${OLD} (${updating.runs})`);
    step("a release is made; people come before it is fetched, and while it is");
    await updating.workshop.publish(NEW);
    updating.want(NEW);
    await people.comeAndGo(some);
    await updating.until("begun", NEW);
    await people.comeAndGo(some);
    step("nobody comes, and it is fetched, tried and confirmed");
    await updating.until("confirmed", NEW);
    await world.until(() => updating.runs === NEW, 90 * MINUTE_MS, `release ${NEW} in the cloud`);
    expectThat(cloud.releases.running(NEW).includes(rig.name), "the box among those that run the release");
    step("the box works as before, without the internet too, and boots into the new one");
    rig.links.setInternet("blackHole");
    await people.comeAndGo(options.exchanges - 2 * some);
    rig.power.cut({ backAfterMs: 2_000 });
    rig.links.setInternet("ok");
    await stage.untilInSync(15 * MINUTE_MS);
    expectThat(updating.runs === NEW, `release ${NEW} after a power cut (${updating.runs})`);
  },
};
