import { expect, test } from "vitest";
import { XsEngine } from "../../../sim/engines/xs-engine.js";
import { People } from "../../../sim/trials/scenarios/people.js";
import { Stage } from "../../../sim/trials/stage/stage.js";
import { whyNoXs } from "../../support/xs.js";

const MINUTE_MS = 60_000;
const ROUNDS = 10;
const ROUND_EXCHANGES = 1_000;
const WARM_UP_EXCHANGES = 60;
/** Which bins differ from the snapshot and what was last said to the cloud come and go; what grows adds up over 5,000 exchanges. */
const TOLERANCE = 8;

test.skipIf(whyNoXs())(
  "10,000 exchanges, online and offline, leave no more slots in use after the last than after the first",
  { timeout: 600_000 },
  async () => {
    const engine = await XsEngine.open();
    const stage = await Stage.open({ seed: 5, broker: "virtual", engine });
    try {
      const { machine, judge } = stage;
      const people = new People(stage);
      machine.start();
      await stage.untilInSync(5 * MINUTE_MS);
      const slots: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        // The first round is a warm-up: maps reach their size, every screen has been shown.
        const count = round === 0 ? WARM_UP_EXCHANGES : ROUND_EXCHANGES;
        machine.net.setInternet("blackHole");
        await people.comeAndGo(Math.floor(count / 4));
        machine.net.setInternet("ok");
        await people.comeAndGo(count - Math.floor(count / 4));
        // With nothing carried the box's memory has the same things to know in every round.
        while (people.carried.length > 0) await people.giveBack(people.carried[0]!);
        await stage.untilInSync(30 * MINUTE_MS);
        slots.push(engine.slotsInUse());
      }
      expect(machine.boots).toBe(1);
      expect(judge.verdict().problems).toEqual([]);
      expect(people.count).toBeGreaterThanOrEqual(10_000);
      const [, ...later] = slots;
      const most = (rounds: readonly number[]) => Math.max(...rounds);
      const early = most(later.slice(0, ROUNDS / 2));
      expect(most(later) - early, `slots in use after each round: ${slots.join(", ")}`).toBeLessThan(TOLERANCE);
      console.info(`${people.count} exchanges; slots in use: ${slots.join(", ")}`);
    } finally {
      await stage.close();
    }
  },
);
