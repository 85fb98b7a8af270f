import { afterEach, expect, it } from "vitest";
import { People } from "../../../sim/trials/scenarios/people.js";
import { Stage } from "../../../sim/trials/stage/stage.js";

const MINUTE_MS = 60_000;
const RIVOLI = { code: "135790", fob: "012ABC", newFob: "800NEW" } as const;

let stage: Stage;
afterEach(() => stage.close());

/** A key is taken, gets another fob, and comes back with that; the judge hears of it or not. */
async function replaced(isTold: boolean): Promise<{ readonly lost: number; readonly problems: readonly string[] }> {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  const people = new People(stage);
  stage.machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  await people.pickUp(RIVOLI.code);
  const { id } = stage.cloud.store.organisation.keys.find(({ fob }) => fob === RIVOLI.fob)!;
  stage.cloud.admin.changeKey(id, { fob: RIVOLI.newFob });
  if (isTold) stage.judge.fobReplaced(id, RIVOLI.fob);
  people.carried[0] = RIVOLI.newFob;
  await stage.untilInSync(5 * MINUTE_MS);
  await people.giveBack(RIVOLI.newFob);
  expect(await people.pickUp(RIVOLI.code)).toBe(RIVOLI.newFob);
  await stage.untilInSync(5 * MINUTE_MS);
  return stage.judge.verdict();
}

it("what was taken with a fob that was replaced since is in the logs", async () => {
  expect(await replaced(true)).toMatchObject({ lost: 0, unauthorised: 0, problems: [] });
});

it("what comes back with the fob that was replaced is the key's, for its holder's code and in the logs", async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  const people = new People(stage);
  stage.machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  await people.pickUp(RIVOLI.code);
  const { id } = stage.cloud.store.organisation.keys.find(({ fob }) => fob === RIVOLI.fob)!;
  stage.cloud.admin.changeKey(id, { fob: RIVOLI.newFob });
  stage.judge.fobReplaced(id, RIVOLI.fob);
  await stage.untilInSync(5 * MINUTE_MS);
  await people.giveBack(RIVOLI.fob);
  await stage.untilInSync(5 * MINUTE_MS);
  expect(await people.pickUp(RIVOLI.code)).toBe(RIVOLI.fob);
  await stage.untilInSync(5 * MINUTE_MS);
  expect(stage.judge.verdict()).toMatchObject({ exchanges: 3, lost: 0, unauthorised: 0, problems: [] });
});

it.each([
  ["the one that it has now", "801NEW"],
  ["the one before", "800NEW"],
  ["the first one", RIVOLI.fob],
])("replaced twice, %s is the key's for a right that was taken away just now", async (_, on) => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  const people = new People(stage);
  stage.machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
  await people.pickUp(RIVOLI.code);
  const { admin, store } = stage.cloud;
  const { id } = store.organisation.keys.find(({ fob }) => fob === RIVOLI.fob)!;
  const right = store.organisation.accesses.find(({ code }) => code === RIVOLI.code)!;
  for (const [old, fob] of [[RIVOLI.fob, "800NEW"] as const, ["800NEW", "801NEW"] as const]) {
    admin.changeKey(id, { fob });
    stage.judge.fobReplaced(id, old);
  }
  people.carried[0] = on;
  await stage.untilInSync(5 * MINUTE_MS);
  await people.giveBack(on);
  await stage.untilInSync(5 * MINUTE_MS);
  stage.rig.links.setInternet("blackHole");
  admin.removeAccess(right.id);
  stage.judge.revoked(right);
  expect(await people.pickUp(RIVOLI.code)).toBe(on);
  expect(stage.judge.verdict()).toMatchObject({ unauthorised: 0 });
});

it("a fob that the key never had is not: the judge looks at what really hung there", async () => {
  expect(await replaced(false)).toMatchObject({ lost: 1 });
});
