import { expectThat } from "./emergency.js";
import { untilDark } from "./on-battery.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";
import { Updating } from "./updating.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const OLD = 7;
/** The releases of stories are good for 90 days. */
const AWAY_MS = 120 * DAY_MS;

export const updateTrouble: Scenario = {
  name: "update-trouble",
  summary:
    "updates in bad times: the cloud gone for days, the mains lost in a trial, people at the panel, a box that was off for months",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "cell", "button"],
  takesUpdates: true,
  async play(act) {
    const { stage, step, people, options } = act;
    const updating = new Updating(stage);
    step("the box comes up with the release of the factory");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    await cloudGone(act, updating, 8);
    await mainsLost(act, updating, 9);
    await onBattery(act, updating, 10);
    await offForMonths(act, updating, 11);
    step("a newer release is taken after all of that");
    await updating.workshop.publish(12);
    updating.want(12);
    await updating.until("confirmed", 12);
    await people.comeAndGo(Math.ceil(options.exchanges / 2));
    await stage.untilInSync(15 * MINUTE_MS);
  },
};

/** The trial begins, and nothing answers for three days. */
async function cloudGone(act: Act, updating: Updating, release: number): Promise<void> {
  const { stage, step, people } = act;
  step(`release ${release}: as its trial begins, the cloud is gone, for three days`);
  await untilTrial(act, updating, release);
  stage.rig.links.setInternet("blackHole");
  await people.comeAndGo(2);
  await stage.world.advance(3 * DAY_MS);
  await onStatus(act, release, "no-session");
  stage.rig.links.setInternet("ok");
  await wentBack(act, updating, release, "no-session");
}

/** The trial begins, and the mains goes: each waking is a try. */
async function mainsLost(act: Act, updating: Updating, release: number): Promise<void> {
  const { stage, step } = act;
  const { rig, world } = stage;
  step(`release ${release}: as its trial begins, mains and internet go, and somebody wakes the box now and then`);
  await untilTrial(act, updating, release);
  rig.links.setInternet("blackHole");
  rig.power.setMains(false);
  for (let waking = 0; waking < 3; waking++) {
    await untilDark(act, HOUR_MS);
    rig.button.press();
    await world.until(() => rig.panel.view?.screen === "idle", MINUTE_MS, "a usable keypad");
  }
  await onStatus(act, release, "not-confirmed");
  rig.power.setMains(true);
  rig.links.setInternet("ok");
  await wentBack(act, updating, release, "not-confirmed");
}

/** On a cell that is not full nothing is fetched; people before firmware. */
async function onBattery(act: Act, updating: Updating, release: number): Promise<void> {
  const { stage, step, people } = act;
  step(`release ${release}: on a cell at 60 percent nothing begins, nor while people come`);
  stage.rig.cell.setChargePercent(60);
  stage.rig.power.setMains(false);
  await updating.workshop.publish(release);
  updating.want(release);
  await people.comeAndGo(2);
  await stage.world.advance(6 * HOUR_MS);
  const said = updating.told().filter(({ detail }) => detail.release === release);
  expectThat(said.length === 0, `nothing told of release ${release} (${said.map(({ detail }) => detail.event)})`);
  stage.rig.power.setMains(true);
  stage.rig.cell.setChargePercent(100);
  await updating.until("confirmed", release);
}

/** It begins to fetch, is off for months, and comes back when the release has expired: the cloud does not offer it any more. */
async function offForMonths(act: Act, updating: Updating, release: number): Promise<void> {
  const { stage, step } = act;
  const { rig, world, cloud } = stage;
  step(`release ${release}: it is being fetched, and the box is off for ${AWAY_MS / DAY_MS} days`);
  await updating.workshop.publish(release);
  updating.want(release);
  await updating.until("begun", release);
  rig.power.cut();
  await world.advance(AWAY_MS);
  rig.power.restore();
  await stage.untilInSync(HOUR_MS);
  await world.advance(HOUR_MS);
  const { image } = cloud.store.boxState(rig.name);
  const { why } = cloud.releases.heldBack(rig.name, image);
  expectThat(why === "expired", `the cloud to say why it does not offer it (${why})`);
  expectThat(updating.runs === release - 1, `release ${release - 1} (${updating.runs})`);
}

async function untilTrial({ stage }: Act, updating: Updating, release: number): Promise<void> {
  await updating.workshop.publish(release);
  updating.want(release);
  await updating.until("downloaded", release);
  const { boots } = stage.rig.console;
  await stage.world.until(() => stage.rig.console.boots > boots, 6 * HOUR_MS, "the restart into the trial");
}

async function wentBack({ stage }: Act, updating: Updating, release: number, reason: string): Promise<void> {
  const { detail } = await updating.until("returned", release);
  expectThat(detail.reason === reason, `"${reason}" (${detail.reason})`);
  await stage.untilInSync(30 * MINUTE_MS);
  expectThat(updating.runs === OLD, `release ${OLD} again (${updating.runs})`);
}

/** Somebody looks at the device status: it says that the release was given up, and why. */
async function onStatus({ stage, people }: Act, release: number, reason: string): Promise<void> {
  const { rig, person } = stage;
  await people.idle();
  await person.choose("status");
  const lines = rig.panel.view!.lines.map(({ id, params }) => `${id} ${params?.release} ${params?.reason}`);
  const wanted = `update-returned ${release} ${reason}`;
  expectThat(lines.includes(wanted), `${wanted} on the device status (${lines.join(", ")})`);
  await person.choose("done");
  await people.idle();
}
