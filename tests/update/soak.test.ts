import { expect, test, vi } from "vitest";
import { ROUTES } from "../../sim/trials/update-trial/routes.js";
import { soakUpdate } from "../../sim/trials/update-trial/soak.js";

vi.setConfig({ testTimeout: 60_000 });

/** `npm run soak:update` goes through the rest. */
test.each(ROUTES.map(({ name }) => name))("an update that is %s survives a cut inside its flash operations", (name) => {
  const result = soakUpdate({ seed: 5, cuts: 250, every: 9, routes: [name], progress: () => {} });
  expect(result.failure).toBeUndefined();
  expect(result).toMatchObject({ bricked: 0, lost: 0, unconfirmedKept: 0, wrong: 0 });
  expect(result.states).toBeGreaterThanOrEqual(250);
});
