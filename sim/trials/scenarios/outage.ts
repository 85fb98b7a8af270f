import { wrong } from "./emergency.js";
import type { Act, Scenario } from "./scenario.js";

const HOTSPOT = { ssid: "Amelie iPhone", passphrase: "marais-2026" };
const MINUTE_MS = 60_000;

/** Codes and fobs of the sample organisation (sim/samples). */
const RIVOLI = { code: "135790", fob: "012ABC" };
const CAFE = { keyCode: "7150", fob: "219BCP" };
const QUAI = { code: "161803", fob: "406BHB" };
const BADGE = "900AMG";
/** Ended half an hour before the story begins, 2026-11-02 at 9:00 in Paris; and one that begins the day after. */
const EXPIRED = { code: "577216", start: "2026-11-01T08:00", end: "2026-11-02T08:30" };
const TOO_EARLY = { code: "577217", start: "2026-11-03T08:00", end: "2026-11-04T08:30" };
const VAN = "506LZQ";
const STRANGER = "777XYZ";

export const outage: Scenario = {
  name: "outage",
  summary: "the whole story: no internet, no mains, a hotspot without signal, offline codes, a power cut, and back",
  needs: ["links", "button", "cuts"],
  async play(act) {
    await online(act);
    const lostAt = act.stage.world.wallSeconds();
    await internetLost(act);
    const noticedAt = act.stage.world.wallSeconds();
    await exchangesOffline(act);
    await mainsLost(act);
    await hotspotTried(act);
    await offlineCodes(act);
    await powerFails(act);
    const backAt = act.stage.world.wallSeconds();
    await backAgain(act);
    checkOfflineMarks(act, { lostAt, noticedAt, backAt });
  },
};

async function online({ stage, people, step }: Act): Promise<void> {
  const { accesses } = stage.cloud.store.organisation;
  const { user, key } = accesses.find((access) => access.code === RIVOLI.code)!;
  for (const { code, start, end } of [EXPIRED, TOO_EARLY]) {
    stage.cloud.admin.addAccess(user, key, { kind: "scheduled", start, end, zone: "local" }, code);
  }
  step("the box comes up, and syncs by itself");
  stage.rig.power.connect();
  await stage.untilInSync(5 * MINUTE_MS);
  step("exchanges online: booking code, key code, badge, quick scan");
  await people.pickUp(RIVOLI.code);
  await people.pickUp(CAFE.keyCode);
  await people.pickUpByBadge(BADGE, 0);
  people.carried.push(VAN);
  await people.giveBack(VAN);
  await people.giveBack(RIVOLI.fob);
  await people.isRefused(EXPIRED.code, "expired");
  await people.pickUp(RIVOLI.code);
  await stage.untilInSync(5 * MINUTE_MS);
}

async function internetLost({ stage, step }: Act): Promise<void> {
  const { rig, world } = stage;
  step("the internet is lost: the box says so and goes on");
  rig.links.setInternet("blackHole");
  await world.until(() => shows(stage, "notice-offline"), 5 * MINUTE_MS, "the offline notice");
}

async function exchangesOffline({ people, step, options }: Act): Promise<void> {
  await people.giveBack(RIVOLI.fob);
  await people.pickUp(QUAI.code);
  await people.giveBackByCode(CAFE.keyCode, CAFE.fob);
  people.carried.push(STRANGER);
  await people.giveBack(STRANGER);
  await people.isRefused(TOO_EARLY.code, "too-early");
  step(`${options.exchanges} more exchanges offline`);
  await people.comeAndGo(options.exchanges, (done) => {
    if (done % 20 === 0) step(`${done} of ${options.exchanges} exchanges`);
  });
}

async function mainsLost({ stage, step }: Act): Promise<void> {
  const { rig, world } = stage;
  step("the mains is lost: two minutes later the screen is dark");
  const lostAtMs = world.nowMs;
  rig.power.setMains(false);
  await world.until(() => rig.console.state === "asleep", 10 * MINUTE_MS, "sleep");
  const awakeMs = world.nowMs - lostAtMs;
  if (awakeMs < 2 * MINUTE_MS || awakeMs > 2 * MINUTE_MS + 10_000) throw new Error(`asleep after ${awakeMs} ms`);
  if (rig.panel.backlightPercent !== 0) throw new Error("asleep with a lit screen");
  await world.advance(8 * 60 * MINUTE_MS);
}

async function hotspotTried({ stage, people, step }: Act): Promise<void> {
  const { rig, world, person } = stage;
  step("the reset button wakes it; no signal, so a phone's hotspot is tried, which has none either");
  rig.button.press();
  await world.until(() => rig.panel.view?.screen === "idle", MINUTE_MS, "a usable keypad");
  const phone = rig.links.wifi!.appear(HOTSPOT);
  phone.setMode("noInternet");
  await person.choose("hotspot");
  await person.see("hotspot-choose", 30_000);
  const network = rig.panel.view!.choices.find((choice) => choice.label.params?.name === HOTSPOT.ssid);
  await person.choose(network!.id);
  await person.typeText(HOTSPOT.passphrase);
  await person.see("hotspot-result", 30_000);
  // It would wait a minute and a half for the cloud, which does not come.
  await person.choose("done");
  await people.idle();
  if (!shows(stage, "notice-offline")) throw new Error("the box thinks it is online");
}

async function offlineCodes(act: Act): Promise<void> {
  const { stage, people, step } = act;
  const { rig, person, world } = stage;
  step("an offline code opens one bin");
  const sheet = stage.cloud.sheets.sheet(rig.name);
  const code = (target: string, number: number) =>
    sheet.targets.find((one) => one.target === target)!.codes[number - 1]!.code;
  const bin = rig.bins.byLabel("B-1");
  await emergencyBin(act, "B", "1");
  await person.type(wrong(code("bin:B-1", 1)));
  await person.see("refused");
  await emergencyBin(act, "B", "1");
  await person.type(code("bin:B-1", 1));
  people.carried.push(await person.takeKey(bin));
  await person.closeDoor(bin);
  await people.idle();

  step("an offline code opens all bins, one after another");
  await person.choose("emergency");
  await person.choose("all-bins");
  await person.type(code("all", 1));
  await world.until(() => rig.panel.view?.screen === "emergency-result", 5 * MINUTE_MS, "the end of open-all");
  for (let i = 0; i < rig.bins.count; i++) {
    if (!rig.bins.isOpen(i)) throw new Error(`bin ${rig.bins.label(i)} is not open`);
    rig.bins.close(i);
  }
  // The keys hang there still: without a word of that, no bin would take a return for its tag alone.
  await person.choose("bin-by-bin");
  await people.tellBins();
}

async function emergencyBin({ stage }: Act, unit: string, number: string): Promise<void> {
  const { person } = stage;
  await person.choose(stage.rig.panel.view?.screen === "refused" ? "emergency-again" : "emergency");
  await person.choose("one-bin");
  await person.choose(unit);
  await person.type(number);
  await person.see("emergency-code");
}

async function powerFails({ stage, people, step }: Act): Promise<void> {
  const { rig, world, person } = stage;
  step("the power fails in the middle of an exchange, right after the lock has let go");
  rig.cuts.armPulseCut({ doorOpens: true, backAfterMs: 2 * MINUTE_MS });
  const carriedBefore = people.carried.length;
  await person.scan(people.carried[0]!);
  await world.until(() => rig.console.state === "off", MINUTE_MS, "the power cut");
  await world.advance(5_000);
  const bin = rig.bins.state.open.indexOf(true);
  rig.bins.put(bin, people.carried.shift()!);
  rig.bins.close(bin);
  if (people.carried.length !== carriedBefore - 1) throw new Error("the fob is still in a hand");
  await world.until(() => rig.console.state === "running", 5 * MINUTE_MS, "the box to come back");
  await people.idle();

  step("and again in the middle of writing to flash");
  const fob = people.carried[0] ?? (await people.pickUp(QUAI.code));
  rig.cuts.armFlashCut({ operation: 1, at: 9, backAfterMs: 30_000 });
  await person.scan(fob);
  await world.until(() => rig.power.cutCount === 2, MINUTE_MS, "the second power cut");
  await world.until(() => rig.console.state === "running", 5 * MINUTE_MS, "the box to come back");
  await people.idle();
  await people.giveBack(fob);
}

async function backAgain({ stage, people, step, options }: Act): Promise<void> {
  const { rig, world, broker } = stage;
  step("mains and internet return: everything syncs by itself");
  rig.links.wifi!.vanish(HOTSPOT.ssid);
  rig.power.setMains(true);
  const before = stage.cloudHas;
  rig.links.setInternet("ok");
  if (options.killBroker) {
    if (broker.crash === undefined || broker.restart === undefined) throw new Error("this broker cannot be killed");
    await world.until(() => stage.cloudHas > before, 30 * MINUTE_MS, "the replay to begin");
    step("the broker is killed in the middle of the replay");
    const { nextSeq } = stage.judge.boxMemory();
    if (stage.cloudHas >= nextSeq - 1)
      throw new Error("the replay was over before the broker was killed: give more --exchanges");
    await broker.crash();
    await world.advance(MINUTE_MS);
    await broker.restart();
  }
  await stage.untilInSync(30 * MINUTE_MS);
  step("online again: one more exchange");
  await people.comeAndGo(1);
  await stage.untilInSync(5 * MINUTE_MS);
}

/** The cloud's log carries the offline mark for what happened between the offline notice and the return of the internet. */
function checkOfflineMarks({ stage }: Act, times: { lostAt: number; noticedAt: number; backAt: number }): void {
  const { exchanges, emergencies } = stage.cloud.store.data;
  for (const { seq, time, offline } of [...exchanges, ...emergencies]) {
    if (time === undefined) throw new Error(`record ${seq} has no time`);
    const wasOffline = time >= times.noticedAt && time < times.backAt;
    const isSure = wasOffline || time < times.lostAt;
    if (isSure && offline !== wasOffline) throw new Error(`record ${seq} is ${offline ? "" : "not "}marked as offline`);
  }
}

function shows({ rig }: Act["stage"], notice: string): boolean {
  return rig.panel.view?.notices.some((text) => text.id.startsWith(notice)) ?? false;
}
