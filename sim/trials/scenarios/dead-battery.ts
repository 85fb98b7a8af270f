import { WakeCause } from "../../../hal/ports/power.js";
import { Kind } from "../journal-reader/records.js";
import { readJournal } from "../judge/box-memory.js";
import { expectThat } from "./emergency.js";
import { cutMains, ordinaryDay, restoreMains, tells, untilDark } from "./on-battery.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const deadBattery: Scenario = {
  name: "dead-battery",
  summary: "the cell runs flat in a long outage, and then is taken out: on mains the box works as ever",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "button", "cell", "flash"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, world } = stage;
    await ordinaryDay(act);
    await people.comeAndGo(2);
    step("mains is lost with little left in the cell, and stays away until it is flat");
    rig.cell.setChargePercent(8);
    cutMains(act);
    await untilDark(act);
    await world.until(() => rig.console.state === "off", 200 * DAY_MS, "a flat cell");
    step("the button of a dead box does nothing");
    const { boots } = rig.console;
    rig.button.press();
    await world.advance(DAY_MS);
    expectThat(rig.console.state === "off" && rig.console.boots === boots, "a box that is off");

    step("mains return: it boots, charges, works, and has lost nothing");
    restoreMains(act);
    await people.idle();
    expectThat(lastCause(act) === WakeCause.brownOut, `a boot after a brown-out (${lastCause(act)})`);
    await people.comeAndGo(2);
    await stage.untilInSync(15 * MINUTE_MS);
    await world.advance(10 * 60 * MINUTE_MS);
    expectThat(rig.cell.chargePercent > 99, "a cell that is full again");

    step("the cell is taken out: a fault is shown, everything else works");
    rig.cell.fit(false);
    await world.until(() => tells(act, "notice-faults"), 10 * MINUTE_MS, "the fault's notice");
    await people.comeAndGo(2);
    step("mains is lost without a cell: off at once; and back");
    rig.power.setMains(false);
    expectThat(rig.console.state === "off", "a box that is off");
    await world.advance(60 * MINUTE_MS);
    rig.power.setMains(true);
    await people.idle();
    await people.comeAndGo(2);
    step("a new cell");
    rig.cell.fit(true);
    await world.until(() => !tells(act, "notice-faults"), 10 * MINUTE_MS, "no more fault");
    await stage.untilInSync(15 * MINUTE_MS);
  },
};

function lastCause({ stage }: Act): number | undefined {
  const causes = [...readJournal(stage.rig.flash.journal, 1)].flatMap(({ record }) =>
    record?.kind === Kind.boot ? record.cause : [],
  );
  return causes.at(-1);
}
