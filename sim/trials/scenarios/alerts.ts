import { FREE_FAILURES } from "../../../firmware/codes/ladder.js";
import { expectThat } from "./emergency.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
/** No code of the sample. */
const NO_CODE = "909090";
/** Wrong codes in a row of which somebody is told, and the longest wait between them, minutes. */
const WRONG_CODES = 6;
const WAIT_MINUTES = 20;

export const alerts: Scenario = {
  name: "alerts",
  summary:
    "internet, mains and somebody who guesses: the cloud says each once, while it lasts, before people stand at the box",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  async play(act) {
    const { stage, step, people } = act;
    const { cloud, rig } = stage;
    const { location } = cloud.store.organisation.boxes.find(({ id }) => id === rig.name)!;
    cloud.admin.changeLocation(location, { guarantee: "15min" });
    step("an ordinary morning");
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    await passes(act, 10);
    says(act, []);

    step("the internet is gone: the place first, then the box, by its plan");
    rig.links.setInternet("blackHole");
    await passes(act, 8);
    says(act, [`internet/${location}`]);
    await passes(act, 10);
    says(act, [`internet/${location}`, `unheard/${rig.name}`]);
    rig.links.setInternet("ok");
    await stage.untilInSync(10 * MINUTE_MS);
    await passes(act, 1);
    says(act, []);

    step("the mains are gone: the place is on battery, and a box that sleeps is not missed before its plan says so");
    rig.power.setMains(false);
    await passes(act, 10);
    says(act, [`power/${location}`]);
    rig.power.setMains(true);
    await stage.untilInSync(10 * MINUTE_MS);
    await passes(act, 6);
    says(act, []);

    step("somebody guesses");
    for (let i = 0; i < WRONG_CODES; i++) {
      const wait = i === FREE_FAILURES ? "wrong-code-wait" : "wrong-code-wait-minutes";
      await people.isRefused(NO_CODE, i < FREE_FAILURES ? "wrong-code" : wait);
      await passes(act, WAIT_MINUTES);
    }
    says(act, [`codes/${rig.name}`]);
    cloud.seen(rig.name);
    await stage.untilInSync(10 * MINUTE_MS);
    await passes(act, 1);
    says(act, []);

    const raised = cloud.store.data.notices.filter(({ change }) => change === "raised").map(({ alert }) => alert.id);
    expectThat(new Set(raised).size === raised.length, `each alert told once (${raised.join()})`);
  },
};

/** So many minutes; the cloud looks at each. */
async function passes({ stage }: Act, minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    await stage.world.advance(MINUTE_MS);
    stage.cloud.watch.look();
  }
}

function says({ stage }: Act, expected: readonly string[]): void {
  const said = stage.cloud.alerts.all.map(({ id }) => id).sort();
  expectThat(
    said.join() === [...expected].sort().join(),
    `alerts ${expected.join() || "none"} (${said.join() || "none"})`,
  );
}
