import type { Random } from "../../world/random.js";
import { expectThat, PackHolder } from "./emergency.js";
import type { Act, Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
const ROUNDS = 2;
/** Looks that somebody takes at most for a key that a stranger's tag has hidden. */
const LOOKS = 4;

/** Keys of the sample organisation (sim/samples) that somebody may always take. */
const KEYS = [
  { code: "135790", fob: "012ABC" },
  { code: "7150", fob: "219BCP" },
  { code: "246801", fob: "633GRX" },
] as const;
type Victim = (typeof KEYS)[number];
/** Two keys, each with a code that holds and one that does not: any more, or yet. The stage's clock begins on 2 November 2026. */
const OVER = {
  name: "Meter room east",
  fob: "544PLQ",
  owner: "544544",
  code: "544215",
  window: { kind: "scheduled", start: "2026-11-01T08:00", end: "2026-11-02T08:30", zone: "Europe/Paris" },
} as const;
const NOT_YET = {
  name: "Meter room west",
  fob: "599QMK",
  owner: "599599",
  code: "599215",
  window: { kind: "scheduled", start: "2027-06-01T08:00", end: "2027-06-05T18:00", zone: "Europe/Paris" },
} as const;
const OUTSIDE = [OVER, NOT_YET] as const;

export const copiedTags: Scenario = {
  name: "copied-tags",
  summary: "a stranger with copies of tags and codes outside their time opens no bin that may hold a key",
  async play(act) {
    const { stage, people, step, options } = act;
    step("the box comes up and syncs; two keys get an owner each, and codes outside their time");
    stage.rig.power.connect();
    book(act);
    await stage.untilInSync(5 * MINUTE_MS);
    const stranger = new Stranger(act);
    for (let round = 1; round <= ROUNDS; round++) {
      step(`round ${round}: an ordinary morning`);
      await people.comeAndGo(Math.ceil(options.exchanges / ROUNDS));
      await withFreeBins(act, stranger);
      await withFullBins(act, stranger);
    }
    await allHome(act);
    await stage.untilInSync(15 * MINUTE_MS);
  },
};

function book({ stage }: Act): void {
  const { admin, store } = stage.cloud;
  const { users, keys } = store.organisation;
  for (const { name, owner, code, window } of OUTSIDE) {
    const { id } = keys.find((key) => key.name === name)!;
    admin.addAccess(users[2]!.id, id, { kind: "ongoing" }, owner);
    admin.addAccess(users[3]!.id, id, window, code);
  }
}

/** Each copy is held up once, and nothing is hung. Then every owner still gets the key. */
async function withFreeBins(act: Act, stranger: Stranger): Promise<void> {
  const { people, step } = act;
  await allHome(act);
  const [here, out] = stranger.victims();
  await people.pickUp(out.code);
  for (const { fob } of OUTSIDE) await inDoubt(act, fob);
  step(
    `bins are free: a copy of ${here.fob}, which hangs here, of ${out.fob}, which is out, and codes outside their time`,
  );
  await stranger.scans(here.fob);
  await stranger.scans(out.fob);
  for (const { code } of OUTSIDE) await stranger.says("return", code);
  for (const { fob } of OUTSIDE) await stranger.scans(fob);
  await stranger.scans(stranger.junk());
  await ownersCome(act, here, out);
}

/** Junk hangs in all free bins but one before the copies come. */
async function withFullBins(act: Act, stranger: Stranger): Promise<void> {
  const { stage, people, step } = act;
  await allHome(act);
  const [here, out] = stranger.victims();
  await people.pickUp(out.code);
  for (const { fob } of OUTSIDE) await inDoubt(act, fob);
  step("junk fills all free bins but one");
  // The bin of the key that is out is free for nobody else.
  const free = stage.rig.bins.state.contents.filter((fob) => fob === null).length - 1;
  for (let i = 1; i < free; i++) {
    const fob = stranger.junk();
    expectThat((await stranger.scans(fob, fob)) !== undefined, "an empty bin for a fob that nobody knows");
  }
  step(`then a copy of ${here.fob}, which hangs here, and of ${out.fob}, which is out; then codes outside their time`);
  await stranger.scans(here.fob);
  await stranger.scans(out.fob);
  for (const fob of [here.fob, out.fob, OVER.fob, NOT_YET.fob, stranger.junk()]) {
    expectThat((await stranger.scans(fob)) === undefined, `no bin for a copy of ${fob} in a full box`);
  }
  for (const { code } of OUTSIDE) {
    for (const what of ["return", "take"] as const) {
      expectThat((await stranger.says(what, code)) === undefined, `no bin for "${what}" outside the window`);
    }
  }
  await ownersCome(act, here, out);
}

/** Keys come back, the caretaker opens all bins, throws junk away and says what hangs where: the box is sure of every bin. */
async function allHome({ stage, people }: Act): Promise<void> {
  const { rig, person } = stage;
  for (const fob of [...people.carried]) await people.giveBack(fob);
  const holder = new PackHolder(stage);
  await holder.answer("all", await holder.askAll());
  await person.see("emergency-result", 2 * MINUTE_MS);
  for (let bin = 0; bin < rig.bins.count; bin++) {
    if (Stranger.isJunk(rig.bins.content(bin))) await person.takeKey(bin);
    await person.closeDoor(bin);
  }
  await person.choose("bin-by-bin");
  await people.tellBins();
}

/** The holder of the sheet looks into a key's bin and says nothing: for the box the key may be gone. */
async function inDoubt({ stage, people }: Act, fob: string): Promise<void> {
  const { rig } = stage;
  const bin = rig.bins.state.contents.indexOf(fob);
  const holder = new PackHolder(stage);
  const label = rig.bins.label(bin);
  await holder.answer(`bin:${label}`, await holder.askBin(label));
  await holder.sees("emergency-opened");
  await stage.person.closeDoor(bin);
  await people.idle();
}

async function ownersCome(act: Act, here: Victim, out: Victim): Promise<void> {
  act.step("whoever has a right gets the key, and whoever has the key brings it back");
  await ownerTakes(act, here.code, here.fob);
  await ownerReturns(act, out.code, out.fob);
  for (const { owner, fob } of OUTSIDE) await ownerTakes(act, owner, fob);
}

/** Looks where the box says, and where nothing hangs there, types again and names the bin. */
async function ownerTakes({ stage, people }: Act, code: string, fob: string): Promise<void> {
  const { rig, person } = stage;
  const home = rig.bins.label(rig.bins.state.contents.indexOf(fob));
  for (let look = 0; look < LOOKS; look++) {
    await person.type(code);
    const { view } = rig.panel;
    const offered = view?.choices.find(({ id, label }) => id.startsWith("take") && label.params?.bin === home);
    if (view?.screen === "take-or-return") await person.choose(offered?.id ?? "take");
    await person.see("bin-open");
    const bin = rig.bins.byLabel(String(rig.panel.view?.title.params?.bin));
    const isThere = rig.bins.content(bin) !== undefined;
    if (isThere) people.carried.push(await person.takeKey(bin));
    await person.closeDoor(bin);
    await people.idle();
    if (!isThere) continue;
    expectThat(people.carried.at(-1) === fob, `fob ${fob} for its code (it was ${people.carried.at(-1)})`);
    return;
  }
  throw new Error(`after ${LOOKS} looks the owner of ${fob} has not got it, which hangs in ${home}`);
}

/** A tag has said that the key hangs here: the code opens that bin first, and then asks. */
async function ownerReturns({ stage, people }: Act, code: string, fob: string): Promise<void> {
  const { rig, person } = stage;
  await person.type(code);
  if (rig.panel.view?.screen !== "take-or-return") {
    await person.see("bin-open");
    await person.closeDoor(rig.bins.byLabel(String(rig.panel.view?.title.params?.bin)));
    await people.idle();
  } else {
    await person.cancel();
    await people.idle();
  }
  await people.giveBackByCode(code, fob);
}

/** Somebody with a phone that writes tags, and codes that hold no more or not yet. Takes whatever stands behind an open door. */
class Stranger {
  readonly #act: Act;
  readonly #random: Random;
  #junk = 0;

  constructor(act: Act) {
    this.#act = act;
    this.#random = act.stage.world.random("stranger");
  }

  static isJunk(fob: string | undefined): boolean {
    return fob?.startsWith("7J") === true;
  }

  junk(): string {
    return `7J${String(this.#junk++).padStart(2, "0")}KX`;
  }

  /** A key that will hang here, and one that will be out. */
  victims(): readonly [here: Victim, out: Victim] {
    const here = this.#random.int(KEYS.length);
    const out = (here + 1 + this.#random.int(KEYS.length - 1)) % KEYS.length;
    return [KEYS[here]!, KEYS[out]!];
  }

  /** Holds a tag to the reader. Answers the bin that opened, if any; `hung` is left there. */
  async scans(serial: string, hung?: string): Promise<number | undefined> {
    await this.#act.stage.person.scan(serial);
    return await this.#whatComes(hung);
  }

  /** Types a code and touches a choice. Answers the bin that opened, if any. */
  async says(choice: "take" | "return", code: string): Promise<number | undefined> {
    const { person } = this.#act.stage;
    await person.type(code);
    await person.see("take-or-return");
    await person.choose(choice);
    return await this.#whatComes();
  }

  async #whatComes(hung?: string): Promise<number | undefined> {
    const { stage, people } = this.#act;
    const { rig, person, world } = stage;
    const shown = () => ["bin-open", "refused"].find((screen) => screen === rig.panel.view?.screen);
    await world.until(() => shown() !== undefined, MINUTE_MS, "an answer to the stranger");
    if (shown() === "refused") {
      await person.cancel();
      await people.idle();
      return undefined;
    }
    const bin = rig.bins.byLabel(String(rig.panel.view?.title.params?.bin));
    expectThat(rig.bins.content(bin) === undefined, `nothing in ${rig.bins.label(bin)}, open to a stranger`);
    if (hung !== undefined) await person.putKey(bin, hung);
    await person.closeDoor(bin);
    await people.idle();
    return bin;
  }
}
