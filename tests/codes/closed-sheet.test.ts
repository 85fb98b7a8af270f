import { afterEach, beforeEach, expect, it } from "vitest";
import { Kind, Outcome } from "../../firmware/records/records.js";
import { PackHolder } from "../../sim/trials/scenarios/emergency.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import { readJournal } from "../support/box-memory.js";

const MINUTE_MS = 60_000;
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open({ seed: 1, broker: "virtual" });
  stage.machine.start();
  await stage.untilInSync(5 * MINUTE_MS);
});
afterEach(async () => {
  const crash = stage.machine.crashes[0];
  await stage.close();
  if (crash !== undefined) throw new Error(crash.stack);
});

const view = () => stage.machine.panel.view!;
const outcomes = () =>
  [...readJournal(stage.machine.flash.journal, 1)].flatMap(({ record }) =>
    record?.kind === Kind.emergencyOutcome && record.bin === undefined ? [record.result] : [],
  );

/** The manager hears that the sheet was stolen. */
async function close(): Promise<void> {
  stage.cloud.sheets.rotate(stage.machine.name);
  stage.cloud.closeSheets(stage.machine.name);
  await stage.world.advance(2_500);
}

it("a run over all bins whose sheet is closed stops, says so and after which bin, and is on record as over", async () => {
  const holder = new PackHolder(stage);
  await holder.answer("all", await holder.askAll());
  await stage.world.advance(4_000);
  await close();
  expect(view().title.id).toBe("refused-sheet-closed");
  const opened = stage.machine.bins.state.open.filter((isOpen) => isOpen).length;
  expect(view().lines).toEqual([{ id: "all-stopped", params: { bin: stage.machine.bins.label(opened - 1) } }]);
  await stage.world.advance(MINUTE_MS);
  expect(view().screen).toBe("idle");
  expect(stage.machine.bins.state.open.filter((isOpen) => isOpen)).toHaveLength(opened);
  expect(outcomes()).toEqual([Outcome.unconfirmed]);
});

it("a code that is typed for a sheet that was closed meanwhile is refused with that reason", async () => {
  const holder = new PackHolder(stage);
  const asked = await holder.askAll();
  await close();
  await holder.answer("all", asked);
  expect(view().title.id).toBe("refused-sheet-closed");
});

it("the button does not release a box whose sheet was closed while it waited for that", async () => {
  const holder = new PackHolder(stage);
  await holder.answer("unmount", await holder.askUnmount());
  await close();
  await stage.person.pressButton();
  expect(stage.machine.bins.mountReleased).toBe(false);
  expect(view().title.id).toBe("refused-sheet-closed");
  expect(outcomes()).toEqual([Outcome.notOpened]);
  expect(stage.machine.button.lamp).toBe("off");
});

it("the screen of one bin follows its door: take the key, shut the door, still open, shut", async () => {
  const holder = new PackHolder(stage);
  const bin = stage.machine.bins.byLabel("A-1");
  await holder.answer("bin:A-1", await holder.askBin("A-1"));
  await holder.sees("emergency-opened");
  expect(view().lines).toEqual([{ id: "take-key" }, { id: "close-door", params: { bin: "A-1" } }]);
  await stage.world.advance(59_000);
  expect(view().screen).toBe("idle");
  await holder.sees("held-open");
  await stage.person.closeDoor(bin);
  expect(view().title).toEqual({ id: "emergency-closed", params: { bin: "A-1" } });
  await stage.world.advance(MINUTE_MS);
  expect(view().screen).toBe("idle");
  await holder.answer("bin:A-1", await holder.askBin("A-1"));
  await holder.sees("emergency-opened");
  await stage.person.choose("emergency-again");
  await stage.person.closeDoor(bin);
  expect(view().screen).toBe("emergency");
});

const checked = () =>
  [...readJournal(stage.machine.flash.journal, 1)].filter(({ record }) => record?.kind === Kind.binChecked);

it.each(["all-out", "bin-by-bin"])(
  "%s: after a run, the holder of a sheet that was closed since frees no bin",
  async (way) => {
    const holder = new PackHolder(stage);
    await holder.answer("all", await holder.askAll());
    await stage.person.see("emergency-result", 5 * MINUTE_MS);
    await close();
    await stage.person.choose(way);
    if (way === "bin-by-bin") await stage.person.choose("bin-empty");
    expect(
      view()
        .lines.concat(view().title)
        .map(({ id }) => id),
    ).toContain("refused-sheet-closed");
    expect(checked()).toEqual([]);
  },
);

it("nor does the holder of the code of one bin", async () => {
  const holder = new PackHolder(stage);
  const bin = stage.machine.bins.byLabel("A-1");
  await holder.answer("bin:A-1", await holder.askBin("A-1"));
  await stage.world.until(() => stage.machine.bins.isOpen(bin), MINUTE_MS, "the door");
  await stage.person.closeDoor(bin);
  await close();
  await stage.person.choose("bin-empty");
  expect(view().title.id).toBe("refused-sheet-closed");
  expect(checked()).toEqual([]);
});
