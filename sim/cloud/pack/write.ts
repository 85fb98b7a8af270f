import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CloudError } from "../domain.js";
import { codesCsv, keysCsv } from "./csv.js";
import type { Pack } from "./pack.js";
import { packPage } from "./page/page.js";
import { type PaperSize, packPdf } from "./pdf/pdf.js";
import type { Words } from "./texts/texts.js";

export interface WrittenPack {
  readonly files: readonly string[];
  readonly pages: number;
  readonly missing: readonly string[];
}

/** Writes PDF, CSV and page of one box to `directory`, which is made if need be. Throws CloudError naming what could not be written. */
export async function writePack(pack: Pack, words: Words, size: PaperSize, directory: string): Promise<WrittenPack> {
  const name = pack.sheet === undefined ? `${pack.box}-plan` : `${pack.box}-sheet-${pack.sheet.sheet}`;
  const pdf = await packPdf(pack, words, size);
  const contents: [string, string | Uint8Array][] = [
    [`${name}.pdf`, pdf.bytes],
    [`${name}.html`, packPage([{ pack, words }])],
    [`${name}-keys.csv`, keysCsv([{ pack, words }])],
  ];
  if (pack.sheet !== undefined) contents.push([`${name}-codes.csv`, codesCsv([pack])]);
  const files = await writeFiles(directory, contents);
  return { files, pages: pdf.pages, missing: pdf.missing };
}

/** The lists of all boxes in one, and one page for the phone of somebody who looks after all of them. */
export async function writeAll(
  entries: readonly { readonly pack: Pack; readonly words: Words }[],
  directory: string,
): Promise<readonly string[]> {
  return await writeFiles(directory, [
    ["all-boxes.html", packPage(entries)],
    ["all-boxes-codes.csv", codesCsv(entries.map(({ pack }) => pack))],
    ["all-boxes-keys.csv", keysCsv(entries)],
  ]);
}

async function writeFiles(directory: string, contents: readonly [string, string | Uint8Array][]): Promise<string[]> {
  const written: string[] = [];
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [name, content] of contents) {
      const path = join(directory, name);
      await writePrivate(path, content);
      written.push(path);
    }
  } catch (error) {
    throw new CloudError(why(error as NodeJS.ErrnoException, directory));
  }
  return written;
}

/** For the owner's eyes only, and never half: a torn pack must not be taken for a whole one. */
async function writePrivate(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.new`;
  try {
    await writeFile(fresh, content, { mode: 0o600 });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    // Half a list of codes opens bins as well as a whole one.
    await rm(fresh, { force: true });
    throw error;
  }
}

function why(error: NodeJS.ErrnoException, directory: string): string {
  const start = `the pack could not be written to ${directory}: `;
  if (error.code === "EACCES" || error.code === "EPERM" || error.code === "EROFS") {
    return `${start}no permission; choose a folder of your own with --out`;
  }
  if (error.code === "ENOTDIR" || error.code === "EEXIST" || error.code === "EISDIR") {
    return `${start}${error.path ?? dirname(directory)} is not what it should be (a file where a folder is needed, or the other way); choose another folder with --out`;
  }
  if (error.code === "ENOSPC") return `${start}the disk is full; free some space, or choose another folder with --out`;
  return start + error.message;
}
