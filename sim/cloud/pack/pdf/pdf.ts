import { markOf } from "../mark.js";
import type { Pack } from "../pack.js";
import type { Words } from "../texts/texts.js";
import { codePages } from "./codes.js";
import { firstPage, sizeThatFits } from "./first-page.js";
import { Glyphs } from "./fonts.js";
import { keyPages } from "./keys.js";
import { logPage } from "./log-page.js";
import { Paper, type PaperSize } from "./paper.js";

export type { PaperSize } from "./paper.js";

export interface PackPdf {
  readonly bytes: Uint8Array;
  readonly pages: number;
  /** Characters of names that the fonts lack; their number in brackets is printed in their place. */
  readonly missing: readonly string[];
}

/** The pack on paper. The same pack, words and size give the same bytes. */
export async function packPdf(pack: Pack, words: Words, size: PaperSize): Promise<PackPdf> {
  const glyphs = new Glyphs();
  const title = `${words.say(pack.sheet === undefined ? "plan" : "title")} ${pack.box}`;
  const createdAt = new Date(pack.madeAt * 1_000);
  const paper = new Paper({ size, glyphs, title, language: words.language, createdAt });
  const fits = sizeThatFits(paper, pack, words);
  codePages(paper, pack, words);
  const namesPage = paper.page + 1;
  keyPages(paper, pack, words);
  logPage(paper, words, pack.sheet !== undefined);
  // Last, since it names the page of the list by name.
  paper.backToFirst();
  firstPage(paper, pack, words, { size: fits, namesPage });
  const pages = paper.page;
  const bytes = await paper.bytes((page) => decorate(paper, pack, words, page, pages));
  return { bytes, pages, missing: [...glyphs.missing] };
}

/** Head, foot, and the mark of what is not what it seems to be. */
function decorate(paper: Paper, pack: Pack, words: Words, page: number, pages: number): void {
  const { sheet } = pack;
  const mark = markOf(pack, words);
  const { width, height } = paper.doc.page;
  if (mark !== undefined) {
    paper.doc.rect(0, 0, width, 30).fill("black");
    const style = { font: "bold", size: 15 } as const;
    const size = paper.sizeFor(mark.bar, style, paper.width);
    paper.put(mark.bar, 0, 7, { ...style, size, width, align: "center", color: "white" });
    watermark(paper, mark.word);
  }
  if (page > 1) {
    const y = mark === undefined ? 30 : 36;
    const style = { font: "bold", size: 12 } as const;
    const label = sheet === undefined ? "" : words.say("sheet", { sheet: sheet.sheet });
    const room = paper.width - paper.widthOf(label, style) - 16;
    paper.put(paper.shortened(`${pack.box} · ${pack.location.name}`, style, room), paper.left, y, style);
    paper.put(label, paper.left, y, { ...style, align: "right" });
  }
  const foot = height - 32;
  paper.put(words.say("made", { time: words.time(pack.madeAt) }), paper.left, foot, { size: 9.5 });
  paper.put(words.say("page-of", { page, pages }), paper.left, foot, { font: "bold", size: 11, align: "right" });
}

/** Across the page, in outline, so that what is under it can still be read. */
function watermark(paper: Paper, text: string): void {
  const { doc } = paper;
  const { width, height } = doc.page;
  doc.save();
  doc.rotate(-50, { origin: [width / 2, height / 2] });
  doc.font("bold").fontSize(84).lineWidth(0.9).strokeColor("#777777");
  const length = doc.widthOfString(text);
  doc.text(text, (width - length) / 2, height / 2 - 42, { lineBreak: false, fill: false, stroke: true });
  doc.restore();
}
