import { binLabels } from "../../cloud/new-box.js";
import type { Random } from "../../world/random.js";
import { Branch } from "./branch.js";
import { expectThat } from "./emergency.js";
import { type Act, type Scenario, VIRTUAL_ONLY } from "./scenario.js";

const MINUTE_MS = 60_000;
/** What a box shows to somebody with a right to a key that it cannot give out for sure. */
const NOT_GIVEN = ["refused", "take-or-return", "offer-return"];
/** Roaming keys of the sample organisation that hang in its first box. */
const ROAMING = ["Master key, fire panel", "Cleaning cupboard, all sites"] as const;
const MORE_BOXES = ["MS5-LYON", "MS5-NICE", "MS5-OSAKA"] as const;
/** A box is offline for so many journeys at most. */
const OFFLINE_JOURNEYS = 4;

/** A key that is at home everywhere, and the box where it hangs; undefined: somebody carries it. */
interface Roamer {
  readonly name: string;
  readonly fob: string;
  readonly code: string;
  at: Branch;
}

export const roamingKey: Scenario = {
  name: "roaming-key",
  summary:
    "keys roam among four boxes, of which some are offline and tell late and out of turn: in the end all agree where each hangs",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  async play(act) {
    const { stage, step, options } = act;
    const random = stage.world.random("roaming");
    step("four boxes of one organisation come up");
    const branches = openBranches(act);
    const keys = ROAMING.map((name) => roamer(act, name, branches[0]!));
    for (const { box } of branches) box.rig.power.connect();
    for (const { box } of branches) await box.untilInSync(10 * MINUTE_MS);
    const offlineFor = new Map<Branch, number>();
    const journeys = Math.max(6, Math.ceil(options.exchanges / 2));
    for (let n = 1; n <= journeys; n++) {
      await linksChange(branches, offlineFor, random);
      const key = random.pick(keys);
      const to = random.pick(branches.filter((one) => one !== key.at));
      step(`${n} of ${journeys}: ${key.name} goes ${saying(key.at)} ${saying(to, "to")}`);
      await travel(act, key, to, random);
    }
    step("all are online again");
    for (const one of branches) if (one.isOffline) await one.goOnline();
    await stage.world.advance(5 * MINUTE_MS);
    for (const { box } of branches) await box.untilInSync(10 * MINUTE_MS);
    for (const { at, fob } of keys) at.isKnownToHold(stage, fob);
    step("and each key can be taken where it hangs, and nowhere else");
    for (const key of keys) await isNowhereElse(key, branches);
    for (const { box } of branches) await box.untilInSync(10 * MINUTE_MS);
  },
};

function openBranches({ stage }: Act): readonly Branch[] {
  const { admin, store } = stage.cloud;
  const { locations } = store.organisation;
  for (const [i, id] of MORE_BOXES.entries()) {
    admin.addNewBox({ id, model: "MS5", location: locations[i % locations.length]!.id, bins: binLabels([6]) });
  }
  return [new Branch(stage), ...MORE_BOXES.map((id) => new Branch(stage.addBox(id)))];
}

function roamer({ stage }: Act, name: string, at: Branch): Roamer {
  const { admin, store } = stage.cloud;
  const key = store.organisation.keys.find((one) => one.name === name)!;
  const { code } = admin.addAccess(store.organisation.users[1]!.id, key.id, { kind: "ongoing" });
  return { name, fob: key.fob!, code, at };
}

/** Some go offline, some come back, at least one is online. */
async function linksChange(
  branches: readonly Branch[],
  offlineFor: Map<Branch, number>,
  random: Random,
): Promise<void> {
  for (const one of branches) {
    if (one.isOffline) {
      const left = offlineFor.get(one)! - 1;
      offlineFor.set(one, left);
      if (left <= 0) await one.goOnline();
    } else if (random.next() < 0.3 && branches.filter((other) => !other.isOffline).length > 1) {
      await one.goOffline();
      offlineFor.set(one, 1 + random.int(OFFLINE_JOURNEYS));
    }
  }
}

async function travel({ stage }: Act, key: Roamer, to: Branch, random: Random): Promise<void> {
  const fob = await key.at.send(key.code);
  expectThat(fob === key.fob, `${key.fob} in the hand, not ${fob}`);
  await stage.world.advance((5 + random.int(120)) * MINUTE_MS);
  await to.receive(fob);
  key.at = to;
}

async function isNowhereElse(key: Roamer, branches: readonly Branch[]): Promise<void> {
  for (const { box, people } of branches.filter((one) => one !== key.at)) {
    const { person, rig, world } = box;
    await person.type(key.code);
    // Where it was taken, somebody may want to bring it back: a scan at another box frees nothing here.
    const shown = () => rig.panel.view?.screen ?? "";
    await world.until(() => NOT_GIVEN.includes(shown()), MINUTE_MS, "an answer");
    await person.cancel();
    await people.idle();
  }
  await key.at.people.pickUp(key.code);
  await key.at.people.giveBack(key.fob);
}

function saying({ name, isOffline }: Branch, how = "from"): string {
  return `${how} ${name}${isOffline ? " (offline)" : ""}`;
}
