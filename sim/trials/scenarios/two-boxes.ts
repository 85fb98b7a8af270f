import { SAMPLE_BOXES } from "../../samples/sample.js";
import { Branch } from "./branch.js";
import { expectThat, PackHolder } from "./emergency.js";
import type { Act, Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
/** Keys of the sample organisation (sim/samples), and codes of people who may always take them. */
const MASTER = { name: "Master key, fire panel", fob: "633GRX", code: "246801" };
const SAKURA = { name: "桜坂ハイツ 102", fob: "985XCT", code: "314159" };
const RIVOLI = { name: "Rue de Rivoli 12 front door", fob: "012ABC", code: "135790" };

/** The conflicts of sim/cloud/CONFLICTS.md, one after another, in the words of that page. */
export const twoBoxes: Scenario = {
  name: "two-boxes",
  summary:
    "a key moves between two boxes while one is offline, rights and inventory are changed meanwhile: every conflict ends as written down",
  needs: ["links", "button", "latches"],
  async play(act) {
    const { stage, step } = act;
    const paris = new Branch(stage);
    const tokyo = new Branch(stage.addBox(SAMPLE_BOXES.ms4));
    const both = { act, paris, tokyo };
    step("two boxes of one organisation come up");
    for (const { box } of [paris, tokyo]) box.rig.power.connect();
    for (const { box } of [paris, tokyo]) await box.untilInSync(5 * MINUTE_MS);
    await permissionChanged(both);
    await keyMoved(both);
    for (const first of [paris, tokyo]) await exchangedAtBoth(both, first);
    await remoteDropOff(both);
    await corrected(both);
    await stockTake(both);
    for (const { box } of [paris, tokyo]) await box.untilInSync(10 * MINUTE_MS);
  },
};

interface Both {
  readonly act: Act;
  readonly paris: Branch;
  readonly tokyo: Branch;
}

async function permissionChanged({ act, tokyo }: Both): Promise<void> {
  const { stage, step } = act;
  const { admin, store } = stage.cloud;
  step("Tokyo is offline; there a right is taken away, and another one given");
  await tokyo.goOffline();
  const old = store.organisation.accesses.find(({ code }) => code === SAKURA.code)!;
  admin.removeAccess(old.id);
  tokyo.box.judge.revoked(old);
  const { code } = admin.addAccess(old.user, old.key, { kind: "ongoing" });
  step("the box has not heard of it: the old code opens, the new one does not");
  await tokyo.people.isRefused(code, "wrong-code");
  await tokyo.people.pickUp(SAKURA.code);
  await tokyo.people.giveBack(SAKURA.fob);
  step("it hears of it: the other way round; and what happened is in the log");
  await tokyo.goOnline();
  await tokyo.people.isRefused(SAKURA.code, "wrong-code");
  await tokyo.people.pickUp(code);
  await tokyo.people.giveBack(SAKURA.fob);
  await tokyo.box.untilInSync(5 * MINUTE_MS);
  const told = store.data.exchanges.filter((one) => one.box === tokyo.name && one.access === old.id);
  expectThat(told.length === 1 && told[0]!.offline, `one pick-up by the old right, marked as offline (${told.length})`);
}

async function keyMoved({ act, paris, tokyo }: Both): Promise<void> {
  const { stage, step } = act;
  const { admin, store } = stage.cloud;
  step("the key leaves Paris and comes to Tokyo, which is offline; somebody enters that it hangs nowhere");
  await tokyo.goOffline();
  const fob = await paris.send(MASTER.code);
  await tokyo.receive(fob);
  await paris.box.untilInSync(5 * MINUTE_MS);
  const { id } = store.organisation.keys.find(({ name }) => name === MASTER.name)!;
  admin.placeKey(id, undefined);
  paris.box.judge.saidElsewhere(fob);
  await paris.box.untilInSync(5 * MINUTE_MS);
  step("Tokyo tells: its doors count, not what was entered");
  await tokyo.goOnline();
  tokyo.isKnownToHold(stage, fob);
  step("and back: Paris is offline when the key comes home");
  await paris.goOffline();
  await tokyo.send(MASTER.code);
  await paris.receive(fob);
  await paris.goOnline();
  paris.isKnownToHold(stage, fob);
}

/** `first`: the box that tells first. */
async function exchangedAtBoth({ act, paris, tokyo }: Both, first: Branch): Promise<void> {
  const { stage, step } = act;
  const second = first === paris ? tokyo : paris;
  step(`both are offline; the key goes to Tokyo and comes back; ${first.name} tells first`);
  for (const one of [paris, tokyo]) await one.goOffline();
  const fob = await paris.send(MASTER.code);
  await tokyo.receive(fob);
  await stage.world.advance(3 * MINUTE_MS);
  await tokyo.send(MASTER.code);
  await paris.receive(fob);
  await first.goOnline();
  await stage.world.advance(2 * MINUTE_MS);
  await second.goOnline();
  paris.isKnownToHold(stage, fob);
  await paris.people.pickUp(MASTER.code);
  await paris.people.giveBack(fob);
}

async function remoteDropOff({ act, paris, tokyo }: Both): Promise<void> {
  const { stage, step } = act;
  const { cloud } = stage;
  const { rig, person, judge } = tokyo.box;
  step(
    "somebody without a code is let in from afar: an empty bin is armed, opened by the button, and a key is hung into it",
  );
  const bin = rig.bins.state.contents.indexOf(null);
  const label = rig.bins.label(bin);
  const fob = await paris.send(MASTER.code);
  await paris.box.untilInSync(5 * MINUTE_MS);
  cloud.oneTouchUnlock(tokyo.name, label);
  judge.armed(bin);
  await stage.world.until(() => rig.button.lamp === "flash", MINUTE_MS, "an armed bin");
  await person.pressButton();
  await stage.world.until(() => rig.bins.isOpen(bin), MINUTE_MS, "the open door");
  await person.putKey(bin, fob);
  await person.closeDoor(bin);
  await tokyo.people.idle();
  await tokyo.box.untilInSync(5 * MINUTE_MS);
  const { belief } = cloud.ingest.log.inventory.content(tokyo.name, bin);
  expectThat(belief === "doubt", `doubt about ${label}, in which anything may hang (${belief})`);
  step("they say on the telephone what they hung there; it is entered, and the box gives it out");
  const key = cloud.store.organisation.keys.find(({ name }) => name === MASTER.name)!;
  cloud.admin.fillBin(tokyo.name, label, key.id);
  judge.saidToHold(bin, fob);
  paris.box.judge.saidElsewhere(fob);
  await tokyo.box.untilInSync(5 * MINUTE_MS);
  tokyo.isKnownToHold(stage, fob);
  await tokyo.send(MASTER.code);
  await paris.receive(fob);
}

async function corrected({ act, paris }: Both): Promise<void> {
  const { stage, step } = act;
  const { cloud } = stage;
  step("Paris is offline, and a key is taken; somebody enters that it hangs where it hung when they looked");
  await paris.goOffline();
  const bin = paris.box.rig.bins.state.contents.indexOf(RIVOLI.fob);
  const label = paris.box.rig.bins.label(bin);
  await paris.people.pickUp(RIVOLI.code);
  await stage.world.advance(MINUTE_MS);
  const key = cloud.store.organisation.keys.find(({ name }) => name === RIVOLI.name)!;
  cloud.admin.fillBin(paris.name, label, key.id);
  step("the box tells: the key is out, and known to be");
  await paris.goOnline();
  const { belief } = cloud.ingest.log.inventory.content(paris.name, bin);
  const { holder } = cloud.ingest.log.inventory.whereabouts(`key:${key.id}`) ?? {};
  expectThat(belief === "taken" && holder === "Amélie Girard", `the key taken by Amélie Girard (${belief}, ${holder})`);
  await paris.people.giveBack(RIVOLI.fob);
  await paris.box.untilInSync(5 * MINUTE_MS);
}

async function stockTake({ act, paris, tokyo }: Both): Promise<void> {
  const { stage, step } = act;
  const { rig, person } = tokyo.box;
  step("a door in Tokyo is forced while the box is offline: nobody knows what hangs there, until somebody looks");
  const holder = new PackHolder(tokyo.box);
  await tokyo.goOffline();
  const bin = rig.bins.state.contents.indexOf(SAKURA.fob);
  rig.latches.force(bin);
  await stage.world.advance(2_000);
  rig.bins.close(bin);
  await tokyo.people.idle();
  await tokyo.goOnline();
  const { inventory } = stage.cloud.ingest.log;
  expectThat(inventory.isDoubtful(tokyo.name, bin), "doubt about the bin that was forced");
  await holder.answer("all", await holder.askCheck());
  await person.see("check-bin");
  await tokyo.people.tellBins();
  await tokyo.box.untilInSync(5 * MINUTE_MS);
  tokyo.isKnownToHold(stage, SAKURA.fob);
  paris.isKnownToHold(stage, MASTER.fob);
}
