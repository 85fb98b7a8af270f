import { expectThat } from "./emergency.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
/** Codes and fobs of the sample organisation (sim/samples). */
const RIVOLI = { code: "135790", fob: "012ABC" };
const CAFE = { keyCode: "7150", fob: "219BCP" };
const QUAI = { code: "161803", fob: "406BHB" };
const STRANGERS = ["777XYZ", "778XYZ", "779XYZ"] as const;

export const restoredCloud: Scenario = {
  name: "restored-cloud",
  summary: "the cloud's database is put back from a copy, twice in a row: no belief of the box and no record is lost",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  async play(act) {
    const { stage, people, step, options } = act;
    const { rig } = stage;
    step("an ordinary morning");
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    await people.comeAndGo(Math.ceil(options.exchanges / 4));
    const copy = await copyWithACommandWaiting(act);
    step("after the copy: keys come and go, and the cloud gives a newer snapshot");
    await people.idle();
    const boots = rig.console.boots;
    await moveKeys(act, STRANGERS[0]);
    for (const again of [1, 2]) {
      step(`the database is put back from the copy, time ${again}`);
      await putBack(act, copy);
      expectThat(rig.console.boots === boots, "a command that waited in the copy not carried out a second time");
      await moveKeys(act, STRANGERS[again]!);
    }
    await people.comeAndGo(Math.ceil(options.exchanges / 4));
    await stage.untilInSync(15 * MINUTE_MS);
    const alerts = stage.cloud.alerts.of(rig.name).map(({ id }) => id);
    expectThat(alerts.includes(`put-back/${rig.name}`), `an alert that the database was put back (${alerts})`);
  },
};

/** A reboot was asked for, and the box has not heard of it yet. */
async function copyWithACommandWaiting({ stage, step, people }: Act): Promise<string> {
  const { rig, world } = stage;
  step("the box is offline, somebody asks for its reboot, and just then the database is copied");
  rig.links.setInternet("blackHole");
  await world.advance(5 * MINUTE_MS);
  stage.cloud.reboot(rig.name);
  const copy = stage.copyCloud();
  const boots = rig.console.boots;
  rig.links.setInternet("ok");
  await world.until(() => rig.console.boots > boots, 15 * MINUTE_MS, "the reboot");
  await people.idle();
  await stage.untilInSync(5 * MINUTE_MS);
  return copy;
}

/**
 * A key is taken, one is hung into another bin than before, a stranger's fob comes, and a snapshot that knows of all that lets the box
 * forget what it knew itself.
 */
async function moveKeys(act: Act, stranger: string): Promise<void> {
  const { stage, people } = act;
  const isOut = (fob: string) => people.carried.includes(fob);
  if (!isOut(RIVOLI.fob)) await people.pickUp(RIVOLI.code);
  if (isOut(CAFE.fob)) await people.giveBack(CAFE.fob);
  else await people.pickUp(CAFE.keyCode);
  if (isOut(QUAI.fob)) await people.giveBack(QUAI.fob);
  else await people.pickUp(QUAI.code);
  await strangerComes(act, stranger);
  await stage.untilInSync(5 * MINUTE_MS);
  const before = stage.judge.boxMemory().snapshotVersion;
  stage.cloud.admin.addUser({ name: `Newcomer ${stranger}`, badge: `9${stranger}` });
  await stage.untilInSync(5 * MINUTE_MS);
  expectThat(stage.judge.boxMemory().snapshotVersion > before, "a newer snapshot at the box");
  await people.giveBack(RIVOLI.fob);
}

/** A tag that nobody knows: taken into a bin that is surely empty, or refused where there is none. The judge sees what it opens. */
async function strangerComes({ stage, people }: Act, fob: string): Promise<void> {
  const { person, rig, world } = stage;
  await person.scan(fob);
  const shown = () => ["bin-open", "refused"].find((screen) => screen === rig.panel.view?.screen);
  await world.until(() => shown() !== undefined, MINUTE_MS, "an answer to the stranger");
  if (shown() === "bin-open") {
    const bin = rig.bins.byLabel(String(rig.panel.view?.title.params?.bin));
    await person.putKey(bin, fob);
    await person.closeDoor(bin);
  }
  await people.idle();
}

/** The old snapshot reaches the box, the box tells again what it believes, and a corrected one follows. */
async function putBack(act: Act, copy: string): Promise<void> {
  const { stage } = act;
  const { rig, world } = stage;
  const before = stage.judge.boxMemory();
  await stage.untilInSync(5 * MINUTE_MS);
  await stage.putCloudBack(copy);
  const taken = () => stage.judge.boxMemory().snapshotVersion > before.snapshotVersion;
  for (let i = 0; i < 60 && !taken(); i++) await world.advance(10_000);
  expectThat(taken(), "a snapshot of the cloud that was put back");
  // Whoever comes now meets what the box believes, and nothing of the past.
  await strangerComes(act, `70${stage.cloud.store.boxState(rig.name).snapshot.version}ZZ`);
  await stage.untilInSync(10 * MINUTE_MS);
  const { inventory } = stage.cloud.ingest.log;
  const memory = stage.judge.boxMemory();
  for (let bin = 0; bin < rig.bins.count; bin++) {
    const told = inventory.content(rig.name, bin).belief;
    const names = ["", "empty", "holds", "taken", "doubt"];
    const known = names[memory.beliefs.content(bin).belief]!;
    expectThat(told === known, `box and cloud to believe the same of bin ${rig.bins.label(bin)} (${known}, ${told})`);
  }
}
