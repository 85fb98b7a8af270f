import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Length } from "../../hal/bytes/utf8.js";
import { shortName, shortNames } from "../../sim/cloud/snapshot/short-name.js";

test("two long names that differ at their end differ on the panel", () => {
  const long = "東京都渋谷区桜丘町第一レジデンス東館管理組合鍵箱";
  const [one, two] = [shortName(`${long}101`, 64), shortName(`${long}102`, 64)];
  expect(one).toMatch(/^東京.*….*鍵箱101$/);
  expect(two).toMatch(/鍵箱102$/);
  for (const name of [one, two]) expect(utf8Length(name)).toBeLessThanOrEqual(64);
});

test.each([
  [
    "in the middle",
    ["A", "B"],
    (x: string) => `Résidence des Tilleuls, bâtiment du fond de la cour, escalier ${x}, deuxième étage à gauche`,
  ],
  [
    "in the middle, of letters of three bytes",
    ["一", "二"],
    (x: string) => `東京都渋谷区桜丘町第一レジデンス${x}号棟東館管理組合共用鍵箱の鍵束`,
  ],
  [
    "at the start",
    ["A", "B"],
    (x: string) => `${x} Résidence des Tilleuls, bâtiment du fond de la cour, deuxième étage à gauche`,
  ],
  [
    "by what one of them has more",
    ["", " et demi"],
    (x: string) => `Résidence des Tilleuls, bâtiment du fond${x} de la cour, escalier A, deuxième étage`,
  ],
] as const)("two long names that differ %s differ, and show where", (_, marks, nameWith) => {
  const forms = shortNames(marks.map(nameWith), 64);
  expect(new Set(forms.values()).size).toBe(2);
  for (const mark of marks) {
    const form = forms.get(nameWith(mark))!;
    expect(utf8Length(form)).toBeLessThanOrEqual(64);
    expect(form).toContain(mark.trim());
    expect(form.slice(0, 3)).toBe(nameWith(mark).slice(0, 3));
  }
});

test("long names that differ in several places are told apart by a number", () => {
  const nameWith = (escalier: string, étage: string) =>
    `Résidence des Tilleuls du bois, escalier ${escalier} ${"de la cour ".repeat(4)}, étage ${étage}${" à gauche".repeat(8)}`;
  const forms = shortNames([nameWith("A", "1"), nameWith("B", "1"), nameWith("B", "2")], 64);
  expect([...forms.values()].sort()).toEqual([
    expect.stringMatching(/^Résidence.*….*à gauche \(1\)$/),
    expect.stringMatching(/^Résidence.*….*à gauche \(2\)$/),
    expect.stringMatching(/^Résid…A de la cour.*….*à gauche$/),
  ]);
  for (const form of forms.values()) expect(utf8Length(form)).toBeLessThanOrEqual(64);
});

test("a name that fits stays, though another one would be shortened to it", () => {
  const long = "Résidence des Tilleuls, bâtiment du fond de la cour, escalier A, deuxième étage à gauche";
  const short = shortName(long, 64);
  const forms = shortNames([short, long], 64);
  expect(forms.get(short)).toBe(short);
  expect(forms.get(long)).not.toBe(short);
});

test("any names, long or short, have forms that differ, and those that fit stay as they are", () => {
  const part = fc.constantFrom("a".repeat(30), "鍵".repeat(12), "1", "2", "", "…", "x (1)");
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(part, part, part, part).map((parts) => parts.join("")),
        { maxLength: 12 },
      ),
      (names) => {
        const forms = shortNames(names, 64);
        expect(new Set(forms.values()).size).toBe(new Set(names).size);
        for (const [name, form] of forms) {
          expect(utf8Length(form)).toBeLessThanOrEqual(64);
          if (utf8Length(name) <= 64) expect(form).toBe(name);
        }
      },
    ),
    { seed: 4, numRuns: 500 },
  );
});

test("what fits stays as it is, and no letter is torn", () => {
  expect(shortName("Van", 64)).toBe("Van");
  expect(shortName("é".repeat(32), 64)).toBe("é".repeat(32));
  const keys = shortName("🔑".repeat(40), 64);
  expect(keys).toMatch(/^(🔑)+…(🔑)+$/u);
  expect(utf8Length(keys)).toBeLessThanOrEqual(64);
});
