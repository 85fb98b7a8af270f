import { expectThat } from "./emergency.js";
import { ordinaryDay, tells } from "./on-battery.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
/** What the panel is held to: that nobody stands for longer before a box that does not say that it is offline. */
const NOTICED_MS = MINUTE_MS;
/** Moments between two pings at which the connection dies, ms: so many that one comes right after an answer. */
const PHASES_MS: readonly number[] = Array.from({ length: 11 }, (_, i) => 4_000 * i);
const HOTSPOT = { ssid: "Amelie iPhone", passphrase: "marais-2026" };
const GUESTS = { ssid: "Hotel guests", passphrase: "" };

export const failover: Scenario = {
  name: "failover",
  summary:
    "Ethernet, cellular and a phone's hotspot fail and come back: each is gone over to, and offline is told in a minute",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  async play(act) {
    const { stage, people, step } = act;
    const { ethernet, cellular } = stage.rig.links;
    await ordinaryDay(act);
    await isOver(act, "ethernet", MINUTE_MS);
    step("the cable is pulled: cellular takes over");
    ethernet!.setAvailable(false);
    await isOver(act, "cellular", MINUTE_MS);
    await people.comeAndGo(4);
    await stage.untilInSync(5 * MINUTE_MS);

    step("no signal either: the panel says so within a minute, and keys are exchanged all the same");
    cellular!.setAvailable(false);
    await noticed(act);
    await people.comeAndGo(4);
    step("a guest network wants somebody to sign in: the box says so, and stays offline");
    await throughGuests(act);
    step("somebody's phone helps");
    await join(act, HOTSPOT);
    await isOver(act, "wifi", 3 * MINUTE_MS);
    await stage.untilInSync(5 * MINUTE_MS);

    step("the cable is back, and there is nothing behind it: the hotspot is not left");
    ethernet!.access.setMode("blackHole");
    ethernet!.setAvailable(true);
    await stays(act, "wifi", 40 * MINUTE_MS);
    step("the internet is back behind it: the box goes back to it, and the hotspot leaves with its phone");
    ethernet!.access.setMode("ok");
    await isOver(act, "ethernet", 70 * MINUTE_MS);
    stage.rig.links.wifi!.vanish(HOTSPOT.ssid);
    await stays(act, "ethernet", 5 * MINUTE_MS);

    step("connections die without a word, at any moment between two pings");
    for (const phaseMs of PHASES_MS) await halfOpen(act, phaseMs);
    await people.comeAndGo(4);
    await stage.untilInSync(30 * MINUTE_MS);
  },
};

function linkOf({ stage }: Act): string | undefined {
  return tells({ stage } as Act, "notice-offline")
    ? undefined
    : stage.cloud.store.boxState(stage.rig.name).status?.link;
}

/** The box is online over `link` in time, as panel and cloud say. */
async function isOver(act: Act, link: string, limitMs: number): Promise<void> {
  await act.stage.world.until(() => linkOf(act) === link, limitMs, `the box online over ${link}`);
}

async function stays(act: Act, link: string, forMs: number): Promise<void> {
  const { world } = act.stage;
  for (let passedMs = 0; passedMs < forMs; passedMs += 10_000) {
    await world.advance(10_000);
    expectThat(
      linkOf(act) === link,
      `the box online over ${link} after ${passedMs / 1_000} s (${linkOf(act) ?? "offline"})`,
    );
  }
}

async function noticed(act: Act): Promise<void> {
  await act.stage.world.until(() => tells(act, "notice-offline"), NOTICED_MS, "the offline notice within a minute");
}

async function halfOpen(act: Act, phaseMs: number): Promise<void> {
  const { rig, world } = act.stage;
  // Between two hellos, of which one would tell sooner.
  await world.advance(11.5 * MINUTE_MS + phaseMs);
  rig.links.setInternet("blackHole");
  await noticed(act);
  rig.links.setInternet("ok");
  await isOver(act, "ethernet", 10 * MINUTE_MS);
}

async function throughGuests(act: Act): Promise<void> {
  const { stage, people } = act;
  const { rig, person } = stage;
  rig.links.wifi!.appear(GUESTS).setMode("signIn");
  await join(act, GUESTS);
  await stage.world.advance(30_000);
  expectThat(tells(act, "notice-offline"), "a box that says it is offline");
  await people.idle();
  await person.choose("status");
  const said = JSON.stringify(rig.panel.view?.lines ?? []);
  expectThat(said.includes("offline-sign-in"), `that this network wants a sign-in, on the status screen (${said})`);
  await people.idle();
  rig.links.wifi!.vanish(GUESTS.ssid);
}

/** At the panel. */
async function join(
  { stage, people }: Act,
  network: { readonly ssid: string; readonly passphrase: string },
): Promise<void> {
  const { rig, person } = stage;
  if (network !== GUESTS) rig.links.wifi!.appear(network);
  await people.idle();
  await person.choose("hotspot");
  await person.see("hotspot-choose", 30_000);
  const found = rig.panel.view!.choices.find((choice) => choice.label.params?.name === network.ssid);
  await person.choose(found!.id);
  if (network.passphrase !== "") await person.typeText(network.passphrase);
  await person.see("hotspot-result", 30_000);
  await person.choose("done");
  await people.idle();
}
