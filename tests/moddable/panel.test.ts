import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fr } from "../../firmware/panel/texts/fr.js";
import { letterRows, PAGE_COUNT } from "../../hal/moddable/panel/keyboard.js";
import { type Box, boxAt, layOut } from "../../hal/moddable/panel/layout.js";
import { plainText } from "../../hal/moddable/panel/plain-text.js";
import { ScreenPanel } from "../../hal/moddable/panel/screen-panel.js";
import type { PanelInput, View } from "../../hal/ports/panel.js";
import { Scheduler } from "../../sim/world/clock/scheduler.js";
import { worldTimers } from "../../sim/world/clock/world-timers.js";

const SIZE = { width: 240, height: 320 };
const text = (id: string) => ({ id });
const IDLE: View = {
  screen: "idle",
  title: text("welcome"),
  lines: [text("enter-code-or-scan")],
  entry: { layout: "digits", groups: ["123", "4"], maxLength: 16 },
  choices: [],
  notices: [text("notice-offline")],
  language: "en",
};
const keys = (boxes: readonly Box[]) => boxes.filter((box) => box.action !== undefined);
const labels = (boxes: readonly Box[]) => boxes.map((box) => box.label);

describe("layout", () => {
  test("the pad has every digit, and a finger on a key is that key", () => {
    const boxes = layOut(IDLE, 0, SIZE);
    for (let digit = 0; digit <= 9; digit++) {
      const key = boxes.find((box) => box.label === `${digit}`)!;
      expect(boxAt(boxes, key.x + key.width / 2, key.y + key.height / 2)?.action).toEqual({ kind: "digit", digit });
    }
    expect(labels(boxes)).toEqual(expect.arrayContaining(["<", "OK", "123 4"]));
  });

  test("a finger on text is nothing", () => {
    expect(boxAt(layOut(IDLE, 0, SIZE), 5, 5)).toBeUndefined();
  });

  test("only the idle screen cannot be left", () => {
    expect(labels(layOut(IDLE, 0, SIZE))).not.toContain("X");
    const boxes = layOut({ ...IDLE, screen: "status" }, 0, SIZE);
    expect(boxes.find((box) => box.label === "X")?.action).toEqual({ kind: "cancel" });
  });

  test("the question for a printed code is whole: bin, number and sheet, over keys that a finger can hit", () => {
    const params = { bin: "C-12", sheet: 117, number: "07" };
    const choice = (id: string) => ({ id, label: text(`choice-${id}`) });
    for (const language of ["en", "fr"]) {
      for (const id of ["ask-code-bin", "ask-code-all", "ask-code-unmount"]) {
        const choices = ["next-code", "newer-sheet", "cancel"].map(choice);
        const title = { id, params };
        const view = { ...IDLE, screen: "emergency-code" as const, title, lines: [], choices, language };
        const boxes = layOut(view, 0, SIZE);
        const titles = boxes.filter((box) => box.style === "title");
        const said = titles.map((box) => box.label).join(" ");
        for (const part of id === "ask-code-bin" ? ["C-12", "07", "117"] : ["07", "117"]) expect(said).toContain(part);
        for (const { label, width } of titles) expect(label.length * 10).toBeLessThanOrEqual(width);
        for (const key of keys(boxes)) expect(key.height).toBeGreaterThanOrEqual(24);
        const bottoms = boxes.map((box) => box.y + box.height);
        expect(Math.max(...bottoms)).toBeLessThanOrEqual(SIZE.height);
        const last = titles.at(-1)!;
        const entry = boxes.find((box) => box.style === "entry")!;
        expect(entry.y).toBeGreaterThanOrEqual(last.y + last.height);
        expect(boxes.find((box) => box.label === "1")!.y).toBeGreaterThanOrEqual(entry.y + entry.height);
      }
    }
  });

  test("every view fits: nothing outside the screen, no two keys on the same place, every choice there", () => {
    const view = fc.record({
      screen: fc.constantFrom("idle", "choose-key", "hotspot-passphrase"),
      title: fc.constant(text("welcome")),
      lines: fc.array(fc.constantFrom(text("enter-code-or-scan"), text("nobody-knows-this-id")), { maxLength: 8 }),
      choices: fc
        .uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 8 })
        .map((ids) => ids.map((id) => ({ id: `${id}`, label: text("choice-status") }))),
      notices: fc.array(fc.constant(text("notice-offline")), { maxLength: 4 }),
      language: fc.constantFrom("en", "fr", "ja"),
      layout: fc.constantFrom("digits" as const, "letters" as const, undefined),
      page: fc.integer({ min: 0, max: PAGE_COUNT - 1 }),
    });
    fc.assert(
      fc.property(view, ({ layout, page, ...rest }) => {
        // A full keyboard leaves room for two rows of choices.
        const choices = layout === undefined ? rest.choices : rest.choices.slice(0, 3);
        const entry = layout && { entry: { layout, groups: [""], maxLength: 8 } };
        const boxes = layOut({ ...rest, choices, ...entry }, page, SIZE);
        for (const box of boxes) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.y).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(SIZE.width + 1e-6);
          expect(box.y + box.height).toBeLessThanOrEqual(SIZE.height);
          expect(box.label).toMatch(/^[ -~]*$/);
        }
        const touchable = keys(boxes);
        for (const [i, one] of touchable.entries()) {
          for (const other of touchable.slice(i + 1))
            expect(overlap(one, other), `${one.label} ${other.label}`).toBe(false);
        }
        const chosen = touchable.flatMap(({ action }) => (action?.kind === "choice" ? [action.id] : []));
        expect(chosen).toEqual(choices.map((choice) => choice.id));
      }),
      { seed: 7 },
    );
  });
});

function overlap(one: Box, other: Box): boolean {
  const apart = 1e-6;
  return (
    one.x + one.width > other.x + apart &&
    other.x + other.width > one.x + apart &&
    one.y + one.height > other.y &&
    other.y + other.height > one.y
  );
}

test("the keyboard's pages have every printable ASCII character", () => {
  const typed = new Set<string>();
  for (let page = 0; page < PAGE_COUNT; page++) {
    for (const { action } of letterRows(page).flat()) if (action.kind === "text") typed.add(action.text);
  }
  const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));
  expect(printable.filter((letter) => !typed.has(letter))).toEqual([]);
});

test("a finger finds what is drawn, on every page of the keyboard; nothing before the first view", () => {
  const scheduler = new Scheduler();
  let drawn: readonly Box[] = [];
  const show = (boxes: readonly Box[]) => {
    drawn = boxes;
  };
  const panel = new ScreenPanel({
    drawing: { ...SIZE, show, black: () => {} },
    timers: worldTimers(scheduler),
    light: () => {},
  });
  const inputs: PanelInput[] = [];
  panel.onInput = (input) => inputs.push(input);
  const touch = (label: string) => {
    const { x, y } = drawn.find((box) => box.label === label)!;
    panel.touched(x + 1, y + 1);
    scheduler.runNext();
  };
  panel.touched(120, 300);
  panel.backlight(100);
  panel.render({ ...IDLE, screen: "hotspot-passphrase", entry: { layout: "letters", groups: [""], maxLength: 8 } });
  touch("q");
  touch("ABC");
  touch("Q");
  touch("OK");
  expect(inputs).toEqual([{ kind: "text", text: "q" }, { kind: "text", text: "Q" }, { kind: "enter" }]);
});

test("every French text can be written in the font's letters", () => {
  expect(Object.entries(fr).filter(([, text]) => plainText(text) === undefined)).toEqual([]);
  expect(plainText("Clé déjà retirée…")).toBe("Cle deja retiree...");
});

test("what the font cannot write is told, not mangled", () => {
  expect(plainText("鍵")).toBeUndefined();
  expect(labels(layOut({ ...IDLE, language: "ja" }, 0, SIZE))).toEqual(labels(layOut(IDLE, 0, SIZE)));
});
