import { expect, test } from "vitest";
import { utf8Length } from "../../hal/bytes/utf8.js";
import { shortName } from "../../sim/cloud/snapshot/short-name.js";

test("two long names that differ at their end differ on the panel", () => {
  const long = "東京都渋谷区桜丘町第一レジデンス東館管理組合鍵箱";
  const [one, two] = [shortName(`${long}101`, 64), shortName(`${long}102`, 64)];
  expect(one).toMatch(/^東京.*….*鍵箱101$/);
  expect(two).toMatch(/鍵箱102$/);
  for (const name of [one, two]) expect(utf8Length(name)).toBeLessThanOrEqual(64);
});

test("what fits stays as it is, and no letter is torn", () => {
  expect(shortName("Van", 64)).toBe("Van");
  expect(shortName("é".repeat(32), 64)).toBe("é".repeat(32));
  const keys = shortName("🔑".repeat(40), 64);
  expect(keys).toMatch(/^(🔑)+…(🔑)+$/u);
  expect(utf8Length(keys)).toBeLessThanOrEqual(64);
});
