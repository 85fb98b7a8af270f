import { expectThat } from "./emergency.js";
import { cutMains, ordinaryDay, restoreMains, untilDark, visit } from "./on-battery.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
export const HALF_YEAR_DAYS = 183;
export const HALF_YEAR_EXCHANGES = 100;
/** The sample cell is two years old, in an unheated hall. */
export const WORN = { health: 0.9, celsius: 20 };
/** What has to be left, percent. */
const MARGIN_PERCENT = 20;

export const sixMonths: Scenario = {
  name: "six-months",
  summary: "183 days without mains on one charge of a worn cell: 100 exchanges, a check-in a day, a fifth of it left",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links", "button", "cell"],
  async play(act) {
    const { stage, step } = act;
    const { rig, world } = stage;
    rig.cell.weather(WORN);
    await ordinaryDay(act);
    step("the mains is lost, and the router with it");
    cutMains(act);
    await untilDark(act);
    const from = world.nowMs;
    const revoked = new Revocation(act, from);
    const told = () => revoked.look();
    await halfYear(act, { days: HALF_YEAR_DAYS, exchanges: HALF_YEAR_EXCHANGES, end: () => false, told });
    expectThat(revoked.arrived, "a revocation that reached the box asleep");
    const days = (world.nowMs - from) / DAY_MS;
    expectThat(days >= HALF_YEAR_DAYS, `${HALF_YEAR_DAYS} days (${days})`);
    const { chargePercent } = rig.cell;
    step(`after ${Math.round(days)} days ${chargePercent.toFixed(1)} % are left`);
    expectThat(chargePercent > MARGIN_PERCENT, `${MARGIN_PERCENT} % left (${chargePercent})`);
    expectThat(rig.power.cutCount === 0 && rig.console.state === "asleep", "a box that never went off");
    step("the mains is back");
    restoreMains(act);
    await act.people.idle();
    await stage.untilInSync(30 * MINUTE_MS);
  },
};

/** Somebody loses a right in the third month: the box has to know within a day, whether or not anybody comes by. */
class Revocation {
  readonly #act: Act;
  readonly #dueMs: number;
  #revokedMs: number | undefined;
  arrived = false;

  constructor(act: Act, fromMs: number) {
    this.#act = act;
    this.#dueMs = fromMs + 70 * DAY_MS;
  }

  look(): void {
    const { world, cloud, judge, rig } = this.#act.stage;
    if (this.#revokedMs === undefined) {
      if (world.nowMs < this.#dueMs) return;
      cloud.admin.removeAccess(cloud.store.organisation.accesses.at(-1)!.id);
      this.#revokedMs = world.nowMs;
    } else if (!this.arrived && world.nowMs - this.#revokedMs > DAY_MS + 10 * MINUTE_MS) {
      const wanted = cloud.snapshot(rig.name)?.version;
      const { snapshotVersion } = judge.boxMemory();
      expectThat(snapshotVersion === wanted, `snapshot ${wanted} in the box a day later (${snapshotVersion})`);
      this.arrived = true;
    }
  }
}

/**
 * From asleep, without mains: `exchanges` spread evenly over `days`, and sleep until then. `told` is called about once a day;
 * `end` ends it early.
 */
export async function halfYear(
  act: Act,
  plan: { days: number; exchanges: number; end: () => boolean; told?: () => void },
): Promise<void> {
  const { stage, step, people } = act;
  const { rig, world } = stage;
  const from = world.nowMs;
  let visits = 0;
  let month = 0;
  while (world.nowMs - from < plan.days * DAY_MS && !plan.end()) {
    const next = visits < plan.exchanges ? ((visits + 0.5) * plan.days * DAY_MS) / plan.exchanges : plan.days * DAY_MS;
    await world.advance(Math.min(DAY_MS, Math.max(0, from + next - world.nowMs)));
    if (rig.console.state === "running") await untilDark(act);
    if (visits < plan.exchanges && world.nowMs - from >= next && !plan.end()) {
      await visit(act);
      visits++;
    }
    plan.told?.();
    const days = (world.nowMs - from) / DAY_MS;
    if (Math.floor(days / 30) > month) {
      month = Math.floor(days / 30);
      const { chargePercent } = rig.cell;
      step(`day ${Math.round(days)}: ${people.count} exchanges, ${chargePercent.toFixed(1)} % left`);
    }
  }
}
