import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "fontkit";
import { afterAll, describe, expect, test } from "vitest";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import { packPage } from "../../../sim/cloud/pack/page/page.js";
import { mixedLines, type Run } from "../../../sim/cloud/pack/pdf/bidi.js";
import { fontBytes, Glyphs } from "../../../sim/cloud/pack/pdf/fonts.js";
import { Paper } from "../../../sim/cloud/pack/pdf/paper.js";
import { packPdf } from "../../../sim/cloud/pack/pdf/pdf.js";
import { wordsFor } from "../../../sim/cloud/pack/texts/texts.js";
import { Office } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "pack-directions-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = [
  "דירה שמאלית 12",
  "דירה ימנית 12",
  "مفتاح المستودع",
  "مفتاح المكتب",
  "Villa שלום 7 (B)",
  "مبنى ٣٤ باب A-5",
  "מחסן (קומה 3)",
];

function officeWithNames(): Office {
  const office = new Office();
  for (const [i, name] of NAMES.entries()) office.cloud.admin.changeKey(i + 1, { name });
  return office;
}

function hasPdftotext(): boolean {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Without the marks of direction that a reader of a PDF adds. */
const bare = (text: string) => text.normalize("NFKC").replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** Ten points for a letter. */
const wide = (runs: readonly Run[]) => 10 * runs.reduce((sum, { text }) => sum + text.length, 0);
const lines = (text: string, width = 1_000) =>
  mixedLines(text, "text", width, wide).map((runs) => runs.map((run) => run.text));

describe("names that run from the right", () => {
  test.skipIf(!hasPdftotext())("are on paper, each as it is written", async () => {
    const pack = officeWithNames().pack();
    const { bytes, missing } = await packPdf(pack, wordsFor(pack, "en", formatText), "A4");
    expect(missing).toEqual([]);
    const file = join(folder, "names.pdf");
    writeFileSync(file, bytes);
    const text = bare(execFileSync("pdftotext", [file, "-"], { encoding: "utf8", maxBuffer: 1e8 }));
    // On the cards, by name and by fob. What reads a PDF may take a line to run from the left: word by word.
    for (const word of NAMES.slice(0, 4).flatMap((name) => name.split(" ")))
      expect(text.split(word).length, word).toBeGreaterThan(3);
  });

  test("stand in the order in which they are drawn", () => {
    // The writer turns the letters of a Hebrew or Arabic run round itself.
    expect(lines("דירה 12")).toEqual([["12", " ", "דירה"]]);
    expect(lines("Villa שלום 7 (B)")).toEqual([["Villa ", "7", " ", "שלום", " (B)"]]);
    expect(lines("מחסן (קומה 3)")).toEqual([["(", "3", " ", "קומה", ") ", "מחסן"]]);
    expect(lines("باب A-5")).toEqual([["A-5", " ", "باب"]]);
    expect(lines("مبنى ٣٤")).toEqual([["٣", "٤", " ", "مبنى"]]);
  });

  test("break between words, the first word on the first line, and within one that is too long", () => {
    expect(lines("אבג דהו זחט", 75)).toEqual([["דהו", " ", "אבג"], ["זחט"]]);
    expect(lines("אבגדהוזחט", 45)).toEqual([["אבגד"], ["הוזח"], ["ט"]]);
    expect(lines("א b", 0)).toEqual([["א"], ["b"]]);
  });

  test("are shaped: letters of Arabic join, and two names have other glyphs", () => {
    const font = create(fontBytes("arabic"));
    if (!("layout" in font)) throw new Error("a collection of fonts");
    const glyphs = (text: string) => font.layout(text).glyphs.map((glyph) => glyph.id);
    const alone = [..."مفتاح"].flatMap((letter) => glyphs(letter));
    expect(glyphs("مفتاح").reverse()).not.toEqual(alone);
    expect(glyphs("المستودع")).not.toEqual(glyphs("المكتب"));
    for (const id of glyphs("المستودع")) expect(id).not.toBe(0);
  });

  test("keep joiners within Arabic; an emoji loses its own", () => {
    const glyphs = new Glyphs();
    expect(glyphs.printable("می\u200cخواهم")).toBe("می\u200cخواهم");
    expect(glyphs.printable("A\u200dB")).toBe("AB");
    expect([...glyphs.missing]).toEqual([]);
  });

  test("say on the phone which way they run", () => {
    const pack = officeWithNames().pack();
    const page = packPage([{ pack, words: wordsFor(pack, "en", formatText) }]);
    for (const name of NAMES) expect(page).toContain(`<b dir="auto">${name}`);
  });
});

test("two names of letters that no font has are two names on paper", () => {
  const glyphs = new Glyphs();
  expect(glyphs.printable("한 1")).toBe("[D55C] 1");
  expect(glyphs.printable("글 1")).toBe("[AE00] 1");
  expect(glyphs.printable("👍")).toBe("[1F44D]");
  expect([...glyphs.missing]).toEqual(["한", "글", "👍"]);
});

test("a page's head that is too long keeps the end of the name, by which two places differ", () => {
  const options = { size: "A4", title: "", language: "en", createdAt: new Date(0) } as const;
  const paper = new Paper({ ...options, glyphs: new Glyphs() });
  const style = { font: "bold", size: 12 } as const;
  const head = (end: string) => paper.shortened(`MS5-PARIS · Rue du Faubourg Saint-Honoré, ${end}`, style, 160);
  expect(head("escalier B")).toMatch(/^MS5-.*….*escalier B$/);
  expect(head("escalier B")).not.toBe(head("escalier C"));
  expect(paper.widthOf(head("escalier B"), style)).toBeLessThanOrEqual(160);
});
