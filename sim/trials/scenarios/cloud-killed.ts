import type { Access } from "../../cloud/domain.js";
import { expectThat } from "./emergency.js";
import { type Act, IN_WORLD_TIME, type Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
/** Until it is there again, however it ended. */
const BACK_MS = 10 * MINUTE_MS;
/** Things that are done at most until it ends in one of them. */
const TRIES = 30;

/** Ends at commits, syncs, checkpoints, acks, pieces of snapshots: wherever chance puts them. */
export const cloudKilled: Scenario = {
  name: "cloud-killed",
  summary:
    "the cloud's process is killed again and again in the middle of what it does, sometimes with its computer: nothing lost, nothing twice, no answer taken back",
  onlyWith: IN_WORLD_TIME,
  killsCloud: true,
  needs: ["links"],
  async play(act) {
    const { stage, step, options } = act;
    step("the box comes up and syncs");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    const manager = new Manager(act);
    const rounds = Math.max(WAYS.length, Math.ceil(options.exchanges / 2));
    for (let round = 0; round < rounds; round++) {
      const { what, until } = WAYS[round % WAYS.length]!;
      step(`${round + 1} of ${rounds}: ${what}`);
      await killedIn(act, () => until(act, manager));
      if (round % WAYS.length === WAYS.length - 1) await stage.untilInSync(30 * MINUTE_MS);
    }
    step("nobody kills it any more");
    await act.people.comeAndGo(2);
    await stage.untilInSync(30 * MINUTE_MS);
    manager.hasWhatWasAnswered();
    const { deaths, powerLosses } = stage.mortal!;
    step(`it was killed ${deaths} times, ${powerLosses} of them with its computer`);
  },
};

const WAYS: readonly { readonly what: string; until(act: Act, manager: Manager): Promise<void> }[] = [
  { what: "while people come and go", until: ({ people }) => people.comeAndGo(1) },
  { what: "while it takes what a box did offline", until: offline },
  { what: "while somebody changes who may take what", until: (_act, manager) => manager.change() },
];

async function offline({ stage, people }: Act): Promise<void> {
  stage.rig.links.setInternet("blackHole");
  await people.comeAndGo(2);
  stage.rig.links.setInternet("ok");
  await stage.world.advance(3 * MINUTE_MS);
}

/** Does `something` again and again until the cloud has been killed in it, and waits until it is back. */
async function killedIn({ stage }: Act, something: () => Promise<void>): Promise<void> {
  const mortal = stage.mortal!;
  const { deaths } = mortal;
  mortal.killSoon();
  for (let i = 0; mortal.deaths === deaths; i++) {
    expectThat(i < TRIES, "the cloud to have something to do");
    await something();
  }
  await stage.world.until(() => !mortal.isDead, BACK_MS, "the cloud to be started again");
}

/** Gives rights and takes them away; of what the cloud answered in time nothing may be gone. */
class Manager {
  readonly #act: Act;
  readonly #answered = new Map<number, Access>();
  #given = 0;

  constructor(act: Act) {
    this.#act = act;
  }

  async change(): Promise<void> {
    const { stage } = this.#act;
    const { admin, store } = stage.cloud;
    const { users, keys } = store.organisation;
    if (!stage.mortal!.isDead) {
      const access = admin.addAccess(users[0]!.id, keys[this.#given++ % keys.length]!.id, { kind: "ongoing" });
      // Whoever is asked when it is dead gives no answer.
      if (!stage.mortal!.isDead) this.#answered.set(access.id, access);
    }
    await stage.world.advance(2 * MINUTE_MS);
  }

  hasWhatWasAnswered(): void {
    const { accesses } = this.#act.stage.cloud.store.organisation;
    for (const [id, { code }] of this.#answered) {
      const found = accesses.filter((one) => one.id === id);
      expectThat(found.length === 1 && found[0]!.code === code, `access ${id}, which was answered, once and as it was`);
    }
  }
}
