import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { drawn, PANELS, sheetOf } from "../../../sim/bench/panel/draw.js";
import { VIEWS } from "../../../sim/bench/panel/views.js";
import { ROOT } from "../../tidy/sources.js";

/** Every screen of a language and size on one sheet. `PICTURES=write` makes them anew: look at each before you commit it. */
const FOLDER = join(ROOT, "hal/panel/pictures");
const LANGUAGES = ["en", "fr", "ja"] as const;
const CASES = PANELS.flatMap(({ name }) => LANGUAGES.map((language) => [name, language] as const));

test.each(CASES)("every screen at %s in %s looks as on its sheet", (name, language) => {
  const path = join(FOLDER, `${name}-${language}.png`);
  const columns = name === "800x480" ? 4 : 6;
  const sheet = sheetOf(
    VIEWS.map(({ view }) => drawn(name, { ...view, language })),
    columns,
  );
  if (process.env.PICTURES === "write") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, sheet);
  }
  expect(existsSync(path), `${path}: PICTURES=write npx vitest run tests/panel/screen/golden.test.ts`).toBe(true);
  const [now, before] = [PNG.sync.read(sheet), PNG.sync.read(readFileSync(path))];
  expect([now.width, now.height]).toEqual([before.width, before.height]);
  expect(differing(now, before, PANELS.find((panel) => panel.name === name)!, columns)).toEqual([]);
});

/** Names of the screens on which a pixel differs. */
function differing(now: PNG, before: PNG, panel: { width: number; height: number }, columns: number): string[] {
  const found = new Set<string>();
  for (let i = 0; i < now.data.length; i += 4) {
    if (now.data.readUInt32BE(i) === before.data.readUInt32BE(i)) continue;
    const x = (i / 4) % now.width;
    const y = Math.floor(i / 4 / now.width);
    const index = Math.floor(y / (panel.height + 6)) * columns + Math.floor(x / (panel.width + 6));
    found.add(VIEWS[index]?.name ?? "between the screens");
  }
  return [...found];
}
