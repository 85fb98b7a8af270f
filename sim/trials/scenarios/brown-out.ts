import { expectThat } from "./emergency.js";
import { cutMains, ordinaryDay, restoreMains, tells, untilDark, wakeUp } from "./on-battery.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const CODE = "135790";

export const brownOut: Scenario = {
  name: "brown-out",
  summary: "a worn, cold cell near its end: it gives in under a lock's pulse, then it is too low to do anything",
  onlyWith: VIRTUAL_ONLY,
  async play(act) {
    const { stage, people, step } = act;
    const { machine, person, world } = stage;
    machine.battery.weather({ health: 0.75, celsius: 0 });
    await ordinaryDay(act);
    await people.pickUp(CODE);
    cutMains(act);
    await untilDark(act);
    machine.battery.setChargePercent(15);

    for (const doorOpens of [true, false]) {
      step(`the supply gives in under the pulse; the latch ${doorOpens ? "had let go" : "held"}`);
      await wakeUp(act);
      await world.until(() => tells(act, "notice-battery-low"), MINUTE_MS, "the low-battery notice");
      expectThat(machine.panel.backlightPercent === 20, "a dim screen");
      machine.armPulseCut({ doorOpens, backAfterMs: 3_000 });
      const { powerCuts } = machine;
      const fob = people.carried[0];
      if (fob !== undefined) await person.scan(fob);
      else await takeInDoubt(act);
      await world.until(() => machine.powerCuts > powerCuts, MINUTE_MS, "the brown-out");
      await world.advance(1_000);
      if (doorOpens) await finishByHand(act);
      await people.idle();
      await untilDark(act);
    }

    step("below the threshold nothing is opened or written: the box says so and sleeps");
    machine.battery.setChargePercent(0.5);
    const { bytesProgrammed } = machine.flash.journal;
    machine.button.press();
    await person.see("battery-empty", 2_000);
    await person.type(CODE);
    await untilDark(act, 10_000);
    await world.advance(3 * 24 * 60 * MINUTE_MS);
    expectThat(machine.flash.journal.bytesProgrammed === bytesProgrammed, "a journal that was not touched");

    step("mains return, whatever became of the cell: everything works and agrees");
    restoreMains(act);
    await world.until(() => machine.state === "running", MINUTE_MS, "a boot");
    await people.idle();
    await people.comeAndGo(4);
    await stage.untilInSync(15 * MINUTE_MS);
  },
};

/** The cut left the box in doubt whether the key hangs there: it asks. */
async function takeInDoubt({ stage }: Act): Promise<void> {
  const { machine, person } = stage;
  await person.type(CODE);
  if (machine.panel.view?.screen === "take-or-return") await person.choose("take");
}

/** The door has sprung open in the dark: the key goes in. */
async function finishByHand({ stage, people }: Act): Promise<void> {
  const { machine, world } = stage;
  const bin = machine.bins.state.open.indexOf(true);
  machine.bins.put(bin, people.carried.shift()!);
  machine.bins.close(bin);
  await world.until(() => machine.state === "running", MINUTE_MS, "the box to come back");
}
