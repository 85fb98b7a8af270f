import { expectThat } from "./emergency.js";
import { cutMains, ordinaryDay, restoreMains, tells, untilDark, visit, wakeUp } from "./on-battery.js";
import { type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const EXCHANGES = 10;
const DAYS = 14;

export const powerCutNoInternet: Scenario = {
  name: "power-cut-no-internet",
  summary: "mains and internet are out for two weeks: the box wakes, works and sleeps, and tells it all afterwards",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "button", "cell"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, world } = stage;
    await ordinaryDay(act);
    step("mains and internet are lost");
    rig.links.setInternet("blackHole");
    cutMains(act);
    await untilDark(act);

    step(`${EXCHANGES} exchanges in two weeks, each after a press of the button`);
    for (let i = 0; i < EXCHANGES; i++) {
      await world.advance((DAYS / EXCHANGES) * 24 * 60 * MINUTE_MS);
      // A check-in finds no cloud, and gives up by itself.
      if (rig.console.state !== "asleep") await untilDark(act);
      await visit(act);
    }
    expectThat(rig.cell.chargePercent > 90, `two weeks that cost little (${rig.cell.chargePercent} % left)`);

    step("mains return first, the internet later");
    restoreMains(act);
    await people.idle();
    await world.until(() => tells(act, "notice-offline"), MINUTE_MS, "the offline notice");
    await people.comeAndGo(1);
    rig.links.setInternet("ok");
    await stage.untilInSync(30 * MINUTE_MS);
    const marked = stage.cloud.store.data.exchanges.filter((exchange) => exchange.offline).length;
    expectThat(marked === EXCHANGES + 1, `${EXCHANGES + 1} exchanges with the offline mark (${marked})`);

    step("and once more: the mains is out for a moment only");
    rig.power.setMains(false);
    await world.advance(MINUTE_MS);
    rig.power.setMains(true);
    await world.advance(5 * MINUTE_MS);
    expectThat(rig.console.state === "running", "a box that stays awake");
    rig.power.setMains(false);
    await untilDark(act);
    await wakeUp(act);
    rig.power.setMains(true);
    await stage.untilInSync(10 * MINUTE_MS);
  },
};
