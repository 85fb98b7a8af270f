import { expect, test } from "vitest";
import { Face } from "../../../hal/panel/font.js";
import { fromLeft } from "../../../hal/panel/right-to-left.js";
import { wrap } from "../../../hal/panel/wrap.js";
import { settingFor } from "../../../sim/bench/panel/draw.js";

const { font } = settingFor("240x320");
const at = (text: string, letters: number) => wrap(font, Face.text, text, font.width(Face.text, "n") * letters);

test("words stay whole, and no line is wider than asked", () => {
  expect(at("Take your key", 9)).toEqual(["Take your", "key"]);
  for (const line of at("Then close the door of bin A-7", 12))
    expect(font.width(Face.text, line)).toBeLessThanOrEqual(font.width(Face.text, "n") * 12);
});

test("a number stays with its unit, and a mark with its word", () => {
  expect(at("On battery, 100 %", 14)).toEqual(["On battery,", "100 %"]);
  expect(at("Wait for 30 seconds", 12)).toEqual(["Wait for", "30 seconds"]);
  expect(at("Quelle clé ?", 9.5)).toEqual(["Quelle", "clé ?"]);
});

test("two numbers of a count stay together, and a number in the Far East with what it counts", () => {
  expect(at("Bins opened: 33 of 36", 18)).toEqual(["Bins opened:", "33 of 36"]);
  expect(at("Casiers ouverts : 33 sur 36", 20)).toEqual(["Casiers ouverts :", "33 sur 36"]);
  expect(at("Quai 4 apt 21", 9)).toEqual(["Quai", "4 apt 21"]);
  expect(at("Villa 4 garden 21", 13)).toEqual(["Villa 4 garden", "21"]);
  const width = font.width(Face.text, "鍵") * 8;
  expect(wrap(font, Face.text, "北京市朝阳区建国路88号", width).at(-1)).toMatch(/88号$/);
});

test("a bin's number is no count, and stays with its word where it can; a list of them parts anywhere", () => {
  expect(at("Bin A-7 is open", 7)).toEqual(["Bin A-7", "is open"]);
  expect(at("Then close the door of bin A-7", 24)).toEqual(["Then close the door of", "bin A-7"]);
  expect(at("Not opened: A-2 B-4 C-12", 17)).toEqual(["Not opened: A-2", "B-4 C-12"]);
  expect(at("casier A-7", 5)).toEqual(["casie", "r A-7"]);
});

test("a few words between brackets stay on one line, many do not", () => {
  expect(at("Opening all bins: B-4 (16 of 36)", 25)).toEqual(["Opening all bins: B-4", "(16 of 36)"]);
  expect(at("It is (as far as is known to us)", 22)[0]).toContain("(as far");
});

test.each([
  ["コードを入力するか、タグをかざしてください", 12, ["コードを入力するか、タグを", "かざしてください"]],
  ["テザリングに接続", 6, ["テザリングに", "接続"]],
  ["次のコードを使う", 6, ["次のコードを", "使う"]],
  ["ボックス A-7 が開きました", 8, ["ボックス A-7 が", "開きました"]],
  ["ボックス A-7 が開きました", 6, ["ボックス", "A-7 が", "開きました"]],
  ["鍵を受け取りますか", 7.3, ["鍵を", "受け取りますか"]],
  ["すべて取り出した", 6, ["すべて", "取り出した"]],
  ["扉を軽く押してから", 6, ["扉を軽く", "押してから"]],
  ["ありがとうございました", 8, ["ありがとう", "ございました"]],
  ["もう一度お試しください", 9.3, ["もう", "一度お試しください"]],
  [
    "その間もバッジ、タグ、印刷された緊急コードは使えます。",
    14,
    ["その間もバッジ、タグ、", "印刷された緊急コードは", "使えます。"],
  ],
])("%s breaks where a phrase ends", (text, letters, lines) => {
  expect(wrap(font, Face.text, text, font.width(Face.text, "鍵") * letters)).toEqual(lines);
});

test("a long name in Chinese breaks inside, Korean between words", () => {
  const width = font.width(Face.text, "[5317]") * 5;
  expect(wrap(font, Face.text, "北京市朝阳区", width)).toEqual(["北京市朝", "阳区"]);
  expect(wrap(font, Face.text, "서울 강남", font.width(Face.text, "서울 강"))).toEqual(["서울", "강남"]);
});

test("a phrase that is wider than a line breaks between letters, but no line begins with a full stop or ends with an opening bracket", () => {
  const width = font.width(Face.text, "鍵") * 6;
  expect(wrap(font, Face.text, "鍵を返却しました。", width)).toEqual(["鍵を返却しま", "した。"]);
  expect(wrap(font, Face.text, "鍵を返却した。鍵", width)).toEqual(["鍵を", "返却した。鍵"]);
  for (let narrow = 30; narrow < 2 * width; narrow++)
    for (const line of wrap(font, Face.text, "先にまず「緊急」を選び、「確認」です。", narrow))
      expect(line).not.toMatch(/^[」、。]|「$/);
});

test("a word that is wider than a line is parted, or stays whole where that is asked", () => {
  expect(at("Donaudampfschiff", 8).join("")).toBe("Donaudampfschiff");
  expect(at("Donaudampfschiff", 8).length).toBeGreaterThan(1);
  expect(wrap(font, Face.text, "Donaudampfschiff", 10, "whole")).toEqual(["Donaudampfschiff"]);
});

test("each line of a sentence with a name from the right goes from the left, and takes no more room for it", () => {
  const said = fromLeft("דירה 5: are you taking it?");
  const width = font.width(Face.text, "n") * 14;
  const lines = wrap(font, Face.text, said, width);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line.startsWith("\u200e")).toBe(true);
  expect(lines.map((line) => line.slice(1))).toEqual(wrap(font, Face.text, said.slice(1), width));
  expect(font.width(Face.text, said)).toBe(font.width(Face.text, said.slice(1)));
  expect(font.has(Face.text, said)).toBe(true);
});

test("nothing is one empty line", () => {
  expect(at("", 5)).toEqual([""]);
});
