import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Inputs that reached something new, or broke a parser once: one file a target, one input a line, in hexadecimal. */
export const CORPUS = join(dirname(fileURLToPath(import.meta.url)), "corpus");
const LINE = /^((?:[0-9a-f]{2})*)$/;

/** A corpus that cannot be used; the message says where and what to do. */
export class CorpusError extends Error {}

/** The inputs of a target; none where it has no file. Throws CorpusError that names the line. */
export function readCorpus(target: string, folder = CORPUS): readonly Uint8Array[] {
  const path = join(folder, `${target}.txt`);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((text, i) => {
      const line = text.replace(/#.*/, "").trim();
      if (line === "") return text.trim() === "" || text.trim().startsWith("#") ? [] : [new Uint8Array(0)];
      if (!LINE.test(line)) {
        throw new CorpusError(
          `${path}, line ${i + 1}: an input is pairs of hexadecimal digits, a comment begins with #: mend or remove the line`,
        );
      }
      return [Uint8Array.from(Buffer.from(line, "hex"))];
    });
}

/** Throws CorpusError where the folder has a file of no target. */
export function checkCorpus(targets: readonly string[], folder = CORPUS): void {
  for (const file of readdirSync(folder)) {
    if (!targets.includes(file.replace(/\.txt$/, "")))
      throw new CorpusError(`${join(folder, file)}: there is no such target: rename or remove the file`);
  }
}

/** Adds inputs with a word about where they come from. */
export function addToCorpus(target: string, inputs: readonly Uint8Array[], folder = CORPUS): void {
  if (inputs.length === 0) return;
  const path = join(folder, `${target}.txt`);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  writeFileSync(path, before + inputs.map((input) => `${Buffer.from(input).toString("hex")}\n`).join(""));
}
