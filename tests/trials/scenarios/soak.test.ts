import { expect, test, vi } from "vitest";
import { type Counts, neverCame, sumOf } from "../../../sim/trials/soak/coverage.js";
import { soak } from "../../../sim/trials/soak/soak.js";
import { holdToUse } from "../../../sim/trials/soak/use.js";

vi.setConfig({ testTimeout: 240_000 });

const all: Counts[] = [];

test.each([1, 2, 3, 4])("random use with random mishaps breaks no invariant, seed %i", async (seed) => {
  const result = await soak({ seed, exchanges: 300, progress: () => {} });
  all.push(result.coverage);
  const again = `npm run soak -- --seed ${seed} --exchanges 300`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
  expect(result.powerCuts).toBeGreaterThan(10);
  expect(result.virtualDays).toBeGreaterThan(2);
  expect(result.edges).toBeGreaterThan(2);
  expect(result.officeChanges).toBeGreaterThan(3);
});

test("together they come by every mishap, every change by the office, and nearly every screen", () => {
  const { mishap = {}, office = {}, people = {}, screen = {}, refusal = {} } = sumOf(all);
  const never = neverCame({ mishap, office, people });
  expect(never).toEqual([]);
  expect(neverCame({ screen })).toEqual(["screen/stopped"]);
  expect(refusal).toMatchObject({ dark: expect.any(Number), "refused-wrong-code": expect.any(Number) });
});

test.each([1, 2])("nor with parts that answer and do not work, and odd tags, seed %i", async (seed) => {
  const result = await soak({ seed, exchanges: 40, parts: "registers", progress: () => {} });
  const again = `npm run soak -- --seed ${seed} --exchanges 40 --parts registers`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
  expect(result.partFaults).toBeGreaterThan(3);
});

test.each([1, 2])("nor with a broker in other hands, seed %i", async (seed) => {
  const result = await soak({ seed, exchanges: 60, hostile: true, progress: () => {} });
  const again = `npm run soak -- --seed ${seed} --exchanges 60 --hostile`;
  expect(result.failure, again).toBeUndefined();
  expect(result, again).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unauthorised: 0, problems: [] });
  expect(result.exchanges).toBeGreaterThanOrEqual(60);
});

test("the same seed gives the same trace", async () => {
  const once = () => soak({ seed: 5, exchanges: 40, progress: () => {} });
  expect((await once()).traceHash).toBe((await once()).traceHash);
});

test("a soak in which most visitors are refused has failed, and says what they were refused for", () => {
  const refusals = { dark: 3, "refused-throttled": 140 };
  holdToUse(199, { exchanges: 0, refusals });
  holdToUse(200, { exchanges: 60, refusals });
  expect(() => holdToUse(200, { exchanges: 59, refusals })).toThrow(
    "only 59 exchanges in 200 visits, fewer than 30 in a hundred: the world has run dry. Refused: refused-throttled 140, dark 3",
  );
});
