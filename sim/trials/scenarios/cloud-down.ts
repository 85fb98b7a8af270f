import { byFob } from "../../cloud/pack/pack.js";
import { expectThat, PackHolder, packOf } from "./emergency.js";
import { type Act, KILLS_BROKER, type Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
/** Booked while the cloud was dying: the box was never told. */
const WANTED = ["Quai des Brumes 4, apt 22", "Laundry Rue Oberkampf", "Résidence Les Tilleuls, hall B"] as const;
const KNOWN_CODE = "135790";
/** In somebody's bag, with no name on it. */
const NAMELESS = "506LZQ";
const HOTSPOT = { ssid: "Amelie iPhone", passphrase: "marais-2026" };

export const cloudDown: Scenario = {
  name: "cloud-down",
  summary: "the cloud is dead for a day: what the box knows works, and the pack finds the keys that it does not",
  onlyWith: KILLS_BROKER,
  needs: ["links"],
  async play(act) {
    const { stage, step } = act;
    const { crash, restart } = stage.broker;
    if (crash === undefined || restart === undefined) throw new Error("this broker cannot be killed: use another");
    step("an ordinary morning; the pack was printed last week");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    const holder = new PackHolder(stage);
    step("the cloud dies");
    await crash();
    await theDay(act, holder);
    step("the cloud is back: everything is told by itself");
    await restart();
    await stage.untilInSync(30 * MINUTE_MS);
    const used = packOf(stage)
      .sheet!.targets.filter((target) => target.codes[0]!.state === "used")
      .map((target) => target.target);
    const expected = WANTED.map((name) => `bin:${holder.binOf(name).bin}`);
    expectThat(used.sort().join() === expected.sort().join(), `the codes of ${expected.join()} used (${used.join()})`);
    step("and new bookings reach the box again");
    const access = newAccess(act);
    await stage.untilInSync(5 * MINUTE_MS);
    await act.people.pickUp(access);
    await stage.untilInSync(5 * MINUTE_MS);
  },
};

async function theDay({ stage, people, step }: Act, holder: PackHolder): Promise<void> {
  const { rig, world, person } = stage;
  const offline = () => rig.panel.view?.notices.some((notice) => notice.id.startsWith("notice-offline")) ?? false;
  await world.until(offline, 10 * MINUTE_MS, "the offline notice");
  step("a hotspot joins, and does not help: it is not the internet that is down");
  rig.links.wifi!.appear(HOTSPOT);
  await people.idle();
  await person.choose("hotspot");
  await person.see("hotspot-choose", 30_000);
  const found = rig.panel.view!.choices.find((choice) => choice.label.params?.name === HOTSPOT.ssid);
  await person.choose(found!.id);
  await person.typeText(HOTSPOT.passphrase);
  await person.see("hotspot-result", 30_000);
  // It would wait a minute and a half for the cloud, which does not come.
  await person.choose("done");
  await people.idle();
  expectThat(offline(), "a box that says it is offline");

  step("codes that the box knows work, and returns are taken");
  await people.pickUp(KNOWN_CODE);
  people.carried.push(NAMELESS);
  expectThat(
    byFob(holder.pack).find((key) => key.fob === NAMELESS)?.name === "Van PR-482-KD",
    "the nameless fob's key in the list by fob",
  );
  await people.giveBack(NAMELESS);
  for (const name of WANTED) {
    const { bin, fob } = holder.binOf(name);
    step(`${name}: the pack says fob ${fob}, bin ${bin}`);
    await people.idle();
    await holder.answer(`bin:${bin}`, await holder.askBin(bin));
    const index = rig.bins.byLabel(bin);
    const taken = await person.takeKey(index);
    expectThat(taken === fob, `fob ${fob} in the hand, not ${taken}`);
    people.carried.push(taken);
    await person.closeDoor(index);
    await people.idle();
    await world.advance(100 * MINUTE_MS);
  }
  step("one of them comes back the same evening");
  await people.giveBack(holder.binOf(WANTED[0]).fob);
  await world.advance(12 * 60 * MINUTE_MS);
}

/** For a key that hangs in the box. */
function newAccess({ stage }: Act): string {
  const { keys, users } = stage.cloud.store.organisation;
  const key = keys.find((one) => one.name === "Meter room west")!;
  return stage.cloud.admin.addAccess(users[0]!.id, key.id, { kind: "ongoing" }).code;
}
