import { expectThat } from "./emergency.js";
import { type Act, IN_WORLD_TIME, type Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
/** Until somebody promotes the standby, ms: as an operator or Patroni would. */
const NOTICED_MS = { least: 5_000, most: 60_000 } as const;

/** Of real servers: it takes real time, and its trace is another one each time. */
export const databaseFailover: Scenario = {
  name: "database-failover",
  summary:
    "the cloud's PostgreSQL primary is killed while it takes records, and its standby promoted: the box goes on, nothing lost, nothing twice",
  onlyWith: IN_WORLD_TIME,
  onDatabase: true,
  needs: ["links"],
  async play(act) {
    const { stage, people, step, options } = act;
    const { world } = stage;
    const database = stage.database!;
    const random = world.random("failover");
    step("the box comes up and syncs");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    await people.comeAndGo(2);
    await offlineFor(act, Math.max(2, Math.ceil(options.exchanges / 4)));
    step("the records come in, and in the middle of a commit the primary is killed");
    stage.rig.links.setInternet("ok");
    await world.until(() => database.waiting > 0, 10 * MINUTE_MS, "a commit that is under way");
    await database.killPrimary();
    const had = stage.judge.boxMemory().nextSeq;
    step("the box works on; nothing is acknowledged");
    await people.comeAndGo(1);
    await world.advance(NOTICED_MS.least + random.int(NOTICED_MS.most - NOTICED_MS.least));
    expectThat(database.waiting > 0, "a commit without an answer");
    step("the standby is promoted, and all goes on");
    database.promote();
    await stage.untilInSync(15 * MINUTE_MS);
    expectThat(stage.cloudHas >= had, "all records from before at the cloud");
    const told = database.problems.filter((problem) => /nothing is acknowledged until it takes it/.test(problem));
    expectThat(told.length > 0, `the trouble told in words (${database.problems.join("; ")})`);
    await people.comeAndGo(2);
    await stage.untilInSync(5 * MINUTE_MS);
    step("the judge reads what is in the standby");
    stage.judge.cloudIs(await database.record());
  },
};

async function offlineFor({ stage, people, step }: Act, exchanges: number): Promise<void> {
  step(`${exchanges} exchanges offline`);
  stage.rig.links.setInternet("blackHole");
  await people.comeAndGo(exchanges);
}
