import type { Act } from "./scenario.js";

const MINUTE_MS = 60_000;

/** How each story of power begins: the box comes up on mains, online, and agrees with the cloud. */
export async function ordinaryDay({ stage, step }: Act): Promise<void> {
  step("an ordinary day");
  stage.rig.power.connect();
  await stage.untilInSync(5 * MINUTE_MS);
}

/** From the loss of mains, or the last use, until the box is asleep and dark. Answers how long that took, s. */
export async function untilDark({ stage }: Act, limitMs = 10 * MINUTE_MS): Promise<number> {
  const { rig, world } = stage;
  const from = world.nowMs;
  await world.until(() => rig.console.state === "asleep", limitMs, "sleep");
  if (rig.panel.backlightPercent !== 0) throw new Error("asleep with a lit screen");
  return (world.nowMs - from) / 1_000;
}

/** Somebody presses the button of a sleeping box. Answers how long it took to a usable keypad, ms. */
export async function wakeUp({ stage }: Act): Promise<number> {
  const { rig, world } = stage;
  const from = world.nowMs;
  rig.button.press();
  await world.until(() => rig.panel.view?.screen === "idle", MINUTE_MS, "a usable keypad");
  if (rig.panel.backlightPercent === 0) throw new Error("awake with a dark screen");
  return world.nowMs - from;
}

/** One exchange: somebody wakes the box, takes or brings a key, and leaves; the box goes back to sleep. */
export async function visit(act: Act): Promise<void> {
  await wakeUp(act);
  await act.people.comeAndGo(1);
  await untilDark(act);
}

/** Whether the status strip tells of `notice`. */
export function tells({ stage }: Act, notice: string): boolean {
  return stage.rig.panel.view?.notices.some((text) => text.id.startsWith(notice)) ?? false;
}

/** Mains takes the building's router with it: what is left is the cellular modem. */
export function cutMains({ stage }: Act): void {
  stage.rig.links.ethernet?.setAvailable(false);
  stage.rig.power.setMains(false);
}

export function restoreMains({ stage }: Act): void {
  stage.rig.power.setMains(true);
  stage.rig.links.ethernet?.setAvailable(true);
}
