import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CATALOGUES, formatText } from "../../firmware/panel/texts/catalogue.js";
import { faultLine } from "../../firmware/panel/troubles.js";

/** Names of parts that firmware and drivers tell faults under, as far as they stand in the source. */
function namesInSource(): string[] {
  const files = ["firmware", "hal"].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" }).map((file) => join(room, file)),
  );
  const sources = files.filter((file) => file.endsWith(".ts")).map((file) => readFileSync(file, "utf8"));
  return sources.flatMap((source) => [...source.matchAll(/\{ name: "([^"]+)", reason/g)].map(([, name]) => name!));
}

describe("a fault", () => {
  test("of every part that can tell one has a text of its own, in each language", () => {
    const names = [...new Set([...namesInSource(), "identity"])];
    expect(names.length).toBeGreaterThan(8);
    for (const language of Object.keys(CATALOGUES)) {
      for (const name of names) {
        const line = faultLine(name);
        expect(line.id, name).not.toBe("status-fault");
        expect(formatText(language, line).includes(name), `${language}: ${name}`).toBe(language === "en");
      }
    }
  });

  test("of bins names them, and one of a board's own part is told by its name", () => {
    const told = (language: string, name: string) => formatText(language, faultLine(name));
    expect(told("en", "bins A-1 to A-8")).toBe("Fault: bins A-1 to A-8");
    expect(told("fr", "bins A-1 to A-8")).toBe("Défaut : casiers A-1 à A-8");
    expect(told("ja", "bin B-2")).toBe("異常：ボックス B-2");
    expect(told("fr", "siren")).toBe("Défaut : siren");
  });
});
