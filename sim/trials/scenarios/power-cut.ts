import { expectThat } from "./emergency.js";
import { cutMains, ordinaryDay, restoreMains, tells, untilDark, wakeUp } from "./on-battery.js";
import { type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const CODE = "135790";

export const powerCut: Scenario = {
  name: "power-cut",
  summary:
    "the mains is out for a day: dark after two minutes, awake and online at the button, awake when mains return",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "button"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, world } = stage;
    await ordinaryDay(act);
    step("the mains is lost: two minutes later the screen is dark");
    cutMains(act);
    const seconds = await untilDark(act);
    expectThat(seconds >= 120 && seconds <= 121, `asleep after 120 s (${seconds})`);
    await world.advance(8 * 60 * MINUTE_MS);

    step("the button: a keypad at once, the cloud a little later");
    const from = world.nowMs;
    expectThat((await wakeUp(act)) < 1_000, "a usable keypad within a second");
    expectThat(tells(act, "notice-on-battery"), "a box that says it is on battery");
    await world.until(() => !tells(act, "notice-offline"), MINUTE_MS, "the cloud");
    expectThat(world.nowMs - from < 30_000, `online within 30 s (${world.nowMs - from} ms)`);
    expectThat(!rig.links.ethernet!.powered && !rig.links.wifi!.powered, "one radio in use, the others at rest");
    await people.pickUp(CODE);
    await untilDark(act);
    const { exchanges } = stage.cloud.store.data;
    expectThat(exchanges.at(-1)?.offline === false, "an exchange that was online");

    step("a day later the box has checked in by itself, in the dark, and the key comes back");
    const { boots } = rig.console;
    const told = stage.cloudHas;
    await world.advance(24 * 60 * MINUTE_MS + MINUTE_MS);
    expectThat(rig.console.boots === boots + 1, `one check-in (${rig.console.boots - boots})`);
    expectThat(rig.console.state === "asleep", "a box that sleeps again");
    expectThat(stage.cloudHas > told, "a cloud that was told what had waited");
    await wakeUp(act);
    await people.giveBack(people.carried[0]!);

    step("somebody leaves a door open and goes: the box sleeps all the same");
    await stage.person.type(CODE);
    await stage.person.see("bin-open");
    const bin = rig.bins.byLabel(String(rig.panel.view?.title.params?.bin));
    people.carried.push(await stage.person.takeKey(bin));
    people.count++;
    const open = await untilDark(act);
    expectThat(open > 240 && open < 310, `asleep after two minutes and three of patience (${open} s)`);
    rig.bins.close(bin);

    step("mains return: awake, and everything syncs");
    restoreMains(act);
    await people.idle();
    await people.giveBack(people.carried[0]!);
    await stage.untilInSync(10 * MINUTE_MS);
    expectThat(!tells(act, "notice-on-battery"), "a box on mains");
  },
};
