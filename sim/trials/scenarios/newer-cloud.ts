import { expectThat } from "./emergency.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
/** A booking code of the sample organisation (sim/samples), and one that is issued and taken away again. */
const KNOWN_CODE = "135790";
const TAKEN_AWAY = "577218";

export const newerCloud: Scenario = {
  name: "newer-cloud",
  summary:
    "a cloud of some years from now: fields, lanes, commands, values and snapshot parts that the box has never heard of",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  async play(act) {
    const { stage, people, step, options } = act;
    const { rig, newer } = stage;
    newer.speaks = true;
    step("the box comes up, and syncs with a cloud that says more than it knows");
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    step("honest use, with requests in between that the box does not understand");
    await use(act, Math.ceil(options.exchanges / 4));
    await revoke(act);
    step("offline, with requests waiting, and a power cut on the way back");
    rig.links.setInternet("blackHole");
    newer.askForSomethingNew(rig.name);
    await people.comeAndGo(Math.ceil(options.exchanges / 4));
    rig.links.setInternet("ok");
    rig.power.cut({ backAfterMs: 2_000 });
    await stage.untilInSync(15 * MINUTE_MS);
    await use(act, Math.ceil(options.exchanges / 4));
    step("the cloud is put back to the version of today");
    newer.speaks = false;
    await use(act, Math.ceil(options.exchanges / 4));
    await stage.untilInSync(15 * MINUTE_MS);
    await everythingAnswered(act);
  },
};

async function use({ stage, people }: Act, exchanges: number): Promise<void> {
  for (let done = 0; done < exchanges; done += 5) {
    stage.newer.askForSomethingNew(stage.rig.name);
    await people.comeAndGo(Math.min(5, exchanges - done));
  }
  await stage.untilInSync(15 * MINUTE_MS);
}

/** Nothing that the cloud adds may hold back what it takes away. */
async function revoke({ stage, people, step }: Act): Promise<void> {
  const { cloud } = stage;
  step("a right is given, used, and taken away");
  const { user, key } = cloud.store.organisation.accesses.find(({ code }) => code === KNOWN_CODE)!;
  const access = cloud.admin.addAccess(user, key, { kind: "ongoing" }, TAKEN_AWAY);
  await stage.untilInSync(5 * MINUTE_MS);
  cloud.admin.removeAccess(access.id);
  await stage.untilInSync(5 * MINUTE_MS);
  await people.isRefused(TAKEN_AWAY, "wrong-code");
}

async function everythingAnswered({ stage, step }: Act): Promise<void> {
  const { cloud, rig, newer, world } = stage;
  step("every request has its receipt, the unknown ones with a word that they were not done");
  const { commands } = cloud.store.boxState(rig.name);
  const waiting = () => commands.filter(({ status }) => status === "waiting").length;
  await world.until(() => waiting() === 0, 5 * MINUTE_MS, "the last receipt");
  const refused = cloud.store.data.events.filter(({ detail }) => detail.reason === "unknown-command").length;
  expectThat(refused === newer.added.commands, `${newer.added.commands} refusals of unknown commands (${refused})`);
  expectThat(rig.console.crashCount === 0, `no crash (${rig.console.crashCount})`);
  const { faults = [] } = cloud.store.boxState(rig.name).status ?? {};
  expectThat(!faults.includes("snapshot"), "a box that takes every snapshot");
  const { messages, lanes, snapshots } = newer.added;
  expectThat(messages > 50 && lanes > 5 && snapshots > 1, "a cloud that said much that is new");
}
