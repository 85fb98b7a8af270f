import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { CATALOGUES } from "../../../firmware/panel/texts/catalogue.js";
import { Face } from "../../../hal/panel/font.js";
import { fullKeys, groupKeys, pageAfterLetter } from "../../../hal/panel/keyboard.js";
import { layOut } from "../../../hal/panel/layout.js";
import { type Setting, START, type ViewPlace } from "../../../hal/panel/setting.js";
import type { Tile } from "../../../hal/panel/tile.js";
import type { View } from "../../../hal/ports/panel.js";
import { PANELS, type PanelName, settingFor } from "../../../sim/bench/panel/draw.js";
import { VIEWS } from "../../../sim/bench/panel/views.js";

// A picture takes seconds where others work, too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** As the cloud lets a key be called, on a screen that has nothing but choices. */
const LONG_NAME = { id: "key-name", params: { key: "Boulevard de la Bastille 112, second floor on the left" } };
const LANGUAGES = Object.keys(CATALOGUES);
const SIZES = PANELS.map(({ name }) => name);
const settings = new Map(SIZES.map((name) => [name, settingFor(name)]));
const setting = (name: PanelName): Setting => settings.get(name)!;

function tilesOf(view: View, name: PanelName, place: Partial<ViewPlace> = {}, more: Partial<Setting> = {}): Tile[] {
  const tiles: Tile[] = [];
  layOut(view, { ...START, ...place }, { ...setting(name), ...more }, (tile) => tiles.push(tile));
  return tiles;
}

/** Each pixel of the screen belongs to one tile: else something of the view before would stay, or a tile be drawn over another. */
function coverOnce(tiles: readonly Tile[], { width, height }: Setting): void {
  const covered = new Uint8Array(width * height);
  for (const { x, y, width: wide, height: high, lines } of tiles) {
    expect(wide, lines.join()).toBeGreaterThanOrEqual(0);
    for (let row = y; row < y + high; row++) for (let at = x; at < x + wide; at++) covered[row * width + at]!++;
  }
  expect(covered.every((count) => count === 1)).toBe(true);
  const area = tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0);
  expect(area).toBe(width * height);
}

/** No letter of any tile is cut off. */
function nothingCut(tiles: readonly Tile[], { font }: Setting): void {
  for (const { lines, face, width, height } of tiles) {
    for (const line of lines) expect(font.width(face, line), `${line} in ${width} px`).toBeLessThanOrEqual(width);
    if (face !== Face.hero && lines.length > 0)
      expect(lines.length * font.lineHeight(face), lines.join("|")).toBeLessThanOrEqual(height);
  }
}

function aFingerFits(tiles: readonly Tile[], { key }: Setting): void {
  for (const { action, width, height, reach = 0, lines } of tiles) {
    if (action === undefined) continue;
    expect(width, `${lines}`).toBeGreaterThanOrEqual(key);
    expect(Math.max(height, reach), `${lines}`).toBeGreaterThanOrEqual(key);
  }
}

describe.each(SIZES)("at %s", (name) => {
  test.each(LANGUAGES)("every screen in %s covers the panel once, cuts nothing, and has keys of 9 mm", (language) => {
    for (const large of [false, true]) {
      for (const { view } of VIEWS) {
        const tiles = tilesOf({ ...view, language }, name, {}, { large });
        coverOnce(tiles, setting(name));
        nothingCut(tiles, setting(name));
        aFingerFits(tiles, setting(name));
      }
    }
  });

  test("whatever is said and offered, all of it is on some page", () => {
    const texts = Object.keys(CATALOGUES.en!).map((id) => ({ id }));
    const view = fc.record({
      screen: fc.constantFrom("idle", "refused", "choose-key", "enter-code"),
      title: fc.constantFrom(...texts),
      lines: fc.array(fc.constantFrom(...texts), { maxLength: 8 }),
      choices: fc
        .array(fc.constantFrom(...texts.filter(({ id }) => id.startsWith("choice-")), LONG_NAME), { maxLength: 8 })
        .map((labels) => labels.map((label, i) => ({ id: `${i}`, label }))),
      notices: fc.array(fc.constantFrom(...texts), { maxLength: 6 }),
      language: fc.constantFrom(...LANGUAGES),
      layout: fc.constantFrom("digits" as const, undefined),
    });
    fc.assert(
      fc.property(view, ({ layout, ...rest }) => {
        const entry = layout && { entry: { layout, groups: ["12"], maxLength: 8 } };
        const choices = rest.choices.filter(({ label }) => layout === undefined || label.id !== "key-name");
        const shown: View = { ...rest, ...entry, choices };
        const chosen = new Set<string>();
        for (let page = 0; page < 8; page++) {
          const tiles = tilesOf(shown, name, { choices: page, texts: page });
          coverOnce(tiles, setting(name));
          nothingCut(tiles, setting(name));
          aFingerFits(tiles, setting(name));
          for (const { action } of tiles) if (action?.kind === "choice") chosen.add(action.id);
        }
        expect([...chosen].sort()).toEqual(choices.map(({ id }) => id).sort());
      }),
      { seed: 7, numRuns: 20 },
    );
  });
});

test("the words of all notices are one touch away", () => {
  const { view } = VIEWS.find((one) => one.name === "idle-offline")!;
  const en = { ...view, language: "en" };
  const strip = tilesOf(en, "240x320").find((tile) => tile.action?.kind === "words")!;
  expect(strip.reach).toBeGreaterThanOrEqual(setting("240x320").key);
  const words = tilesOf(en, "240x320", { words: true })
    .flatMap((tile) => tile.lines)
    .join(" ");
  for (const part of ["Bin A-3", "26 h", "18 %", "Clock not set", "2 faults"]) expect(words).toContain(part);
});

test("a text that is too long for its place goes on page by page, and begins again", () => {
  const { view } = VIEWS.find((one) => one.name === "status")!;
  const said = (texts: number) =>
    tilesOf({ ...view, language: "fr" }, "240x320", { texts })
      .flatMap((tile) => tile.lines)
      .join(" ");
  expect(said(0)).toContain("SB-PARIS-0042");
  expect(said(0)).not.toContain("bins");
  expect(said(1)).toContain("bins");
  expect(said(2)).toBe(said(0));
});

test("the idle screen cannot be left, any other can", () => {
  for (const { view } of VIEWS) {
    const leaves = tilesOf({ ...view, language: "en" }, "240x320").some((tile) => tile.action?.kind === "cancel");
    expect(leaves).toBe(view.screen !== "idle");
  }
});

test("one more digit changes one tile", () => {
  const { view } = VIEWS.find((one) => one.name === "enter-code")!;
  const at = (typed: string) =>
    tilesOf({ ...view, language: "en", entry: { ...view.entry!, groups: [typed] } }, "240x320").map((tile) =>
      JSON.stringify(tile),
    );
  const before = at("***");
  expect(at("****").filter((tile) => !before.includes(tile))).toHaveLength(1);
});

test("both keyboards have every printable ASCII character, and go back to the groups after each", () => {
  const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));
  const typed = (pages: number, keys: typeof fullKeys) => {
    const all = new Set<string>();
    for (let page = 0; page < pages; page++)
      for (const { action } of keys(page).rows.flat()) if (action.kind === "text") all.add(action.text);
    return printable.filter((letter) => !all.has(letter));
  };
  expect(typed(3, fullKeys)).toEqual([]);
  expect(typed(24, groupKeys)).toEqual([]);
  const opens = groupKeys(1)
    .rows.flat()
    .map(({ action }) => (action.kind === "keyboard" ? action.page : -1));
  expect(pageAfterLetter(Math.max(...opens))).toBe(1);
  expect(pageAfterLetter(2)).toBe(0);
});
