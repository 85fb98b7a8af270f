import { afterEach, expect, test } from "vitest";
import { Kind, Outcome } from "../../firmware/records/records.js";
import type { PanelInput } from "../../hal/ports/panel.js";
import { BADGE, BoxRig, FLAT, VAN } from "../support/box-rig.js";

let rig: BoxRig;
afterEach(() => rig.check());

const ENTER: PanelInput = { kind: "enter" };
/** From one press of a finger that bounces to the next, and of somebody who presses again because nothing seems to happen, ms. */
const BOUNCE_MS = 100;
const IMPATIENT_MS = 2_000;

async function press(input: PanelInput): Promise<void> {
  rig.machine.panel.input(input);
  await rig.world.advance(1);
}

const tap = (id: string) => press({ kind: "choice", id });

async function typeDigits(digits: string): Promise<void> {
  for (const digit of digits) await press({ kind: "digit", digit: Number(digit) });
  await press(ENTER);
}

async function secondEnter(afterMs: number): Promise<void> {
  await rig.world.advance(afterMs);
  await press(ENTER);
}

test("enter that bounces does not take the refusal away; pressed again, once it has been read, it does", async () => {
  rig = await BoxRig.started();
  await typeDigits("987654");
  await secondEnter(BOUNCE_MS);
  expect(rig.refusal).toBe("wrong-code");
  await secondEnter(IMPATIENT_MS);
  expect(rig.screen).toBe("idle");
});

test.each([BOUNCE_MS, IMPATIENT_MS])("enter, and %s ms later once more, answers no question", async (afterMs) => {
  rig = await BoxRig.started();
  await rig.pickUp(VAN.code);
  await rig.idle();
  await typeDigits(VAN.code);
  await secondEnter(afterMs);
  expect(rig.screen).toBe("take-or-return");
  await press({ kind: "cancel" });
  await rig.person.scan(BADGE.ana);
  expect(rig.screen).toBe("choose-key");
  await secondEnter(afterMs);
  expect(rig.screen).toBe("choose-key");
  await press({ kind: "cancel" });
  expect(rig.screen).toBe("idle");
});

test("enter once more, while a bin is open, leaves what to do there on the screen", async () => {
  rig = await BoxRig.started();
  await typeDigits(VAN.code);
  await rig.person.see("bin-open");
  await secondEnter(IMPATIENT_MS);
  expect(rig.screen).toBe("bin-open");
});

test.each([BOUNCE_MS, IMPATIENT_MS])("enter, and %s ms later once more, keeps the release armed", async (afterMs) => {
  rig = await BoxRig.started();
  await rig.askFor("unmount");
  await typeDigits(rig.printed("unmount", 1));
  await secondEnter(afterMs);
  expect(rig.screen).toBe("unmount-press");
  await rig.person.pressButton();
  expect(rig.title?.id).toBe("unmounted");
  expect(rig.of(Kind.emergencyOutcome).map(({ result }) => result)).toEqual([Outcome.done]);
});

test("a finger that taps twice says of one bin that it is empty, and nothing of the next one", async () => {
  rig = await BoxRig.started();
  await rig.person.choose("emergency");
  await rig.person.choose("all-bins");
  await typeDigits(rig.printed("all", 1));
  await rig.person.see("emergency-result", 60_000);
  await tap("bin-by-bin");
  await rig.world.advance(IMPATIENT_MS);
  await tap("bin-empty");
  await rig.world.advance(BOUNCE_MS);
  await tap("bin-empty");
  expect(rig.title?.params).toEqual({ bin: "A-2" });
  expect(rig.of(Kind.binChecked).map(({ bin }) => bin)).toEqual([0]);
  await rig.world.advance(IMPATIENT_MS);
  await tap("bin-empty");
  expect(rig.of(Kind.binChecked).map(({ bin }) => bin)).toEqual([0, 1]);
  await secondEnter(IMPATIENT_MS);
  expect(rig.title?.params).toEqual({ bin: "A-3" });
  await press({ kind: "cancel" });
  expect(rig.screen).toBe("bins-checked");
});

test("another key in between, and a digit that comes twice, are no second press", async () => {
  rig = await BoxRig.started();
  await typeDigits("98");
  expect(rig.refusal).toBe("code-too-short");
  await typeDigits(FLAT.code);
  await rig.person.see("bin-open");
  expect(rig.shownBin()).toBe(FLAT.bin);
});
