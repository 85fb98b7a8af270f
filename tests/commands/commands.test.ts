import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Auth, Belief, CommandKind, Exchange, Kind, Outcome } from "../../firmware/records/records.js";
import { PackHolder } from "../../sim/trials/scenarios/emergency.js";
import { Stage } from "../../sim/trials/stage/stage.js";
import { readJournal, readMemory } from "../support/box-memory.js";

const MINUTE_MS = 60_000;
let stage: Stage;
const box = () => stage.machine.name;
const records = () => [...readJournal(stage.machine.flash.journal, 1)].flatMap(({ record }) => record ?? []);
const commands = () => records().filter((record) => record.kind === Kind.command);
const intents = () => records().filter((record) => record.kind === Kind.intent);
const screen = () => stage.machine.panel.view?.screen;

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

/** Waits for the receipt of what was just issued. */
async function received(kind: CommandKind): Promise<void> {
  const last = stage.cloud.store.boxState(box()).commands.at(-1)!.id;
  await stage.world.until(
    () => commands().some((record) => record.kind === Kind.command && record.command === kind && record.id === last),
    MINUTE_MS,
    "the command",
  );
  await stage.world.advance(10);
}

async function arm(label: string): Promise<number> {
  const bin = stage.machine.bins.byLabel(label);
  stage.cloud.oneTouchUnlock(box(), label);
  stage.judge.armed(bin);
  await received(CommandKind.oneTouchUnlock);
  return bin;
}

describe("one-touch unlock", () => {
  it("opens its bin at a press of the flashing button, once", async () => {
    const bin = await arm("A-1");
    expect([screen(), stage.machine.button.lamp]).toEqual(["one-touch", "flash"]);
    await stage.person.pressButton();
    await stage.person.takeKey(bin);
    await stage.person.closeDoor(bin);
    expect(stage.machine.button.lamp).toBe("off");
    expect(intents()).toMatchObject([{ exchange: Exchange.pickup, bin, auth: Auth.oneTouch }]);
    await stage.person.pressButton();
    await stage.world.advance(5_000);
    expect(intents()).toHaveLength(1);
  });

  it("keeps its screen from whoever takes enter for the button; cancel leaves it", async () => {
    await arm("A-1");
    await stage.person.enter();
    expect(screen()).toBe("one-touch");
    await stage.person.cancel();
    expect(screen()).toBe("idle");
  });

  it("is over after a minute", async () => {
    await arm("A-1");
    await stage.world.advance(MINUTE_MS);
    expect([screen(), stage.machine.button.lamp]).toEqual(["idle", "off"]);
    await stage.person.pressButton();
    await stage.world.advance(5_000);
    expect(intents()).toEqual([]);
  });

  it("of an empty bin names nothing, and leaves the bin in doubt", async () => {
    const empty = stage.machine.bins.state.contents.indexOf(null);
    const bin = await arm(stage.machine.bins.label(empty));
    await stage.person.pressButton();
    await stage.person.putKey(bin, "777XYZ");
    await stage.person.closeDoor(bin);
    expect(intents()).toMatchObject([{ exchange: Exchange.dropoff, bin }]);
    expect(stage.judge.boxMemory().beliefs.content(bin)).toEqual({ belief: Belief.doubt, item: undefined });
    await stage.untilInSync(5 * MINUTE_MS);
    expect(stage.cloud.ingest.log.inventory.in(box(), bin)).toBeUndefined();
  });

  it("stays armed while another lock moves", async () => {
    const bin = await arm("A-1");
    const jammed = stage.machine.bins.state.contents.indexOf(null);
    stage.machine.bins.jam(jammed, true);
    await stage.person.scan("777XYZ");
    expect(screen()).toBe("opening");
    await stage.person.pressButton();
    expect(stage.machine.panel.view?.lines[0]?.id).toBe("refused-busy");
    await stage.world.advance(6_000);
    await stage.person.pressButton();
    expect(stage.machine.bins.isOpen(bin)).toBe(true);
  });

  it("does not take the screen from somebody who types, and typing goes on at its own screen", async () => {
    stage.machine.panel.input({ kind: "digit", digit: 1 });
    await arm("A-1");
    expect(screen()).toBe("enter-code");
    await stage.person.cancel();
    await arm("A-2");
    expect(screen()).toBe("one-touch");
    await stage.person.type("135790");
    await stage.person.see("bin-open");
  });
});

describe("bins", () => {
  it("a disabled bin gives nothing out and takes nothing; enabled, it is as before", async () => {
    const { machine, person, cloud } = stage;
    const rivoli = machine.bins.state.contents.indexOf("012ABC");
    const label = machine.bins.label(rivoli);
    cloud.setBinEnabled(box(), label, false);
    await received(CommandKind.disableBin);
    await person.type("135790");
    await person.see("refused");
    expect(machine.panel.view?.lines[0]).toEqual({ id: "refused-bin-disabled", params: { bin: label } });
    machine.powerCut({ backAfterMs: 1_000 });
    await world(3_000);
    expect(stage.judge.boxMemory().beliefs.enabled(rivoli)).toBe(false);
    await stage.untilInSync(5 * MINUTE_MS);
    cloud.setBinEnabled(box(), label, true);
    await received(CommandKind.enableBin);
    await person.see("idle", MINUTE_MS);
    await person.type("135790");
    await person.takeKey(rivoli);
  });

  it("enabling a faulty bin gives it another chance", async () => {
    const { machine, person, cloud } = stage;
    const bin = machine.bins.state.contents.indexOf(null);
    machine.bins.jam(bin, true);
    await person.scan("777XYZ");
    await world(20_000);
    expect(stage.judge.boxMemory().beliefs.faulty(bin)).toBe(true);
    cloud.setBinEnabled(box(), machine.bins.label(bin), true);
    await received(CommandKind.enableBin);
    expect(stage.judge.boxMemory().beliefs.faulty(bin)).toBe(false);
  });
});

const world = (ms: number) => stage.world.advance(ms);

describe("a bin and the release from the wall, armed at once", () => {
  async function askRelease(): Promise<void> {
    if (screen() === "one-touch") await stage.person.cancel();
    const holder = new PackHolder(stage);
    await holder.answer("unmount", await holder.askUnmount());
    await holder.sees("unmount-press");
  }
  const mount = () => stage.machine.bins.mountReleased;
  const lamp = () => stage.machine.button.lamp;

  it("a press does what the screen asks for: the release; the lamp goes on for the bin, and the next press opens that", async () => {
    await askRelease();
    const bin = await arm("A-1");
    expect(screen(), "whoever is in the middle of something keeps the screen").toBe("unmount-press");
    await stage.person.pressButton();
    expect([mount(), intents().length, screen(), lamp()]).toEqual([true, 0, "emergency-result", "flash"]);
    await stage.world.advance(5_000);
    await stage.person.pressButton();
    expect(intents()).toMatchObject([{ bin, auth: Auth.oneTouch }]);
    expect([screen(), lamp()]).toEqual(["bin-open", "off"]);
  });

  it("the release takes the screen from the bin; when it lapses or is cancelled, the bin still waits, and the lamp says so", async () => {
    const bin = await arm("A-1");
    await askRelease();
    await stage.person.choose("cancel");
    expect([mount(), lamp()]).toEqual([false, "flash"]);
    await stage.person.pressButton();
    expect([mount(), intents().length]).toEqual([false, 1]);
    expect(intents()).toMatchObject([{ bin, auth: Auth.oneTouch }]);
  });

  it("the end of the bin's minute leaves the lamp to the release", async () => {
    await arm("A-1");
    await stage.world.advance(MINUTE_MS / 2);
    await askRelease();
    await stage.world.advance(MINUTE_MS / 2);
    expect([screen(), lamp()]).toEqual(["unmount-press", "flash"]);
    await stage.person.pressButton();
    expect([mount(), intents().length, lamp()]).toEqual([true, 0, "off"]);
  });
});

describe("other commands", () => {
  it("reboot: once, after the receipt", async () => {
    stage.cloud.reboot(box());
    await received(CommandKind.reboot);
    await world(5_000);
    expect(stage.machine.boots).toBe(2);
    await stage.untilInSync(5 * MINUTE_MS);
    await world(10 * MINUTE_MS);
    expect(stage.machine.boots).toBe(2);
    expect(commands()).toHaveLength(1);
  });

  it("reboot waits for an open door, but not for ever", async () => {
    await stage.person.type("135790");
    await stage.person.see("bin-open");
    const bin = stage.machine.bins.state.open.indexOf(true);
    stage.cloud.reboot(box());
    await received(CommandKind.reboot);
    await world(30_000);
    expect(stage.machine.boots).toBe(1);
    await stage.person.takeKey(bin);
    await stage.person.closeDoor(bin);
    await world(10_000);
    expect(stage.machine.boots).toBe(2);
    expect(records().filter((record) => record.kind === Kind.outcome)).toMatchObject([{ result: Outcome.done }]);

    await stage.untilInSync(5 * MINUTE_MS);
    await stage.person.see("idle", MINUTE_MS);
    await stage.person.scan("777XYZ");
    await stage.person.see("bin-open");
    stage.cloud.reboot(box());
    await world(MINUTE_MS);
    expect(stage.machine.boots).toBe(2);
    await world(2 * MINUTE_MS);
    expect(stage.machine.boots).toBe(3);
  });

  it("reboot takes no question away from whoever is at the panel", async () => {
    await stage.person.choose("emergency");
    await stage.person.choose("all-bins");
    stage.cloud.reboot(box());
    await received(CommandKind.reboot);
    await world(30_000);
    expect([stage.machine.boots, screen()]).toEqual([1, "emergency-code"]);
    await stage.person.cancel();
    await stage.person.cancel();
    await world(5_000);
    expect(stage.machine.boots).toBe(2);
  });

  it("closing sheets makes older ones void at once", async () => {
    stage.cloud.sheets.rotate(box());
    stage.cloud.closeSheets(box());
    await received(CommandKind.closeSheets);
    const { sheet } = readMemory(stage.machine).state.codes;
    expect(sheet).toBeGreaterThan(1);
    await stage.person.choose("emergency");
    expect(stage.machine.panel.view?.lines[0]?.params).toEqual({ sheet });
  });
});
