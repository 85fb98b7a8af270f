import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LANGUAGES } from "../../sim/cloud/domain.js";
import { PAGE_TEXTS, sayIn } from "../../sim/page/texts/catalogue.js";
import { en } from "../../sim/page/texts/en.js";
import { ROOT } from "../tidy/sources.js";

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(LANGUAGES)(
  "%s has every text of the English catalogue with the same placeholders, and none is empty",
  (language) => {
    const texts = PAGE_TEXTS[language];
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    for (const [id, text] of Object.entries(en)) {
      expect(placeholders(texts[id as keyof typeof en]), id).toEqual(placeholders(text));
      expect(texts[id as keyof typeof en].trim(), id).not.toBe("");
    }
  },
);

test("the texts of French and Japanese are not the English ones, but for names", () => {
  const same = (language: "fr" | "ja") =>
    Object.entries(en)
      .filter(([id, text]) => /[a-z]{4}/.test(text) && PAGE_TEXTS[language][id as keyof typeof en] === text)
      .map(([id]) => id);
  expect(same("ja")).toEqual(["title"]);
  expect(same("fr").sort()).toEqual(
    ["charge", "chart-charge", "cloud", "col-cloud", "ethernet", "internet", "lane-cloud", "title"].sort(),
  );
});

test("every text is used by the page, by name or by what its name begins with", () => {
  const folders = [
    "sim/page/web",
    "sim/page/web/box",
    "sim/page/web/cloud",
    "sim/page/web/inside",
    "sim/cli/front/stories",
  ];
  const code = folders
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name)))
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
  const isUsed = (id: string) =>
    code.includes(`"${id}"`) ||
    (code.includes(`say(kind)`) && ["ethernet", "wifi", "cellular"].includes(id)) ||
    code.includes(`\`${id.replace(/-[^-]+$/, "")}-\${`) ||
    code.includes(`\`${id.replace(/-.*$/, "")}-\${`);
  expect(Object.keys(en).filter((id) => !isUsed(id))).toEqual([]);
});

test("a value that looks like a placeholder stays what it is", () => {
  expect(sayIn(en, "where-other", { bin: "{box}", box: "X" })).toBe("bin {box} of X");
});
