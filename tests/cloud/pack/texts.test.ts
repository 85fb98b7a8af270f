import { expect, test } from "vitest";
import { CATALOGUES, formatText } from "../../../firmware/panel/texts/catalogue.js";
import { ANY_LANGUAGE, CloudError, type Language } from "../../../sim/cloud/domain.js";
import { PACK_TEXTS, type PackTextId, parseLanguage, wordsFor } from "../../../sim/cloud/pack/texts/texts.js";
import { Office } from "./support.js";

const LANGUAGES: readonly Language[] = ["en", "fr", "ja"];
const IDS = Object.keys(PACK_TEXTS.en) as PackTextId[];
const placeholders = (text: string) => new Set(text.match(/\{[a-z0-9-]+\}/g) ?? []);

test("every language has every text, and none is empty", () => {
  for (const language of LANGUAGES) {
    expect(Object.keys(PACK_TEXTS[language]).sort()).toEqual([...IDS].sort());
    for (const id of IDS) expect(PACK_TEXTS[language][id].trim(), `${language} ${id}`).not.toBe("");
  }
});

test("every placeholder of English stands in each language, but for what its panel calls a thing", () => {
  for (const language of LANGUAGES) {
    for (const id of IDS) {
      for (const name of placeholders(PACK_TEXTS.en[id])) {
        expect(PACK_TEXTS[language][id], `${language} ${id}`).toContain(name);
      }
    }
  }
});

test("the paper calls things what the panel calls them", () => {
  const pack = new Office().pack();
  for (const language of LANGUAGES) {
    const words = wordsFor(pack, language, formatText);
    for (const id of ["choice-emergency", "choice-one-bin", "choice-all-bins", "choice-unmount"] as const) {
      expect(words.say("how-1")).toContain(CATALOGUES[language]![id]);
    }
    expect(words.say("how-3")).toContain(CATALOGUES[language]!["choice-newer-sheet"]);
    expect(words.say("internet-1")).toContain(CATALOGUES[language]!["choice-hotspot"]);
    expect(words.say("power-1")).toMatch(/2/);
  }
  expect(wordsFor(pack, "en", formatText).say("how-2")).toContain("Bin A-1: enter code 01 of sheet 1");
});

test("no text is left with a hole in it", () => {
  const words = wordsFor(new Office().pack(), "en", formatText);
  expect(() => words.say("with-holder")).toThrow(/nothing to fill in for \{holder\}/);
});

test("times are those at the box", () => {
  const office = new Office();
  expect(wordsFor(office.pack(), "fr", formatText).time(1_780_308_000)).toBe("1 juin 2026 à 12:00");
  expect(wordsFor(office.pack("MS4-TOKYO"), "ja", formatText).time(1_780_308_000)).toBe("2026年6月1日 19:00");
});

test("another language is refused with those that there are", () => {
  expect(() => parseLanguage("xx")).toThrow(CloudError);
  expect(() => parseLanguage("xx")).toThrow(`not written in xx: choose ${ANY_LANGUAGE}`);
});
