import { expectThat } from "./emergency.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DAYS = 30;
const EXCHANGES_A_DAY = 100;
/** Days on which the power fails in the middle of writing to flash, and after how many bytes of the first operation. */
const CUTS = new Map([
  [5, 0],
  [12, 3],
  [19, 9],
  [26, 30],
]);
/** A booking code of the sample organisation, and its key's fob. */
const RIVOLI = { code: "135790", fob: "012ABC" };

export const longOutage: Scenario = {
  name: "long-outage",
  summary: `${DAYS} days without internet, ${DAYS * EXCHANGES_A_DAY} exchanges, ${CUTS.size} power cuts in the middle of writing; then everything is told`,
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "cuts"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, world, judge } = stage;
    step("the box comes up, and syncs by itself");
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    step("the internet is lost");
    rig.links.setInternet("blackHole");
    const told = stage.cloudHas;
    for (let day = 1; day <= DAYS; day++) {
      await aDay(act);
      if (CUTS.has(day)) await cut(act, CUTS.get(day)!);
      if (day % 10 === 0) step(`day ${day}: ${people.count} exchanges`);
    }
    expectThat(stage.cloudHas === told, "a cloud that was told nothing meanwhile");
    expectThat(rig.power.cutCount === CUTS.size, `${CUTS.size} power cuts (${rig.power.cutCount})`);
    const { nextSeq } = judge.boxMemory();
    expectThat(nextSeq - told > 2 * DAYS * EXCHANGES_A_DAY, `two records an exchange at least (${nextSeq - told})`);
    step(`the internet is back: ${nextSeq - 1 - told} records are told`);
    rig.links.setInternet("ok");
    const from = world.nowMs;
    await stage.untilInSync(10 * MINUTE_MS);
    step(`told in ${Math.round((world.nowMs - from) / 1_000)} s, connection and all`);
    await people.comeAndGo(2);
    await stage.untilInSync(5 * MINUTE_MS);
  },
};

async function aDay({ stage, people }: Act): Promise<void> {
  const { world } = stage;
  const from = world.nowMs;
  for (let i = 0; i < EXCHANGES_A_DAY; i++) {
    const nextMs = from + (i * DAY_MS) / EXCHANGES_A_DAY;
    if (nextMs > world.nowMs) await world.advance(nextMs - world.nowMs);
    await people.comeAndGo(1);
  }
  await world.advance(Math.max(0, from + DAY_MS - world.nowMs));
}

/** Somebody gives a key back, and the power fails while that is written. */
async function cut({ stage, people }: Act, at: number): Promise<void> {
  const { rig, world, person } = stage;
  const fob = people.carried[0] ?? (await people.pickUp(RIVOLI.code));
  const before = rig.power.cutCount;
  rig.cuts.armFlashCut({ operation: 1, at, backAfterMs: 30_000 });
  await person.scan(fob);
  await world.until(() => rig.power.cutCount === before + 1, MINUTE_MS, "the power cut");
  await world.until(() => rig.console.state === "running", 5 * MINUTE_MS, "the box to come back");
  await people.idle();
  await people.giveBack(fob);
}
