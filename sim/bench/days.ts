import { People } from "../trials/scenarios/people.js";
import { Stage } from "../trials/stage/stage.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const EXCHANGES_A_DAY = 100;

/** Throws where an invariant broke: a fast simulator that is wrong is worth nothing. */
export async function runDays(days: number, progress: (text: string) => void) {
  const before = process.cpuUsage();
  const stage = await Stage.open({ seed: 1, broker: "virtual" });
  try {
    const people = new People(stage);
    const { machine, world } = stage;
    machine.start();
    await stage.untilInSync(5 * MINUTE_MS);
    for (let day = 0; day < days; day++) {
      const from = world.nowMs;
      for (let i = 0; i < EXCHANGES_A_DAY; i++) {
        const nextMs = from + (i * DAY_MS) / EXCHANGES_A_DAY;
        if (nextMs > world.nowMs) await world.advance(nextMs - world.nowMs);
        await people.comeAndGo(1);
      }
      await world.advance(from + DAY_MS - world.nowMs);
      if (day % 30 === 29) progress(`day ${day + 1}: ${people.count} exchanges, ${secondsSince(before).toFixed(1)} s`);
    }
    await stage.untilInSync(30 * MINUTE_MS);
    const { problems } = stage.judge.verdict();
    if (problems.length > 0) throw new Error(`invariants broke: ${problems.slice(0, 5).join("; ")}`);
    const virtualSeconds = Math.round(world.nowMs / 1_000);
    return { seconds: secondsSince(before), exchanges: people.count, virtualSeconds, events: world.trace.lines };
  } finally {
    await stage.close();
  }
}

/** Of the processor: other programs on the machine do not count. */
function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
