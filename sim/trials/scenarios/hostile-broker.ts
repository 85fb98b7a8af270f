import { HostileBroker } from "../../broker/virtual/hostile.js";
import { worldTimers } from "../../world/clock/world-timers.js";
import { expectThat } from "./emergency.js";
import { type Act, BROKER_TURNS, type Scenario } from "./scenario.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const RIVOLI = { code: "135790", fob: "012ABC" };
/** Its bin is armed by the cloud, again and again, and must open for nobody who comes late. */
const ARMED = "B-3";

export const hostileBroker: Scenario = {
  name: "hostile-broker",
  summary:
    "the broker drips, holds back, replays and floods: no old command opens, no clock goes wrong, people are served",
  onlyWith: BROKER_TURNS,
  needs: ["links", "button", "clock"],
  async play(act) {
    const { stage, people, step } = act;
    const broker = turn(act);
    step("an honest broker at first");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    await people.pickUp(RIVOLI.code);
    await drips(act, broker);
    await holdsShortly(act, broker);
    await replaysHellos(act, broker);
    await floods(act, broker);
    await withholdsWelcomes(act, broker);
    step("an honest broker again: everything is told by itself");
    broker.reform();
    await stage.untilInSync(15 * MINUTE_MS);
    await people.giveBack(RIVOLI.fob);
    await stage.untilInSync(5 * MINUTE_MS);
    expectThat(stage.cloud.alerts.of(stage.rig.name).length === 0, "no alert in the end");
  },
};

/** The stage's broker, from now on in other hands. */
export function turn({ stage }: Act): HostileBroker {
  const { virtual } = stage.broker;
  if (virtual === undefined) throw new Error("a real broker cannot be turned: use --broker virtual");
  return new HostileBroker(virtual, worldTimers(stage.world.scheduler), stage.world.random("hostile broker"));
}

async function drips({ stage, people, step }: Act, broker: HostileBroker): Promise<void> {
  const { rig, world, cloud, judge, person } = stage;
  step("it drips: one acknowledgement every 76 s, so that something is always outstanding");
  let hellos = 0;
  broker.drip("down/ack", 76 * SECOND_MS);
  broker.onPassed = (lane) => {
    if (lane === "up/hello") hellos++;
  };
  await people.comeAndGo(30);
  await world.advance(15 * MINUTE_MS);
  expectThat(hellos >= 3, `a hello every five minutes (${hellos})`);
  broker.onPassed = undefined;

  step("it keeps the next hellos and a one-touch unlock, and hands it on two hours later");
  broker.drop("up/hello");
  broker.hold("down/command");
  const bin = rig.bins.byLabel(ARMED);
  cloud.oneTouchUnlock(rig.name, ARMED);
  judge.armed(bin);
  await world.until(() => saysOffline(stage), 7 * MINUTE_MS, "the offline notice");
  await world.advance(120 * MINUTE_MS);
  const held = broker.release("down/command");
  expectThat(held > 0, "a command that was held back");
  await world.advance(10 * SECOND_MS);
  expectThat(rig.button.lamp !== "flash", "a bin that is not armed");
  await person.pressButton();
  await world.advance(90 * SECOND_MS);
  expectThat(Math.abs(rig.clock.errorSeconds ?? 0) < 5, `a clock that is right (${rig.clock.errorSeconds} s)`);
  broker.reform();
  await stage.untilInSync(15 * MINUTE_MS);
}

/** `heldSeconds` and whether the bin may still be armed then. */
const HELD = [
  [40, true],
  [75, false],
  [200, false],
] as const;

async function holdsShortly(act: Act, broker: HostileBroker): Promise<void> {
  const { stage, step } = act;
  const { rig, world, cloud, judge, person } = stage;
  const bin = rig.bins.byLabel(ARMED);
  for (const [heldSeconds, mayArm] of HELD) {
    step(`it holds a one-touch unlock back for ${heldSeconds} s, on an open session`);
    broker.hold("down/command");
    cloud.oneTouchUnlock(rig.name, ARMED);
    judge.armed(bin);
    await world.advance(heldSeconds * SECOND_MS);
    broker.release("down/command", "reordered");
    await world.advance(SECOND_MS);
    expectThat((rig.button.lamp === "flash") === mayArm, mayArm ? "an armed bin" : "no armed bin");
    await person.pressButton();
    await world.advance(2 * SECOND_MS);
    if (mayArm) await takeFrom(act, bin);
    await world.advance(3 * MINUTE_MS);
  }
}

async function takeFrom({ stage: { person }, people }: Act, bin: number): Promise<void> {
  people.carried.push(await person.takeKey(bin));
  await person.closeDoor(bin);
  await people.idle();
}

async function replaysHellos({ stage, step }: Act, broker: HostileBroker): Promise<void> {
  const { rig, world } = stage;
  step("it replays old hellos after each welcome");
  broker.onPassed = (lane) => {
    if (lane === "down/welcome") broker.replay("up/hello", 7);
  };
  for (let i = 0; i < 3; i++) {
    rig.links.ethernet?.access.drop();
    await world.advance(MINUTE_MS);
    await stage.untilInSync(10 * MINUTE_MS);
  }
  broker.onPassed = undefined;
}

/** Bytes of the largest body, and how often it comes: a box that tried to open each would do nothing else. */
const FLOOD_BYTES = 4_000;
const FLOOD_MS = 40;

async function floods(act: Act, broker: HostileBroker): Promise<void> {
  const { stage, people, step } = act;
  const { world, rig } = stage;
  step("it floods the box with garbage of another session: records and permissions go on");
  await flooding(
    act,
    () => broker.forge("down/snapshot", "down/welcome", FLOOD_BYTES, "another session"),
    async () => {
      await people.comeAndGo(4);
      await stage.untilInSync(MINUTE_MS);
      stage.cloud.oneTouchUnlock(rig.name, ARMED);
      stage.judge.armed(rig.bins.byLabel(ARMED));
      await world.until(() => rig.button.lamp === "flash", 5 * SECOND_MS, "an armed bin");
      await world.until(() => rig.button.lamp !== "flash", 2 * MINUTE_MS, "the end of its minute");
      // Its screen ends as well, before the next person types.
      await world.advance(SECOND_MS);
    },
  );
  step("it floods the box with garbage that looks like the session's own, and people come");
  const forge = (): void => {
    broker.forge("down/snapshot", "down/welcome", FLOOD_BYTES);
    broker.forge("down/ack", "down/welcome");
    broker.forge("down/command", "down/welcome", 300);
  };
  await flooding(act, forge, async () => {
    await people.comeAndGo(4);
    await world.advance(5 * MINUTE_MS);
  });
  await stage.untilInSync(15 * MINUTE_MS);
  expectThat(rig.console.crashes.length === 0, "no crash");
}

/** While garbage comes all the time. It may cost the box a twentieth of its time. */
async function flooding({ stage: { world, rig } }: Act, forge: () => void, play: () => Promise<void>): Promise<void> {
  const timers = worldTimers(world.scheduler);
  const [beganMs, busyMs] = [world.nowMs, rig.console.load.busyMs];
  let isFlooding = true;
  const one = (): void => {
    if (!isFlooding) return;
    forge();
    timers.set(FLOOD_MS, one);
  };
  one();
  await play();
  isFlooding = false;
  const share = (rig.console.load.busyMs - busyMs) / (world.nowMs - beganMs);
  expectThat(share < 0.05, `a box that is not busy with garbage (${Math.round(100 * share)} % of its time)`);
}

async function withholdsWelcomes({ stage, people, step }: Act, broker: HostileBroker): Promise<void> {
  const { world, cloud, rig } = stage;
  step("it keeps the welcomes: box and cloud both say that they are apart");
  broker.drop("down/welcome");
  await world.until(() => saysOffline(stage), 7 * MINUTE_MS, "the offline notice");
  await people.comeAndGo(3);
  await world.advance(10 * MINUTE_MS);
  const isKnown = !cloud.store.boxState(rig.name).online || cloud.alerts.of(rig.name).length > 0;
  expectThat(isKnown, "a cloud that knows that the box is not there");
  await world.advance(45 * MINUTE_MS);
  expectThat(saysOffline(stage), "a panel that goes on saying so");
}

function saysOffline({ rig }: Act["stage"]): boolean {
  return rig.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false;
}
