import makeBidi from "bidi-js";
import { expect, test } from "vitest";
import { fromLeft, shape, visual } from "../../../hal/panel/right-to-left.js";

const bidi = (makeBidi as unknown as () => ReturnType<typeof makeBidi.default>)();
const NAMES = [
  "דירה 5",
  "רחוב הרצל 12, תל אביב",
  "שער (צפון)",
  "Key דלת 7 front",
  "مفتاح المخزن",
  "شارع الحمراء 14",
  "باب (خلفي)",
  "Villa النخيل 3",
  "דלת A 5 צפון",
  "Suite 5 דירה",
  "5 דירה",
  "מחסן B2 7",
  "Box 12 مخزن 34 B",
];

test.each(NAMES)("%s stands on the screen in the order of UAX #9", (name) => {
  const levels = bidi.getEmbeddingLevels(name);
  const wanted = bidi.getReorderedString(name, levels);
  expect(visual(name)).toBe(wanted);
});

test.each([
  "שער צפון: are you taking it, or bringing it back?",
  "مخزن 14: are you taking it?",
  "דירה 5 hangs there",
  "Password of שער",
  "hangs there תל אביב 12",
  "{key} (שער 3) is in bin A-7, and stays there",
])("a sentence goes from the left, whatever names begin it: %s", (sentence) => {
  const wanted = bidi.getReorderedString(sentence, bidi.getEmbeddingLevels(sentence, "ltr"));
  expect(visual(fromLeft(sentence))).toBe(wanted);
});

test("the mark of a sentence is not drawn, on none of its lines", () => {
  expect(visual("\u200eשער: take it")).toBe("רעש: take it");
  expect(visual("\u200eor bring it back")).toBe("or bring it back");
});

test("every letter keeps its identity in every place (Unicode's decompositions)", () => {
  const letters = Array.from({ length: 0x64a - 0x621 + 1 }, (_, i) => String.fromCodePoint(0x621 + i));
  for (const letter of letters.filter(
    (one) => /\p{L}/u.test(one) && one !== "\u0640" && !/[\u063b-\u063f]/.test(one),
  )) {
    const forms = [letter, `${letter}ب`, `ب${letter}ب`, `ب${letter}`].map(shape);
    for (const form of forms) expect(form).not.toContain(letter);
    expect(forms.map((form) => form.normalize("NFKC"))).toEqual([letter, `${letter}ب`, `ب${letter}ب`, `ب${letter}`]);
  }
  for (const word of ["مفتاح", "المخزن", "الحمراء", "سلام", "مؤسسة", "ذئب", "أحمد"])
    expect(shape(word).normalize("NFKC")).toBe(word);
});

test("a letter alone, at the beginning, inside and at the end", () => {
  expect(shape("ب")).toBe("\ufe8f");
  expect(shape("ببب")).toBe("\ufe91\ufe92\ufe90");
  expect(shape("دب")).toBe("\ufea9\ufe8f");
  expect(shape("لا")).toBe("\ufefb");
  expect(shape("بلا")).toBe("\ufe91\ufefc");
  expect(shape("يفق")).toBe("\ufef3\ufed4\ufed6");
});

test("vowel signs are left out, and what has no forms stays as it is", () => {
  expect(shape("بَب")).toBe("\ufe91\ufe90");
  expect(shape("Tür 5")).toBe("Tür 5");
  expect(shape("דלת")).toBe("דלת");
});
