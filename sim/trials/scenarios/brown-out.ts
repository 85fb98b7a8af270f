import { expectThat } from "./emergency.js";
import { cutMains, ordinaryDay, restoreMains, tells, untilDark, wakeUp } from "./on-battery.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const CODE = "135790";

export const brownOut: Scenario = {
  name: "brown-out",
  summary: "a worn, cold cell near its end: it gives in under a lock's pulse, then it is too low to do anything",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "button", "cell", "cuts", "flash"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, person, world } = stage;
    rig.cell.weather({ health: 0.75, celsius: 0 });
    await ordinaryDay(act);
    await people.pickUp(CODE);
    cutMains(act);
    await untilDark(act);
    rig.cell.setChargePercent(15);

    for (const doorOpens of [true, false]) {
      step(`the supply gives in under the pulse; the latch ${doorOpens ? "had let go" : "held"}`);
      await wakeUp(act);
      await world.until(() => tells(act, "notice-battery-low"), MINUTE_MS, "the low-battery notice");
      expectThat(rig.panel.backlightPercent === 20, "a dim screen");
      rig.cuts.armPulseCut({ doorOpens, backAfterMs: 3_000 });
      const cuts = rig.power.cutCount;
      const fob = people.carried[0];
      if (fob !== undefined) await person.scan(fob);
      else await takeInDoubt(act);
      await world.until(() => rig.power.cutCount > cuts, MINUTE_MS, "the brown-out");
      await world.advance(1_000);
      if (doorOpens) await finishByHand(act);
      await people.idle();
      await untilDark(act);
    }

    step("below the threshold nothing is opened or written: the box says so and sleeps");
    rig.cell.setChargePercent(0.5);
    const { bytesProgrammed } = rig.flash.journal;
    rig.button.press();
    await person.see("battery-empty", 2_000);
    await person.type(CODE);
    await untilDark(act, 10_000);
    await world.advance(3 * 24 * 60 * MINUTE_MS);
    expectThat(rig.flash.journal.bytesProgrammed === bytesProgrammed, "a journal that was not touched");

    step("mains return, whatever became of the cell: everything works and agrees");
    restoreMains(act);
    await world.until(() => rig.console.state === "running", MINUTE_MS, "a boot");
    await people.idle();
    await people.comeAndGo(4);
    await stage.untilInSync(15 * MINUTE_MS);
  },
};

/** The cut left the box in doubt whether the key hangs there: it asks. */
async function takeInDoubt({ stage }: Act): Promise<void> {
  const { rig, person } = stage;
  await person.type(CODE);
  if (rig.panel.view?.screen === "take-or-return") await person.choose("take");
}

/** The door has sprung open in the dark: the key goes in. */
async function finishByHand({ stage, people }: Act): Promise<void> {
  const { rig, world } = stage;
  const bin = rig.bins.state.open.indexOf(true);
  rig.bins.put(bin, people.carried.shift()!);
  rig.bins.close(bin);
  await world.until(() => rig.console.state === "running", MINUTE_MS, "the box to come back");
}
