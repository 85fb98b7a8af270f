import type { Face, FontFile } from "./font.js";

/** No line begins with these (JIS X 4051 kinsoku, and French marks that stand off from their word). */
const NOT_FIRST = "、。，．・：；？！ー」』）］｝〉》ぁぃぅぇぉっゃゅょァィゥェォッャュョ?!:;%»)";
/** And none ends with these. */
const NOT_LAST = "「『（［｛〈《«(";

/**
 * `text` in lines of at most `width` px; what must not be parted and is wider is parted, or stays `whole`. Words stay whole where they fit; Japanese breaks between any two letters that may be parted;
 * a number stays with its unit, and a mark with its word.
 */
export function wrap(
  font: FontFile,
  face: Face,
  text: string,
  width: number,
  wide: "parted" | "whole" = "parted",
): readonly string[] {
  const lines: string[] = [];
  const space = font.width(face, " ");
  let line = "";
  // Each piece is measured once: a line is as wide as its pieces together.
  let used = 0;
  for (const piece of pieces(text)) {
    const bare = piece.trimEnd();
    const bareWidth = font.width(face, bare);
    if (line !== "" && used + bareWidth > width) {
      lines.push(line.trimEnd());
      line = "";
      used = 0;
    }
    line += piece;
    if (wide === "parted" && used + bareWidth > width) {
      line = cut(font, face, line, width, lines);
      used = font.width(face, line);
    } else {
      used += bareWidth + (piece.length - bare.length) * space;
    }
  }
  if (line !== "" || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/** A piece that is wider than a line, letter by letter. Returns what begins the next line. */
function cut(font: FontFile, face: Face, text: string, width: number, lines: string[]): string {
  let line = "";
  for (const letter of text) {
    if (line !== "" && letter !== " " && font.width(face, line + letter) > width) {
      lines.push(line);
      line = "";
    }
    line += letter;
  }
  return line;
}

/** What must not be parted, each with the spaces behind it. */
function pieces(text: string): readonly string[] {
  const found: string[] = [];
  let piece = "";
  let before = "";
  for (const letter of text) {
    if (before !== "" && letter !== " " && mayPart(piece, before, letter)) {
      found.push(piece);
      piece = "";
    }
    piece += letter;
    before = letter;
  }
  if (piece !== "") found.push(piece);
  return found;
}

function mayPart(piece: string, before: string, letter: string): boolean {
  if (NOT_FIRST.includes(letter) || NOT_LAST.includes(before)) return false;
  if (before !== " ") return isCjk(before) || isCjk(letter);
  // "12 minutes", and "100 %": the number would lose its meaning.
  return !/(?:^|[^\w-])\d+ $/.test(piece);
}

function isCjk(letter: string): boolean {
  const code = letter.codePointAt(0)!;
  return (code >= 0x3000 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xff00 && code <= 0xffef);
}
