import { SAMPLE_BOXES } from "../../samples/sample.js";
import { Kind } from "../journal-reader/records.js";
import { readJournal } from "../judge/box-memory.js";
import { expectThat, PackHolder, packOf, wrong } from "./emergency.js";
import type { Act, Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
const KEY = "Quai des Brumes 4, apt 22";

export const emergencyBin: Scenario = {
  name: "emergency-bin",
  summary: "a printed code opens one bin of a box that has no snapshot, no clock and no link, and nothing else does",
  needs: ["links", "button", "cuts", "flash"],
  async play(act) {
    const holder = await firstBoot(act);
    await whatMustNotWork(act, holder);
    await pluggedOut(act, holder);
    await opened(act, holder);
    await newSheet(act, holder);
  },
};

/** Out of its carton, on a wall without internet. */
async function firstBoot({ stage, step }: Act): Promise<PackHolder> {
  const { rig, person } = stage;
  step("the box comes up for the first time, with no link: no snapshot, no clock");
  rig.links.setInternet("blackHole");
  rig.power.connect();
  await person.see("idle", MINUTE_MS);
  const notices = rig.panel.view!.notices.map((notice) => notice.id);
  expectThat(notices.includes("notice-clock-unknown"), "a box without a clock");
  expectThat(stage.judge.boxMemory().snapshotVersion === 0, "a box without a snapshot");
  return new PackHolder(stage);
}

async function whatMustNotWork({ stage, step, people }: Act, holder: PackHolder): Promise<void> {
  const { person, rig, world } = stage;
  const { bin } = holder.binOf(KEY);
  const target = `bin:${bin}`;
  step("letters and too few digits are no code, and cost nothing");
  const asked = await holder.askBin(bin);
  rig.panel.input({ kind: "text", text: "abcdefgh" });
  await person.enter();
  await holder.sees("refused-code-too-short");
  await holder.askBin(bin);
  await holder.isRefused("1234567", "code-too-short");
  expectThat(failuresOnFlash(stage) === undefined, "no failure counted");

  step("a ninth digit does not go in; a code of another bin or box opens nothing");
  const other = new PackHolder(stage, undefined, SAMPLE_BOXES.ms4);
  const right = holder.printed(target, asked.number).code;
  for (const digits of [
    `${wrong(right)}9`,
    holder.printed("bin:A-1", asked.number).code,
    other.printed("bin:A-1", 1).code,
  ]) {
    await holder.askBin(bin);
    await holder.isRefused(digits, "wrong-code");
  }
  step(
    "a sheet number far ahead is asked for like any other, and no number of this sheet fits it: from the fourth on it waits",
  );
  await holder.askBin(bin);
  await holder.sayNewer(999);
  await holder.isRefused(holder.printed(target, asked.number + 1).code, "wrong-code-wait");
  await holder.askBin(bin);
  await holder.isRefused(right, "throttled");
  expectThat(
    rig.bins.state.open.every((open) => !open),
    "every door shut",
  );
  step("a bin that is not there");
  await person.choose("emergency-again");
  await person.choose("one-bin");
  await person.choose("B");
  await person.type("99");
  await holder.sees("refused-unknown-bin");
  await world.advance(121_000);
  await people.idle();
}

async function pluggedOut({ stage, step, people }: Act, holder: PackHolder): Promise<void> {
  const { person, rig, world } = stage;
  const { bin } = holder.binOf(KEY);
  step("the plug is pulled after each digit: nothing opens, nothing is used up, nothing is counted");
  for (let digits = 0; digits <= 8; digits++) {
    const asked = await holder.askBin(bin);
    expectThat(asked.number === 1, "code 01 still asked for");
    const { code } = holder.printed(`bin:${bin}`, asked.number);
    for (const digit of code.slice(0, digits)) rig.panel.input({ kind: "digit", digit: Number(digit) });
    await world.advance(300);
    rig.power.cut({ backAfterMs: 1_000 });
    await world.until(() => rig.console.state === "running", MINUTE_MS, "the box to come back");
    // Three failures stand from before; the fourth's penalty starts anew with each boot that knows no time.
    await person.see("idle");
  }
  expectThat(failuresOnFlash(stage) === 4, "the same four failures");
  await world.advance(121_000);
  await people.idle();
}

async function opened({ stage, step, people }: Act, holder: PackHolder): Promise<void> {
  const { person, rig } = stage;
  const { bin, fob } = holder.binOf(KEY);
  const target = `bin:${bin}`;
  const index = rig.bins.byLabel(bin);
  step("the right code opens it; the power fails as the lock lets go, and the same code opens it again");
  await holder.answer(target, await holder.askBin(bin));
  await holder.sees("emergency-opened");
  await person.closeDoor(index);
  rig.cuts.armPulseCut({ doorOpens: false, backAfterMs: 5_000 });
  await holder.answer(target, await holder.askBin(bin));
  await stage.world.until(() => rig.console.state === "off", MINUTE_MS, "the power cut");
  await stage.world.until(() => rig.console.state === "running", MINUTE_MS, "the box to come back");
  await people.idle();
  if (rig.bins.isOpen(index)) await person.closeDoor(index);
  const again = await holder.askBin(bin);
  expectThat(again.number === 1, "the code that was just used to work again");
  await holder.answer(target, again);
  people.carried.push(await person.takeKey(index));
  expectThat(people.carried.at(-1) === fob, `fob ${fob} in bin ${bin}, as the pack says`);
  await person.closeDoor(index);
  await people.idle();

  step("ten minutes later it is used up: the box asks for the next one, and takes no other");
  await stage.world.advance(11 * MINUTE_MS);
  const next = await holder.askBin(bin);
  expectThat(next.number === 2, "code 02 asked for");
  await holder.isRefused(holder.printed(target, 1).code, "wrong-code");
  await holder.answer(target, await holder.askBin(bin));
  await holder.sees("emergency-opened");
  await person.closeDoor(index);
  await people.idle();
  step("release from the wall: its own code, and the button");
  await holder.answer("unmount", await holder.askUnmount());
  await person.see("unmount-press");
  await person.pressButton();
  await holder.sees("unmounted");
  await people.idle();
}

async function newSheet({ stage, step, people }: Act, old: PackHolder): Promise<void> {
  const { person, rig, cloud } = stage;
  const { bin } = old.binOf(KEY);
  const target = `bin:${bin}`;
  step("online: the box tells which codes were used, and the next sheet has others");
  rig.links.setInternet("ok");
  await stage.untilInSync(10 * MINUTE_MS);
  const states = packOf(stage)
    .sheet!.targets.find((one) => one.target === target)!
    .codes.map((one) => one.state);
  expectThat(states.slice(0, 3).join() === "used,used,good", `codes 01 and 02 crossed out (they are ${states.join()})`);
  cloud.sheets.rotate(rig.name);
  const holder = new PackHolder(stage);
  expectThat(packOf(stage, 1).sheet!.standing === "superseded", "the older sheet marked as superseded");
  const asked = await old.askBin(bin);
  expectThat(asked.sheet === 1 && asked.number === 3, "the box to go on with the older sheet");
  await holder.sayNewer(2);
  await person.see("emergency-code");
  await holder.answer(target, { sheet: 2, number: 1 });
  await holder.sees("emergency-opened");
  await person.closeDoor(rig.bins.byLabel(bin));
  await people.idle();
  step("which closes the older sheet");
  const { sheet } = await old.askBin("A-1");
  expectThat(sheet === 2, "the newer sheet in force at the box");
  await holder.sayNewer(1);
  await holder.sees("refused-sheet-not-newer");
  await holder.askBin("A-1");
  await holder.isRefused(old.printed("bin:A-1", 1).code, "wrong-code");
  await people.idle();
  await stage.untilInSync(10 * MINUTE_MS);
  expectThat(packOf(stage, 1).sheet!.standing === "closed", "the older sheet closed in the cloud");
}

/** Wrong codes in a row by the last record of one; undefined: none is on record. */
function failuresOnFlash({ rig }: Act["stage"]): number | undefined {
  const records = [...readJournal(rig.flash.journal, 1)];
  return records.findLast(({ record }) => record?.kind === Kind.codeFailure)?.record?.count;
}
