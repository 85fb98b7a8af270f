import { afterEach, expect, test, vi } from "vitest";
import { Kind } from "../../firmware/records/records.js";
import { BoxRig, VAN } from "../support/box-rig.js";

vi.setConfig({ testTimeout: 60_000 });
const MINUTE_MS = 60_000;
const HOURS = 3;
/** SPEC.md section 4: four tries, the next after 2, 4, 8, 16 and 32 minutes, then one an hour. */
const TRIES = 4 + 5 + Math.floor((HOURS * 60 - 62) / 60);

let rig: BoxRig;
afterEach(() => rig.check());

async function start(chargePercent: number): Promise<void> {
  rig = await BoxRig.started({ machine: { chargePercent, rtc: { set: false } }, journalSectors: 16 });
  expect(rig.machine.rtc.seconds, "no clock").toBeUndefined();
}

/** At the box, whatever it does: dark, it is woken. False: it does not come up. */
async function atTheBox(): Promise<boolean> {
  const { machine, world } = rig;
  if (machine.state === "asleep") machine.button.press();
  return await world.driver.until(() => rig.screen === "idle", 2 * MINUTE_MS);
}

/** Types as soon as the panel lets somebody, for HOURS; between two tries `meanwhile`. Answers how many were looked at. */
async function guess(meanwhile: () => Promise<void>): Promise<number> {
  const { world } = rig;
  const end = world.nowMs + HOURS * 60 * MINUTE_MS;
  while (world.nowMs < end) {
    if (await atTheBox()) {
      await rig.person.type("987654");
      await world.advance(1_000);
      if (rig.screen === "refused") await rig.person.cancel();
    }
    await meanwhile();
  }
  return rig.of(Kind.codeFailure).length;
}

const PATHS: readonly (readonly [string, number, () => Promise<void>])[] = [
  [
    "it sleeps on battery",
    100,
    async () => {
      rig.machine.setMains(false);
      await rig.world.advance(4 * MINUTE_MS);
    },
  ],
  [
    "it hibernates, at less than 80 %",
    60,
    async () => {
      rig.machine.setMains(false);
      await rig.world.advance(4 * MINUTE_MS);
    },
  ],
  [
    "its cell is emptied and mains comes back",
    100,
    async () => {
      rig.machine.setMains(false);
      rig.machine.setBattery(false);
      await rig.world.advance(MINUTE_MS);
      rig.machine.setBattery(true);
      rig.machine.setMains(true);
    },
  ],
  [
    "somebody pulls every plug",
    100,
    async () => {
      rig.machine.powerCut({ backAfterMs: 500 });
      await rig.world.advance(30_000);
    },
  ],
];

test.each(PATHS)("without a clock, and %s: no more tries than published", async (_, charge, meanwhile) => {
  await start(charge);
  const tries = await guess(meanwhile);
  expect(tries).toBeGreaterThanOrEqual(4);
  expect(tries).toBeLessThanOrEqual(TRIES);
});

test.each([
  ["sleeps on battery", 100],
  ["hibernates", 60],
])("without a clock, a box that %s stays awake for the wait, and who has a code gets the key", async (_, charge) => {
  await start(charge);
  rig.machine.setMains(false);
  for (let i = 0; i < 6; i++) {
    await rig.idle();
    await rig.person.type("987654");
    await rig.person.see("refused");
    const { seconds, minutes } = rig.refusalParams ?? {};
    await rig.person.cancel();
    await rig.world.advance(1_000 * Number(seconds ?? 0) + MINUTE_MS * Number(minutes ?? 0));
  }
  expect(rig.of(Kind.codeFailure)).toHaveLength(6);
  expect(rig.machine.boots, "it has not slept").toBe(1);
  await rig.idle();
  expect(await rig.pickUp(VAN.code)).toBe(VAN.fob);
  await rig.world.until(() => rig.machine.state === "asleep", 10 * MINUTE_MS, "sleep, when nobody waits");
});
