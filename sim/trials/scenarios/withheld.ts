import { expectThat } from "./emergency.js";
import { turn } from "./hostile-broker.js";
import { type Act, BROKER_TURNS, type Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RIVOLI = { code: "135790", fob: "012ABC" };

export const withheld: Scenario = {
  name: "withheld",
  summary:
    "the broker keeps only the permissions for a day, then only the records: both ends say what is behind and since when",
  onlyWith: BROKER_TURNS,
  async play(act) {
    const { stage, step, people } = act;
    const broker = turn(act);
    step("an ordinary morning");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);

    step("the broker keeps the snapshots, and a booking is taken away");
    broker.drop("down/snapshot");
    const { accesses } = stage.cloud.store.organisation;
    const right = accesses.find((access) => access.code === RIVOLI.code)!;
    stage.cloud.admin.removeAccess(right.id);
    stage.judge.revoked(right);
    let fetches = 0;
    broker.onPassed = (lane) => {
      if (lane === "up/fetch") fetches++;
    };
    await stage.world.advance(12 * MINUTE_MS);
    bothSay(act, "notice-outdated", "outdated");
    step("what was taken away still opens, and nobody can say that they were not told");
    await people.pickUp(RIVOLI.code);
    await people.giveBack(RIVOLI.fob);
    await stage.world.advance(DAY_MS);
    bothSay(act, "notice-outdated", "outdated");
    expectThat(fetches < 500, `fetches that back off (${fetches} in a day)`);

    step("the broker lets them through: they are taken, and both ends stop saying it");
    broker.reform();
    await stage.untilInSync(10 * MINUTE_MS);
    await people.isRefused(RIVOLI.code, "wrong-code");
    await nobodySays(act);

    step("the broker keeps the records, and people come and go");
    broker.drop("up/records");
    await people.comeAndGo(6);
    await stage.world.advance(20 * MINUTE_MS);
    bothSay(act, "notice-unsent", "records");
    await people.comeAndGo(4);
    await stage.world.advance(4 * HOUR_MS);
    bothSay(act, "notice-unsent", "records");
    step("the broker lets them through");
    broker.reform();
    await stage.untilInSync(15 * MINUTE_MS);
    await nobodySays(act);
  },
};

function notices({ stage }: Act): string[] {
  return stage.rig.panel.view?.notices.map(({ id }) => id) ?? [];
}

function bothSay(act: Act, notice: string, alert: string): void {
  const { cloud, rig } = act.stage;
  const shown = notices(act);
  expectThat(
    shown.some((id) => id.startsWith(notice)),
    `the panel says what is behind (${shown.join()})`,
  );
  const alerts = cloud.alerts.of(rig.name).map(({ id }) => id);
  expectThat(alerts.includes(`${alert}/${rig.name}`), `the cloud says what is behind (${alerts.join()})`);
}

async function nobodySays(act: Act): Promise<void> {
  const { cloud, rig, world } = act.stage;
  await world.advance(6 * MINUTE_MS);
  expectThat(notices(act).length === 0, `a panel with nothing to say (${notices(act).join()})`);
  const alerts = cloud.alerts.of(rig.name).map(({ id }) => id);
  expectThat(alerts.length === 0, `a cloud with nothing to say (${alerts.join()})`);
}
