import { expect, test } from "vitest";
import { XsEngine } from "../../sim/engines/xs-engine.js";
import { People } from "../../sim/scenarios/people.js";
import { Stage } from "../../sim/stage/stage.js";
import { whyNoXs } from "../support/xs.js";

const MINUTE_MS = 60_000;
/**
 * An exchange takes 20 ms on an idle machine, most of it the 370 round trips over two pipes, so 10,000 take more than three
 * minutes: `XS_EXCHANGES=10000` runs them.
 */
const EXCHANGES = Number(process.env.XS_EXCHANGES ?? 600);
const ROUNDS = 5;
/** Slots that may come and go: a string that grew by a digit, a map that is about to be resized. */
const TOLERANCE = 24;

test.skipIf(whyNoXs())(
  `${EXCHANGES} exchanges, online and offline, leave no more slots in use than the first of them did`,
  { timeout: EXCHANGES * 200 },
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
        const count = round === 0 ? 60 : Math.ceil(EXCHANGES / ROUNDS);
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
      expect(people.count).toBeGreaterThanOrEqual(EXCHANGES);
      const [first, ...later] = slots;
      expect(Math.max(...later) - first!, `slots in use after each round: ${slots.join(", ")}`).toBeLessThan(TOLERANCE);
      console.info(`${people.count} exchanges; slots in use: ${slots.join(", ")}`);
    } finally {
      await stage.close();
    }
  },
);
