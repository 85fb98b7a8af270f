import { expectThat } from "./emergency.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";
import { Updating } from "./updating.js";

const MINUTE_MS = 60_000;
const OLD = 7;

export const updateBadImage: Scenario = {
  name: "update-bad-image",
  summary:
    "releases that do not start, that hang, that cannot read the journal; each goes back by itself, and says why",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  takesUpdates: true,
  async play(act) {
    const { stage, step } = act;
    const updating = new Updating(stage);
    step("the box comes up with the release of the factory");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    await goesBack(act, updating, 8, "throws", "not-confirmed");
    await goesBack(act, updating, 9, "hangs", "not-confirmed");
    await goesBack(act, updating, 10, "cannot-read-journal", "stopped");
    step("a good one after all of these");
    await updating.workshop.publish(11);
    updating.want(11);
    await updating.until("confirmed", 11);
    await stage.untilInSync(15 * MINUTE_MS);
  },
};

async function goesBack(
  { stage, people, step, options }: Act,
  updating: Updating,
  release: number,
  fault: "throws" | "hangs" | "cannot-read-journal",
  reason: string,
): Promise<void> {
  step(`release ${release}: ${fault}`);
  await updating.workshop.publish(release, { fault });
  updating.want(release);
  await updating.until("trial", release);
  const { detail } = await updating.until("returned", release);
  expectThat(detail.reason === reason, `"${reason}" (${detail.reason})`);
  await stage.untilInSync(15 * MINUTE_MS);
  expectThat(updating.runs === OLD, `release ${OLD} again (${updating.runs})`);
  const tries = updating.told().filter((one) => one.detail.release === release && one.detail.event === "trial").length;
  expectThat(tries === 1, `one trial of it (${tries})`);
  await people.comeAndGo(Math.ceil(options.exchanges / 4));
}
