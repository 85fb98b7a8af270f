import type { StoryId } from "./ids.js";
import type { Teller } from "./teller.js";

type Story = (teller: Teller) => Promise<void>;

const PHONE = { ssid: "Amelie iPhone", passphrase: "marais-2026", hasInternet: true };

/** The stories of the printed outage plan (sim/cloud/pack/texts), played at the desk. Each begins and ends with an ordinary day. */
export const STORIES: Readonly<Record<StoryId, Story>> = {
  internet: async (teller) => {
    const { desk } = teller;
    await teller.ordinaryDay();
    const loan = teller.loan();
    await teller.say("story-internet-lost");
    desk.do({ act: "internet", state: "down" });
    await teller.skipUntil(() => teller.isOffline, "the offline notice");
    await teller.say("story-offline-noticed");
    await teller.say("story-code-typed", { code: loan.code, key: loan.key });
    await teller.pickUp(loan);
    await teller.say("story-offline-taken", { key: loan.key });
    await teller.giveBack(loan.fob);
    await teller.say("story-internet-back");
    desk.do({ act: "internet", state: "up" });
    await teller.inSync();
    await teller.say("story-log-complete");
  },

  power: async (teller) => {
    const { desk } = teller;
    const { machine } = desk;
    await teller.ordinaryDay();
    const loan = teller.loan();
    await teller.say("story-power-lost");
    desk.do({ act: "mains", on: false });
    await teller.look();
    await teller.say("story-power-two-minutes");
    await teller.skipUntil(() => machine.state === "asleep", "sleep");
    await asleepAndWoken(teller);
    await teller.say("story-code-typed", { code: loan.code, key: loan.key });
    await teller.pickUp(loan);
    await teller.giveBack(loan.fob);
    await teller.say("story-power-sleeps-again");
    await teller.skipUntil(() => machine.state === "asleep", "sleep");
    await teller.say("story-power-back");
    desk.do({ act: "mains", on: true });
    await teller.inSync();
    await teller.say("story-log-complete-battery");
  },

  blackout: async (teller) => {
    const { desk } = teller;
    const { machine } = desk;
    await teller.ordinaryDay();
    const loan = teller.loan();
    await teller.say("story-blackout");
    desk.do({ act: "internet", state: "down" });
    desk.do({ act: "mains", on: false });
    await teller.skipUntil(() => machine.state === "asleep", "sleep");
    await asleepAndWoken(teller);
    await teller.say("story-code-typed", { code: loan.code, key: loan.key });
    await teller.pickUp(loan);
    await teller.say("story-power-cut");
    desk.do({ act: "powercut", seconds: 5 });
    await teller.until(() => machine.state === "off", "the cut");
    await teller.look();
    await teller.until(() => teller.isIdle, "the box to start");
    await teller.say("story-remembers");
    await teller.giveBack(loan.fob);
    await teller.say("story-all-back");
    desk.do({ act: "internet", state: "up" });
    desk.do({ act: "mains", on: true });
    await teller.inSync();
    await teller.say("story-log-complete");
  },

  hotspot: async (teller) => {
    const { desk, machine, person } = reach(teller);
    await teller.ordinaryDay();
    await teller.say("story-internet-lost");
    desk.do({ act: "internet", state: "down" });
    await teller.skipUntil(() => teller.isOffline, "the offline notice");
    await teller.say("story-hotspot-on", { ssid: PHONE.ssid });
    desk.do({ act: "hotspot", hotspot: PHONE });
    await teller.until(() => teller.isIdle, "the first screen");
    await teller.choose("idle", "hotspot");
    await teller.until(() => networkOf(machine.panel.view?.choices ?? []) !== undefined, "the phone's network");
    await teller.look();
    await person.choose(networkOf(machine.panel.view!.choices)!);
    await teller.say("story-hotspot-password", { password: PHONE.passphrase });
    await person.typeText(PHONE.passphrase);
    await teller.until(() => machine.panel.view?.screen === "hotspot-result", "the phone's hotspot");
    await teller.skipUntil(() => !teller.isOffline, "the cloud over the phone");
    await teller.say("story-hotspot-online");
    desk.do({ act: "hotspot", hotspot: null });
    desk.do({ act: "internet", state: "up" });
    if (machine.panel.view?.choices.some(({ id }) => id === "done")) await person.choose("done");
    await teller.inSync();
    await teller.say("story-internet-is-back");
  },

  cloud: async (teller) => {
    const { desk, machine, person, cloud } = reach(teller);
    await teller.ordinaryDay();
    const loan = teller.loan();
    await teller.say("story-cloud-down");
    desk.do({ act: "cloud", on: false });
    await teller.skipUntil(() => teller.isOffline, "the offline notice");
    await teller.say("story-cloud-no-access", { key: loan.key, bin: loan.label });
    await teller.until(() => teller.isIdle, "the first screen");
    await teller.choose("idle", "emergency");
    await teller.choose("emergency", "one-bin");
    const [unit = "", number = ""] = loan.label.split("-");
    if (machine.panel.view?.screen === "emergency-unit") await teller.choose("emergency-unit", unit);
    await teller.until(() => machine.panel.view?.screen === "emergency-bin", "the bins");
    await person.type(number);
    await teller.until(() => machine.panel.view?.screen === "emergency-code", "the code that is asked for");
    const code = printed(teller, `bin:${loan.label}`);
    await teller.say("story-printed-code", {
      number: code.number,
      sheet: cloud.sheets.sheet(machine.name).sheet,
      code: code.code,
    });
    await person.type(code.code);
    await teller.until(() => machine.bins.isOpen(loan.bin), "the bin to open");
    await teller.look();
    const fob = desk.do({ act: "take", bin: loan.bin });
    await teller.look();
    await person.closeDoor(loan.bin);
    await teller.choose("emergency-result", "done");
    await teller.say("story-cloud-back");
    desk.do({ act: "cloud", on: true });
    await teller.inSync();
    await teller.giveBack(fob);
    await teller.inSync();
    await teller.say("story-log-emergency");
  },

  "all-bins": async (teller) => {
    const { desk, machine, person } = reach(teller);
    await teller.ordinaryDay();
    await teller.say("story-blackout");
    desk.do({ act: "internet", state: "down" });
    desk.do({ act: "mains", on: false });
    await teller.skipUntil(() => machine.state === "asleep", "sleep");
    await asleepAndWoken(teller);
    await teller.choose("idle", "emergency");
    await teller.choose("emergency", "all-bins");
    await teller.until(() => machine.panel.view?.screen === "emergency-code", "the code that is asked for");
    const code = printed(teller, "all");
    await teller.say("story-all-code", { number: code.number, code: code.code });
    await person.type(code.code);
    await teller.until(() => machine.panel.view?.screen === "emergency-result", "the end of it", 10 * 60_000);
    await teller.say("story-all-open");
    for (let bin = 0; bin < machine.bins.count; bin++) desk.do({ act: "close", bin });
    await teller.look();
    await teller.choose("emergency-result", "done");
    await teller.say("story-all-report");
    desk.do({ act: "internet", state: "up" });
    desk.do({ act: "mains", on: true });
    await teller.inSync();
    await teller.say("story-all-doubt");
    lookIntoBins(teller);
    await teller.inSync();
    await teller.say("story-all-checked");
  },
};

function reach({ desk }: Teller) {
  const { machine, person, cloud } = desk;
  return { desk, machine, person, cloud };
}

/** A manager says in the cloud what really hangs in each bin. */
function lookIntoBins({ desk }: Teller): void {
  const { machine, cloud, box } = desk;
  const { keys } = cloud.store.organisation;
  for (const [bin, { label }] of box.bins.entries()) {
    const fob = machine.bins.content(bin);
    const key = keys.find((one) => one.fob !== undefined && one.fob === fob);
    if (key !== undefined) desk.do({ act: "holds", bin: label, key: key.id, sure: true });
    else if (fob === undefined) desk.do({ act: "empty", bin: label, sure: true });
  }
}

async function asleepAndWoken(teller: Teller): Promise<void> {
  await teller.say("story-asleep");
  teller.desk.do({ act: "reset" });
  await teller.until(() => teller.isIdle, "the screen to light up");
  await teller.say("story-woken");
}

/** The phone's entry in the list on the screen. */
function networkOf(
  choices: readonly { readonly id: string; readonly label: { readonly params?: object } }[],
): string | undefined {
  return choices.find(({ label }) => JSON.stringify(label.params ?? {}).includes(PHONE.ssid))?.id;
}

/** The code that the box asks for: of the sheet in force, the first that is good. */
function printed({ desk }: Teller, target: string): { readonly number: string; readonly code: string } {
  const { targets } = desk.cloud.sheets.sheet(desk.machine.name);
  const good = targets.find((one) => one.target === target)!.codes.find(({ state }) => state === "good")!;
  return { number: String(good.number).padStart(2, "0"), code: good.code };
}
