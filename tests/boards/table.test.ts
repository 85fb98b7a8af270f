import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MS4_PARTS } from "../../hal/boards/ms4/parts.js";
import { MS5_PARTS } from "../../hal/boards/ms5/parts.js";
import type { Part } from "../../hal/boards/part.js";
import { type PartName, partsOf } from "../../hal/boards/parts.js";
import { ROOT } from "../tidy/sources.js";

const PATH = join(ROOT, "hal/boards/README.md");
const BEGIN = "<!-- parts: written by TABLE=write npx vitest run tests/boards/table.test.ts -->\n";
const END = "<!-- end of parts -->\n";

test("the README's table of parts says what the parts say", () => {
  const now = readFileSync(PATH, "utf8");
  const [before, rest] = now.split(BEGIN);
  const after = rest?.split(END)[1];
  expect(after, `${PATH} has no place for the table`).toBeDefined();
  const wanted = `${before}${BEGIN}${table()}${END}${after}`;
  if (process.env.TABLE === "write") writeFileSync(PATH, wanted);
  expect(readFileSync(PATH, "utf8")).toBe(wanted);
});

function table(): string {
  const ms4 = new Map(partsOf(MS4_PARTS));
  const rows = partsOf(MS5_PARTS).map(([name, part]) => row(name, part, ms4.get(name)));
  const head = "| part | supply | asleep | pins | MS5 | MS4 |\n|---|---|---|---|---|---|\n";
  return `\n${head}${rows.join("")}\n`;
}

function row(name: PartName, part: Part<string>, onMs4: Part<string> | undefined): string {
  const title = name === "processor" ? "processor and PSRAM" : part.name;
  const numbers = (one: Part<string> | undefined) =>
    one === undefined
      ? "none"
      : Object.values(one.pins)
          .map(({ gpio, rest }) => `${gpio}${rest === undefined ? "" : rest === 0 ? "↓" : "↑"}`)
          .join(", ");
  const cells = [title, part.supply, asleep(part), Object.keys(part.pins).join(", "), numbers(part), numbers(onMs4)];
  return `| ${cells.join(" | ")} |\n`;
}

function asleep({ asleep: state }: Part<string>): string {
  if (state === undefined) return "off";
  if (state.sleep.milliamps === 0) return state.state;
  const microamps = [state.sleep, ...(state.hibernate ? [state.hibernate] : [])].map(({ milliamps }) =>
    String(Math.round(milliamps * 100_000) / 100),
  );
  return `${state.state}, ${microamps.join(" or ")} µA`;
}
