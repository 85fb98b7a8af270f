import { expect, test } from "vitest";
import { CATALOGUES, formatText } from "../../firmware/panel/texts/catalogue.js";
import { en } from "../../firmware/panel/texts/en.js";

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(Object.keys(CATALOGUES))(
  "%s has every text of the English catalogue with the same placeholders",
  (language) => {
    const catalogue = CATALOGUES[language]!;
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    for (const [id, text] of Object.entries(en)) {
      expect(placeholders(catalogue[id as keyof typeof en]), id).toEqual(placeholders(text));
    }
  },
);

test("fills placeholders in, wherever and however often they stand", () => {
  expect(formatText("en", { id: "ask-code-bin", params: { bin: "A-12", sheet: 3, number: "07" } })).toBe(
    "Bin A-12: enter code 07 of sheet 3",
  );
  expect(formatText("ja", { id: "opening", params: { bin: "B-2" } })).toBe("ボックス B-2 を開けています");
});

test("one is not many, in every language that tells them apart", () => {
  const told = (language: string, seconds: number) =>
    formatText(language, { id: "refused-throttled", params: { seconds } });
  expect(told("en", 1)).toBe("Too many wrong codes. Try again in 1 second.");
  expect(told("en", 30)).toBe("Too many wrong codes. Try again in 30 seconds.");
  expect(told("fr", 1)).toBe("Trop de codes erronés. Réessayez dans 1 seconde.");
  expect(formatText("fr", { id: "notice-faults", params: { count: 2 } })).toContain("2 défauts");
});

test("a value that looks like a placeholder stays what it is", () => {
  expect(formatText("en", { id: "key-name", params: { key: "{key} $&" } })).toBe("{key} $&");
  const left = formatText("en", { id: "left-inside", params: { key: "{bin}", bin: "A-1" } });
  expect(left).toBe("{bin} is in bin A-1, and the box knows it now");
});

test("an unknown language falls back to English, an unknown text to its id", () => {
  expect(formatText("xx", { id: "welcome" })).toBe("Welcome");
  expect(formatText("en", { id: "no-such-text" })).toBe("no-such-text");
});
