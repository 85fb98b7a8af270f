import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeRecord, RecordError } from "../../firmware/records/codec.js";
import { FIELDS, Kind } from "../../firmware/records/records.js";
import { encodeCbor } from "../../firmware/wire/cbor.js";
import { KEYS } from "../../firmware/wire/keys.js";
import { RECORDS_CDDL, recordsCddl } from "../../sim/cli/firmware/records-cddl.js";
import { ROOT } from "../tidy/sources.js";

const document = readFileSync(`${ROOT}/${RECORDS_CDDL}`, "utf8");

test("the document is what `npm run cddl` writes today", async () => {
  expect(document).toBe(await recordsCddl());
});

/** Numbers that had names once, and those that nobody knows of. None is ever given again: some stand in old journals. */
const RETIRED = [31, 42, 44, 48, 50, 53, 54, 55, 69, 76, 83, 84, 87, 88, 89, 94, 95, 96];

test("no number of a key is given twice, and none that was retired", () => {
  const numbers: readonly number[] = Object.values(KEYS);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.filter((number) => RETIRED.includes(number))).toEqual([]);
});

test("each key stands in a document of flash or wire", () => {
  const documents = [
    RECORDS_CDDL,
    "firmware/sync/protocol.cddl",
    "firmware/identity/SPEC.md",
    "firmware/update/SPEC.md",
  ];
  const numbers = documents.flatMap((path) =>
    [...readFileSync(`${ROOT}/${path}`, "utf8").matchAll(/(\d+) =>/g)].map((match) => Number(match[1])),
  );
  expect(Object.entries(KEYS).filter(([, number]) => !numbers.includes(number))).toEqual([]);
});

interface Line {
  readonly name: string;
  readonly key: number;
  readonly type: string;
  readonly isOptional: boolean;
}

/** Rules of the document: what stands between `name = {`, `(` or `&(` and its end. */
const rules = new Map(
  [...document.matchAll(/^([a-z-]+) = &?[({]\n([\s\S]*?)^[)}]$/gm)].map(([, name, body]) => [name!, body!]),
);

function linesOf(rule: string): Line[] {
  return [...rules.get(rule)!.matchAll(/^ {2}(\? )?(\d+) => (.*?),\s+; (\w+)$/gm)].map(([, mark, key, type, name]) => ({
    name: name!,
    key: Number(key),
    type: type!,
    isOptional: mark !== undefined,
  }));
}

const BIG = Number.MAX_SAFE_INTEGER;

/** Values at the edges of a type, and just beyond them. */
function edges(type: string): { readonly good: readonly unknown[]; readonly bad: readonly unknown[] } {
  const choices = type
    .split(" / ")
    .map((one): { readonly good: readonly unknown[]; readonly bad: readonly unknown[] } => {
      const range = one.match(/^(\d+)(?:\.\.(\d+))?$/);
      if (range !== null) {
        const [least, most] = [Number(range[1]), Number(range[2] ?? range[1])];
        return { good: [least, most], bad: [least - 1, most + 1, least + 0.5, "1"] };
      }
      const text = one.match(/^tstr \.regexp "\.\{0,(\d+)\}"$/);
      if (text !== null) {
        const most = Number(text[1]);
        return { good: ["", "x".repeat(most), "é".repeat(most)], bad: ["x".repeat(most + 1), 1] };
      }
      if (one === "whole") return { good: [0, 2 ** 32, BIG], bad: [-1, 0.5, BIG + 1, "1"] };
      const numbers = [...rules.get(one)!.matchAll(/^ {2}\w+: (\d+),$/gm)].map((match) => Number(match[1]));
      return { good: numbers, bad: [0, Math.max(...numbers) + 1] };
    });
  // Of two types the wider one is read.
  return choices.at(-1)!;
}

/** A value of each field that has to be there. */
function least(lines: readonly Line[]): Record<string, unknown> {
  return Object.fromEntries(
    lines.filter(({ isOptional }) => !isOptional).map(({ name, type }) => [name, edges(type).good[0]]),
  );
}

describe.each(Object.entries(Kind))("the rule of %s", (name, kind) => {
  const rule = `${name.replace(/[A-Z]/g, "-$&").toLowerCase()}-record`;
  const lines = [...linesOf(rule), ...linesOf("head")];

  test("names the kind, and each field by its key", () => {
    expect(lines.map((line) => line.name).sort()).toEqual(["kind", "at", "flags", ...Object.keys(FIELDS[kind])].sort());
    for (const line of lines) expect(line.key, line.name).toBe(KEYS[line.name as keyof typeof KEYS]);
    expect(lines[0]).toMatchObject({ name: "kind", type: String(kind) });
  });

  test("says what is read and what is not, to the number", () => {
    const record = least(lines);
    const read = (fields: object) => decodeRecord(encodeCbor({ ...record, ...fields }));
    expect(read({})).toEqual(record);
    for (const { name: field, type, isOptional } of lines.slice(1)) {
      const { good, bad } = edges(type);
      for (const value of good) expect(read({ [field]: value }), field).toEqual({ ...record, [field]: value });
      for (const value of bad) expect(() => read({ [field]: value }), `${field} ${value}`).toThrow(RecordError);
      if (isOptional) expect(field in record).toBe(false);
      else expect(() => read({ [field]: undefined }), field).toThrow(RecordError);
    }
  });
});
