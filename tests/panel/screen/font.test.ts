import { beforeAll, describe, expect, test } from "vitest";
import { Face, FontFile } from "../../../hal/panel/font.js";
import { fontFile } from "../../../sim/engines/glyphs/font-file.js";
import { NAME_LETTERS, TEXT_LETTERS } from "../../../sim/engines/glyphs/letters.js";
import { lettersFile } from "../../../sim/engines/glyphs/letters-file.js";

const PIXELS_PER_MILLIMETRE = 5.56;
/** Simplified and traditional Chinese, Korean, a kanji that the catalogue has not. */
const NAMES = "阳臺테鴨";
const codesOf = (text: string) => [...text].map((letter) => letter.codePointAt(0)!);

let file: ArrayBuffer;
let letters: ArrayBuffer;
beforeAll(async () => {
  file = fontFile(PIXELS_PER_MILLIMETRE).buffer;
  letters = (await lettersFile(PIXELS_PER_MILLIMETRE, codesOf(NAMES))).buffer;
});

/** What is painted for `text`: from which sheet, and where. */
function drawn(font: FontFile, text: string): { sheet: number; x: number; width: number; height: number }[] {
  const found: { sheet: number; x: number; width: number; height: number }[] = [];
  font.run(Face.text, text, 0, 0, (sheet, x, _top, _sheetX, _sheetY, width, height) =>
    found.push({ sheet, x, width, height }),
  );
  return found;
}

describe("letters of names", () => {
  test("come from the second file, as large as those of the first", () => {
    const font = new FontFile(file, letters);
    expect(font.has(Face.text, NAMES)).toBe(true);
    const em = font.width(Face.text, "鍵");
    for (const letter of NAMES) {
      const [glyph, more] = drawn(font, letter);
      expect([glyph!.sheet, more], letter).toEqual([1, undefined]);
      expect(Math.abs(font.width(Face.text, letter) - em), letter).toBeLessThanOrEqual(3);
      expect(glyph!.height, letter).toBeLessThanOrEqual(font.lineHeight(Face.text));
    }
  });

  test("stand beside those of the first, each from its own sheet", () => {
    const font = new FontFile(file, letters);
    const glyphs = drawn(font, "A臺5");
    expect(glyphs.map(({ sheet }) => sheet)).toEqual([0, 1, 0]);
    expect(glyphs.map(({ x }) => x)).toEqual([...glyphs.map(({ x }) => x)].sort((a, b) => a - b));
    expect(font.width(Face.text, "A臺5")).toBe(
      ["A", "臺", "5"].reduce((sum, letter) => sum + font.width(Face.text, letter), 0),
    );
  });

  test("are numbers without the second file, and where neither file has them", () => {
    const alone = new FontFile(file);
    expect(alone.width(Face.text, "臺")).toBe(alone.width(Face.text, "[81FA]"));
    const both = new FontFile(file, letters);
    expect(both.width(Face.text, "룡")).toBe(both.width(Face.text, "[B8E1]"));
    expect(both.has(Face.title, "臺")).toBe(false);
  });
});

describe("a second file that is none counts as absent", () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>]>([
    ["erased flash", (bytes) => bytes.fill(0xff)],
    ["zeros", (bytes) => bytes.fill(0)],
    ["of a few bytes", (bytes) => bytes.slice(0, 7)],
    ["cut off", (bytes) => bytes.slice(0, bytes.length - 200)],
    ["for a panel of another density", () => lettersFile(7.4, codesOf(NAMES))],
  ])("%s", async (_, change) => {
    const wrong = await change(new Uint8Array(letters.slice(0)));
    const font = new FontFile(file, wrong.slice().buffer);
    expect([font.hasLetters, font.sheets.length]).toEqual([false, 1]);
    expect(font.width(Face.text, "臺")).toBe(font.width(Face.text, "[81FA]"));
  });
});

test("names of Japan and China are written with marks besides their ideographs, of Israel with a hyphen of its own", () => {
  const font = new FontFile(file);
  expect(font.has(Face.text, "々〆〇 תל־אביב צה״ל ג׳")).toBe(true);
  for (const letter of "（）【】〒！１Ａ①㈱ｱ～")
    expect([...TEXT_LETTERS, ...NAME_LETTERS], letter).toContain(letter.codePointAt(0));
});

test("no text is lost to the second file: all that the catalogue is written in is in the first", () => {
  const font = new FontFile(file);
  const lost = TEXT_LETTERS.filter((letter) => letter >= 0x3000 && !font.has(Face.text, String.fromCodePoint(letter)));
  expect(lost).toEqual([]);
});
