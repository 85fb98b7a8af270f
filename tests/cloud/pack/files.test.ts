import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, describe, expect, test } from "vitest";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import { binLabel, unitLetter } from "../../../hal/ports/bin-label.js";
import type { Language } from "../../../sim/cloud/domain.js";
import { codesCsv, keysCsv } from "../../../sim/cloud/pack/csv.js";
import { grouped, type Pack } from "../../../sim/cloud/pack/pack.js";
import { packPage } from "../../../sim/cloud/pack/page/page.js";
import { type PaperSize, packPdf } from "../../../sim/cloud/pack/pdf/pdf.js";
import { wordsFor } from "../../../sim/cloud/pack/texts/texts.js";
import { writePack } from "../../../sim/cloud/pack/write.js";
import { BOX, Office } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "pack-"));
afterAll(() => rmSync(folder, { recursive: true }));

function hasPdftotext(): boolean {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Text of each page, spaces folded. */
function pagesOf(bytes: Uint8Array): string[] {
  const file = join(folder, "pack.pdf");
  writeFileSync(file, bytes);
  const text = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8", maxBuffer: 1e8 });
  return text
    .split("\f")
    .slice(0, -1)
    .map((page) => page.replaceAll(/\s+/g, " "));
}

interface Word {
  readonly text: string;
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
}

/** Where each word of each page stands, points. */
function boxesOf(bytes: Uint8Array): Word[][] {
  const file = join(folder, "pack.pdf");
  writeFileSync(file, bytes);
  const xml = execFileSync("pdftotext", ["-bbox", file, "-"], { encoding: "utf8", maxBuffer: 1e8 });
  return xml
    .split("<page ")
    .slice(1)
    .map((page) =>
      [...page.matchAll(/<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">(.*?)<\/word>/g)].map(
        ([, xMin, yMin, xMax, text]) => ({ text: text!, xMin: Number(xMin), yMin: Number(yMin), xMax: Number(xMax) }),
      ),
    );
}

const goodCodes = (pack: Pack) =>
  pack
    .sheet!.targets.flatMap((one) => one.codes)
    .filter((one) => one.state === "good")
    .map((one) => one.code);

describe("the PDF", () => {
  test("is the same, byte for byte, for the same pack", async () => {
    const pack = new Office().pack();
    const once = await packPdf(pack, wordsFor(pack, "fr", formatText), "A4");
    const again = await packPdf(pack, wordsFor(pack, "fr", formatText), "A4");
    expect(Buffer.from(once.bytes).equals(Buffer.from(again.bytes))).toBe(true);
    expect(Buffer.from(once.bytes.slice(0, 5)).toString()).toBe("%PDF-");
  });

  const cases: [string, Language, PaperSize][] = [
    [BOX, "fr", "A4"],
    [BOX, "en", "LETTER"],
    ["MS4-TOKYO", "ja", "A4"],
    ["MS3-TOKYO", "ja", "LETTER"],
  ];
  test.skipIf(!hasPdftotext()).each(cases)(
    "of %s in %s on %s can be read back: codes, keys, page numbers",
    async (box, language, size) => {
      const pack = new Office().pack(box);
      const { bytes, pages, missing } = await packPdf(pack, wordsFor(pack, language, formatText), size);
      const read = pagesOf(bytes);
      expect(missing).toEqual([]);
      expect(read).toHaveLength(pages);
      read.forEach((page, i) => {
        expect(page.replaceAll(" ", "")).toContain(`${i + 1}/${pages}`);
      });
      const all = read.join(" ").replaceAll(" ", "");
      for (const { name, fob } of pack.keys) {
        expect(all, name).toContain(name.replaceAll(" ", ""));
        // In the list by name and in the list by fob.
        expect(all.split(fob).length, fob).toBeGreaterThan(2);
      }
      if (pack.sheet !== undefined) for (const code of goodCodes(pack)) expect(all).toContain(code);
    },
  );

  test.each(["en", "fr", "ja"] as const)("of the sample says so on every page, in every file: %s", async (language) => {
    for (const box of [BOX, "MS3-TOKYO"]) {
      const pack: Pack = { ...new Office().pack(box), isSample: true };
      const words = wordsFor(pack, language, formatText);
      expect(packPage([{ pack, words }])).toContain(
        `<p class="old">${words.say("sample").replaceAll("'", "&#39;")}</p>`,
      );
      if (pack.sheet !== undefined) expect(codesCsv([pack])).toContain(`${box},1,sample,all,,1,`);
      if (!hasPdftotext()) continue;
      const pages = pagesOf((await packPdf(pack, words, "A4")).bytes);
      for (const page of pages) expect(page).toContain(words.say("sample").replaceAll(/\s/g, " "));
    }
  });

  test.skipIf(!hasPdftotext())("of a superseded sheet says so on every page, and names the one in force", async () => {
    const office = new Office();
    office.cloud.sheets.rotate(BOX);
    const pack = office.pack(BOX, 1);
    const { bytes } = await packPdf(pack, wordsFor(pack, "en", formatText), "A4");
    for (const page of pagesOf(bytes)) expect(page).toContain("SUPERSEDED: sheet 2 is in force");
    const current = office.pack();
    const { bytes: good } = await packPdf(current, wordsFor(current, "en", formatText), "A4");
    expect(pagesOf(good).join()).not.toContain("SUPERSEDED");
  });

  test("puts a number in the place of what its fonts cannot print, and says so", async () => {
    const office = new Office();
    office.cloud.admin.changeKey(1, { name: "Garage 👍 한" });
    const pack = office.pack();
    const { missing } = await packPdf(pack, wordsFor(pack, "fr", formatText), "A4");
    expect([...missing].sort()).toEqual(["👍", "한"].sort());
  });

  test("has no box for a line break or a tab in a name: they are spaces on paper", async () => {
    const { keys, ...pack } = new Office().pack();
    // The cloud takes no such name any more; its database may have one.
    const [first, ...rest] = keys;
    const old: Pack = { ...pack, keys: [{ ...first!, name: "Garage\nleft\tdoor" }, ...rest] };
    const { missing, bytes } = await packPdf(old, wordsFor(old, "en", formatText), "A4");
    expect(missing).toEqual([]);
    if (hasPdftotext()) expect(pagesOf(bytes).join()).toContain("Garage left door");
  });

  test.skipIf(!hasPdftotext())("keeps the sheet's number and long fobs clear of long names", async () => {
    const office = new Office();
    const location = office.cloud.admin.addLocation({ name: "W".repeat(64), timeZone: "UTC", language: "en" });
    const template = office.cloud.store.organisation.boxes[0]!;
    const id = "W".repeat(32);
    office.cloud.admin.addBox({
      ...template,
      id,
      username: "box-W",
      location: location.id,
      bins: [{ label: "A-100", enabled: true }],
    });
    const [key] = office.cloud.admin.addKeys([
      { name: "Garage", fob: "W".repeat(16), roaming: false, home: location.id },
    ]);
    office.cloud.admin.placeKeys([{ key: key!.id, where: { box: id, bin: "A-100" } }]);
    const pack = office.pack(id);
    const { bytes } = await packPdf(pack, wordsFor(pack, "en", formatText), "A4");
    const [, codes] = boxesOf(bytes);
    const sheet = codes!.find((word) => word.text === "Sheet")!;
    for (const word of codes!)
      if (word !== sheet && word.yMin < 45 && word.xMin < sheet.xMin) expect(word.xMax).toBeLessThan(sheet.xMin);
    const bin = codes!.find((word) => word.text === "A-100")!;
    const fob = codes!.find((word) => word.text === "W".repeat(16))!;
    expect(fob.xMin).toBeGreaterThan(bin.xMax);
  });

  test("of a box with 200 bins and long names keeps every page whole", async () => {
    const office = new Office();
    const template = office.cloud.store.organisation.boxes[0]!;
    const bins = Array.from({ length: 200 }, (_, i) => ({
      label: binLabel(unitLetter(Math.floor(i / 25)), (i % 25) + 1),
      enabled: i % 7 > 0,
    }));
    office.cloud.admin.addBox({ ...template, id: "HUGE", username: "box-HUGE", bins });
    const long = "長い名前の鍵".repeat(10);
    const keys = office.cloud.admin.addKeys(
      Array.from({ length: 200 }, (_, i) => ({
        name: `${long}${i}`,
        fob: `${1000 + i}HUG`,
        roaming: false,
        home: template.location,
      })),
    );
    office.cloud.admin.placeKeys(keys.map((key, i) => ({ key: key.id, where: { box: "HUGE", bin: bins[i]!.label } })));
    const pack = office.pack("HUGE");
    const { pages } = await packPdf(pack, wordsFor(pack, "ja", formatText), "A4");
    expect(pages).toBeGreaterThan(25);
    expect(pages).toBeLessThan(70);
  });
});

describe("the CSV", () => {
  const read = (text: string) => parse(text, { bom: true, columns: true }) as Record<string, string>[];

  test("is UTF-8 with a byte order mark and CRLF, and reads back", () => {
    const pack = new Office().pack();
    const text = codesCsv([pack]);
    expect(text.startsWith("\ufeff")).toBe(true);
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    const rows = read(text);
    expect(rows).toHaveLength(248);
    expect(rows[0]).toEqual({
      box: BOX,
      sheet: "1",
      "sheet standing": "in force",
      opens: "bin",
      bin: "A-1",
      number: "1",
      code: grouped(pack.sheet!.targets[0]!.codes[0]!.code).replace(" ", "\u00b7"),
      state: "good",
      "used at": "",
    });
  });

  test("gives no digits of a code that is not good", () => {
    const office = new Office();
    office.used(3, 2);
    const pack = office.pack();
    const gone = pack.sheet!.targets[3]!.codes.slice(0, 2);
    const text = codesCsv([pack]);
    for (const { code } of gone) expect(text).not.toMatch(new RegExp(`${code.slice(0, 4)}.?${code.slice(4)}`));
    const rows = read(text).filter((row) => row.bin === "A-4");
    expect(rows.slice(0, 3).map((row) => row.state)).toEqual(["passed", "used", "good"]);
    expect(rows[1]!["used at"]).toBe("2026-06-01T10:00:00.000Z");
  });

  test("keeps commas, quotes and Japanese, and disarms formulas", () => {
    const office = new Office();
    office.cloud.admin.changeKey(1, { name: '=HYPERLINK("http://x","y"), 鍵' });
    const pack = office.pack();
    const rows = read(keysCsv([{ pack, words: wordsFor(pack, "en", formatText) }]));
    const row = rows.find((one) => one["fob serial"] === "012ABC")!;
    expect(row["key name"]).toBe(`'=HYPERLINK("http://x","y"), 鍵`);
    expect(row.bin).toBe("A-1");
  });

  test("leaves nothing for a spreadsheet to take for a number, a date or a formula", () => {
    const office = new Office();
    const home = office.cloud.store.organisation.locations[0]!.id;
    const fobs = ["000123", "123E45", "012MAR", "3DEC", "7AVR"];
    office.cloud.admin.addKeys(fobs.map((fob) => ({ name: `Key of ${fob}`, fob, roaming: false, home })));
    office.cloud.admin.changeKey(1, { name: "3/4" });
    office.cloud.admin.changeKey(2, { name: "\uff1d1+1" });
    const pack = office.pack();
    const rows = read(keysCsv([{ pack, words: wordsFor(pack, "en", formatText) }]));
    for (const fob of fobs)
      expect(rows.find((row) => row["key name"] === `Key of ${fob}`)?.["fob serial"]).toBe(`'${fob}`);
    for (const name of ["'3/4", "'\uff1d1+1"]) expect(rows.map((row) => row["key name"])).toContain(name);
    expect(rows.map((row) => row["fob serial"])).toContain("012ABC");
    // A space between digits parts thousands in French.
    for (const { code } of read(codesCsv([pack]))) expect(code).toMatch(/^\d{4}\u00b7\d{4}$/);
  });
});

describe("a folder that does not take everything", () => {
  test("is told of, and no half file with codes is left in it", async () => {
    const pack = new Office().pack();
    const out = join(folder, "stubborn");
    mkdirSync(join(out, `${BOX}-sheet-1.html`), { recursive: true });
    await expect(writePack(pack, wordsFor(pack, "en", formatText), "A4", out)).rejects.toThrow(
      /is not what it should be/,
    );
    expect(readdirSync(out).sort()).toEqual([`${BOX}-sheet-1.html`, `${BOX}-sheet-1.pdf`]);
  });
});

describe("the page", () => {
  test("loads nothing and says so in its policy", () => {
    const pack = new Office().pack();
    const page = packPage([{ pack, words: wordsFor(pack, "fr", formatText) }]);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/\b(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/https?:|url\(|@import|fetch\(|XMLHttpRequest/);
    for (const code of goodCodes(pack)) expect(page).toContain(grouped(code));
  });

  test("strikes out what is used and leads with the next good code", () => {
    const office = new Office();
    office.used(3, 2);
    const pack = office.pack();
    const page = packPage([{ pack, words: wordsFor(pack, "en", formatText) }]);
    const [first, second, third] = pack.sheet!.targets[3]!.codes.map((one) => grouped(one.code));
    for (const code of [first!, second!]) expect(page.split(code)).toHaveLength(2);
    expect(page).toContain(`<code><s>${second}</s></code>`);
    expect(page).toContain("Used so far: 1");
    expect(page).toContain(`<summary class="next"><i>03</i><code>${third}</code>`);
  });

  test("takes names for text", () => {
    const office = new Office();
    office.cloud.admin.changeKey(1, { name: `<img src=x onerror="alert('1')">&` });
    const pack = office.pack();
    const page = packPage([{ pack, words: wordsFor(pack, "en", formatText) }]);
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
  });

  test("of a superseded sheet says so; of an MS3 it has steps and no codes", () => {
    const office = new Office();
    office.cloud.sheets.rotate(BOX);
    const old = office.pack(BOX, 1);
    const superseded = packPage([{ pack: old, words: wordsFor(old, "en", formatText) }]);
    expect(superseded).toContain("SUPERSEDED: sheet 2 is in force");
    expect(superseded).toContain("Fetch sheet 2 and destroy this one");
    const plan = office.pack("MS3-TOKYO");
    const page = packPage([{ pack: plan, words: wordsFor(plan, "en", formatText) }]);
    expect(page).toContain("Do not force the doors");
    expect(page).not.toContain("<code>");
  });
});
