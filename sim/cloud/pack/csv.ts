import { byName, grouped, type Pack } from "./pack.js";
import { placeText } from "./pdf/keys.js";
import { csv } from "./spreadsheet.js";
import type { Words } from "./texts/texts.js";

const STANDINGS = { inForce: "in force", superseded: "superseded", closed: "closed" } as const;

/** Column names and states are English in every language: programs read them, and people look. */
export function codesCsv(packs: readonly Pack[]): string {
  const rows = packs.flatMap(({ box, isSample, sheet }) =>
    (sheet?.targets ?? []).flatMap(({ target, codes }) =>
      codes.map(({ number, code, state, usedAt }) => [
        box,
        sheet!.sheet,
        isSample ? "sample" : STANDINGS[sheet!.standing],
        target.startsWith("bin:") ? "bin" : target,
        target.startsWith("bin:") ? target.slice(4) : "",
        number,
        state === "good" ? textCode(code) : "",
        state,
        usedAt === undefined ? "" : new Date(usedAt * 1_000).toISOString(),
      ]),
    ),
  );
  const header = ["box", "sheet", "sheet standing", "opens", "bin", "number", "code", "state", "used at"];
  return csv([header, ...rows]);
}

export function keysCsv(packs: readonly { readonly pack: Pack; readonly words: Words }[]): string {
  const rows = packs.flatMap(({ pack, words }) =>
    byName(pack, words.language).map(({ name, fob, place }) => [
      pack.box,
      name,
      fob,
      place.kind === "here" ? place.bin : "",
      place.kind === "here" ? (place.certain ? "" : words.say("unsure")) : placeText(place, words),
    ]),
  );
  return csv([["box", "key name", "fob serial", "bin", "unsure or elsewhere"], ...rows]);
}

/** Text everywhere: as a number it would lose its leading zero, and a space between digits parts thousands in French. */
function textCode(code: string): string {
  return grouped(code).replace(" ", "\u00b7");
}
