import { SAMPLE_BOXES } from "../../samples/sample.js";
import type { BoxThere } from "../stage/stage.js";
import { expectThat } from "./emergency.js";
import { People } from "./people.js";
import type { Act, Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
const DAY_SECONDS = 86_400;
/** The roaming key of the sample organisation (sim/samples), and the code of somebody who may always take it. */
const MASTER = { name: "Master key, fire panel", fob: "633GRX", code: "246801" };
const STRANGERS = ["777XYZ", "778XYZ", "779XYZ"] as const;

const CLOCKS = [
  { what: "a day ahead", spoil: ({ rig }: BoxThere) => rig.clock.shift(DAY_SECONDS) },
  { what: "a day behind", spoil: ({ rig }: BoxThere) => rig.clock.shift(-DAY_SECONDS) },
  { what: "lost", spoil: ({ rig }: BoxThere) => rig.clock.lose() },
] as const;

export const wrongClock: Scenario = {
  name: "wrong-clock",
  summary:
    "a key goes through an offline box whose clock is a day off, or lost, and comes back before that box tells of it",
  needs: ["links", "clock"],
  async play(act) {
    const { stage, step } = act;
    const tokyo = stage.addBox(SAMPLE_BOXES.ms4);
    const there = new People(tokyo);
    step("two boxes of one organisation come up");
    stage.rig.power.connect();
    tokyo.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    for (const [i, clock] of CLOCKS.entries()) await round(act, tokyo, there, clock, STRANGERS[i]!);
    const { problems } = tokyo.judge.verdict();
    expectThat(problems.length === 0, `nothing broken at the other box (${problems.join("; ")})`);
  },
};

async function round(
  { stage, people, step }: Act,
  tokyo: BoxThere,
  there: People,
  { what, spoil }: (typeof CLOCKS)[number],
  stranger: string,
): Promise<void> {
  const { world, rig, cloud } = stage;
  step(`the other box is offline, and its clock is ${what}`);
  tokyo.rig.links.setInternet("blackHole");
  await world.advance(5 * MINUTE_MS);
  spoil(tokyo);
  tokyo.rig.power.cut({ backAfterMs: 5_000 });
  await world.advance(MINUTE_MS);
  step("the key goes there, is taken there, and comes back");
  await people.pickUp(MASTER.code);
  people.carried.pop();
  there.carried.push(MASTER.fob);
  await there.giveBack(MASTER.fob);
  await there.pickUp(MASTER.code);
  there.carried.pop();
  people.carried.push(MASTER.fob);
  await people.giveBack(MASTER.fob);
  const bin = rig.bins.state.contents.indexOf(MASTER.fob);
  await stage.untilInSync(5 * MINUTE_MS);
  step("only now does the other box tell its story, and both get new snapshots");
  tokyo.rig.links.setInternet("ok");
  await world.until(() => cloud.store.boxState(tokyo.rig.name).online, 15 * MINUTE_MS, "the other box online");
  await world.advance(2 * MINUTE_MS);
  cloud.admin.addUser({ name: `Newcomer ${stranger}`, badge: `9${stranger}` });
  await world.advance(MINUTE_MS);
  await stage.untilInSync(5 * MINUTE_MS);
  const { id } = cloud.store.organisation.keys.find(({ name }) => name === MASTER.name)!;
  const { belief, item } = cloud.ingest.log.inventory.content(rig.name, bin);
  expectThat(
    belief === "holds" && item === `key:${id}`,
    `the key for sure in ${rig.bins.label(bin)} (${belief} ${item})`,
  );
  step("a stranger's tag opens an empty bin and no other, and the key's owner finds the key");
  people.carried.push(stranger);
  await people.giveBack(stranger);
  await people.pickUp(MASTER.code);
  await people.giveBack(MASTER.fob);
  await stage.untilInSync(5 * MINUTE_MS);
}
