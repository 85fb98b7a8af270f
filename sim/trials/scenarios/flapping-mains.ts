import { Kind } from "../journal-reader/records.js";
import { readJournal } from "../judge/box-memory.js";
import { expectThat } from "./emergency.js";
import { ordinaryDay } from "./on-battery.js";
import type { Act, Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
const FLAPS = 600;
/** Power records at once, and one more in five minutes (firmware/power/README.md). */
const BURST = 8;
const REFILL_MS = 5 * MINUTE_MS;

export const flappingMains: Scenario = {
  name: "flapping-mains",
  summary: "a loose plug: hundreds of losses of mains from a flicker to some minutes, with people at the box",
  needs: ["flash"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, world } = stage;
    await ordinaryDay(act);
    const from = world.nowMs;
    const recordsBefore = powerRecords(act);
    step(`${FLAPS} changes of mains`);
    const random = world.random("loose plug");
    for (let i = 0; i < FLAPS; i++) {
      rig.power.setMains(i % 2 === 1);
      // Flickers within the debounce time, bursts, and now and then long enough to fall asleep.
      const kind = random.next();
      await world.advance(
        kind < 0.3 ? random.int(60) : kind < 0.95 ? 100 + random.int(5_000) : random.int(4 * MINUTE_MS),
      );
      if (i % 40 === 39 && rig.console.state === "running") {
        await people.idle();
        await people.comeAndGo(1);
      }
    }
    step("the plug is in again");
    rig.power.setMains(true);
    await people.idle();
    await stage.untilInSync(15 * MINUTE_MS);
    const records = powerRecords(act) - recordsBefore;
    // Each boot may spend a burst of its own, and falling asleep is on record too.
    const bound = rig.console.boots * (BURST + 1) + (world.nowMs - from) / REFILL_MS;
    expectThat(records <= bound && records < FLAPS / 2, `at most ${Math.round(bound)} power records (${records})`);
    expectThat(rig.console.state === "running", "a box that is awake");
  },
};

function powerRecords({ stage }: Act): number {
  return [...readJournal(stage.rig.flash.journal, 1)].filter(({ record }) => record?.kind === Kind.power).length;
}
