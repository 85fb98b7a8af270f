import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { beforeAll, expect, test, vi } from "vitest";
import { layOut } from "../../../hal/panel/layout.js";
import { visual } from "../../../hal/panel/right-to-left.js";
import { type Setting, START } from "../../../hal/panel/setting.js";
import { drawn, fitLetters, PANELS, type PanelName, settingFor, sheetOf } from "../../../sim/bench/panel/draw.js";
import { NAMED_VIEWS, type Named, VIEWS } from "../../../sim/bench/panel/views.js";
import { ROOT } from "../../tidy/sources.js";

// A picture takes seconds where others work, too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Every screen of a language and size on one sheet. `PICTURES=write` makes them anew: look at each before you commit it. */
const FOLDER = join(ROOT, "hal/panel/pictures");
const LANGUAGES = ["en", "fr", "ja"] as const;
const CASES = PANELS.flatMap(({ name }) => LANGUAGES.map((language) => [name, language] as const));

// As on a board, whose partition has them all.
beforeAll(() => fitLetters(JSON.stringify([VIEWS, NAMED_VIEWS])));

test.each(CASES)("every screen at %s in %s looks as on its sheet", (name, language) => {
  asOnSheet(name, language, VIEWS, language, {});
});

test.each(CASES)("every screen at %s in %s with large texts looks as on its sheet", (name, language) => {
  asOnSheet(name, `${language}-large`, VIEWS, language, { large: true });
});

test.each(PANELS.map(({ name }) => name))("names of the Near and the Far East at %s look as on their sheet", (name) => {
  asOnSheet(name, "names", NAMED_VIEWS, "en", {});
});

test.each(["en", "fr", "ja"])("no letter of any screen in %s is shown as its number", (language) => {
  const setting = settingFor("240x320");
  const numbers = new Set<string>();
  for (const { view } of [...VIEWS, ...NAMED_VIEWS]) {
    layOut({ ...view, language }, START, setting, ({ face, lines }) => {
      for (const line of lines) if (!setting.font.has(face, visual(line))) numbers.add(line);
    });
  }
  expect([...numbers]).toEqual([]);
});

/** Compares pictures of `views` with the sheet in `file`, or writes it. */
function asOnSheet(
  name: PanelName,
  file: string,
  views: readonly Named[],
  language: string,
  setting: Partial<Setting>,
): void {
  const path = join(FOLDER, `${name}-${file}.png`);
  const columns = name === "800x480" ? 4 : 6;
  const sheet = sheetOf(
    views.map(({ view }) => drawn(name, { ...view, language }, START, setting)),
    columns,
  );
  if (process.env.PICTURES === "write") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, sheet);
  }
  expect(existsSync(path), `${path}: PICTURES=write npx vitest run tests/panel/screen/golden.test.ts`).toBe(true);
  const [now, before] = [PNG.sync.read(sheet), PNG.sync.read(readFileSync(path))];
  expect([now.width, now.height]).toEqual([before.width, before.height]);
  expect(differing({ now, before, views, columns }, PANELS.find((panel) => panel.name === name)!)).toEqual([]);
}

interface Sheets {
  readonly now: PNG;
  readonly before: PNG;
  readonly views: readonly Named[];
  readonly columns: number;
}

/** Names of the screens on which a pixel differs. */
function differing(
  { now, before, views, columns }: Sheets,
  panel: { readonly width: number; readonly height: number },
): string[] {
  const found = new Set<string>();
  for (let i = 0; i < now.data.length; i += 4) {
    if (now.data.readUInt32BE(i) === before.data.readUInt32BE(i)) continue;
    const x = (i / 4) % now.width;
    const y = Math.floor(i / 4 / now.width);
    const index = Math.floor(y / (panel.height + 6)) * columns + Math.floor(x / (panel.width + 6));
    found.add(views[index]?.name ?? "between the screens");
  }
  return [...found];
}
