import type { SheetCode, SheetTarget } from "../../sheets.js";
import { grouped, type Pack, type PackBin, twoDigits } from "../pack.js";
import type { Words } from "../texts/texts.js";
import type { Paper } from "./paper.js";

/** Codes below one another before the next column begins. */
const ROWS = 5;
const ROW = 19.6;
const CODE_SIZE = 16.5;
const NUMBER_WIDTH = 21;
/** Between two cards side by side. */
const GUTTER = 24;
const TITLE = { font: "bold", size: 17 } as const;
const FOB = { font: "code", size: 15 } as const;
const GREY = "#777777";

/** What stands on one card: a target of the sheet and what it opens. */
interface Card {
  readonly target: SheetTarget;
  readonly title: string;
  readonly note: string;
  readonly fob: string | undefined;
}

/** Every code of the sheet: the whole box first, then bin by bin. A bin is never torn between two pages. */
export function codePages(paper: Paper, pack: Pack, words: Words): void {
  const { sheet } = pack;
  if (sheet === undefined) return;
  paper.newPage();
  paper.title(words.say("codes-title"), words.say("codes-note"));
  const target = (name: string): SheetTarget => sheet.targets.find((one) => one.target === name)!;
  const cards: Card[] = [
    { target: target("all"), title: words.say("all"), note: words.say("all-note"), fob: undefined },
    { target: target("unmount"), title: words.say("unmount"), note: words.say("unmount-note"), fob: undefined },
    ...pack.bins.map((bin) => ({
      target: target(`bin:${bin.label}`),
      title: words.say("bin", { bin: bin.label }),
      note: contentOf(bin, words),
      fob: bin.content?.fob,
    })),
  ];
  for (let i = 0; i < cards.length; i += 2) pair(paper, words, cards.slice(i, i + 2));
}

/** What hangs in a bin, in words. */
export function contentOf({ content, enabled }: PackBin, words: Words): string {
  const name = content === undefined ? words.say("empty") : (content.name ?? words.say("no-key"));
  const doubt = content?.certain === false ? ` (${words.say("unsure").replaceAll(" ", "\u00a0")})` : "";
  return `${name}${doubt}${enabled ? "" : ` · ${words.say("disabled")}`}`;
}

/** Two cards side by side, as high as the higher one, and never torn between two pages. */
function pair(paper: Paper, words: Words, cards: readonly Card[]): void {
  const width = (paper.width - GUTTER) / 2;
  const note = (card: Card) => paper.heightOf(card.note, { size: 12, width, lineGap: 1 });
  const head = 27 + Math.max(...cards.map(note));
  const rows = Math.max(...cards.map((card) => Math.min(ROWS, card.target.codes.length)));
  const height = head + 4 + rows * ROW + 5;
  paper.need(height);
  for (const [i, card] of cards.entries()) {
    const x = paper.left + i * (width + GUTTER);
    paper.rule(paper.y, 1.2, x, x + width);
    paper.put(card.title, x, paper.y + 6, { ...TITLE, width });
    if (card.fob !== undefined) {
      const room = width - paper.widthOf(card.title, TITLE) - 10;
      paper.put(card.fob, x, paper.y + 6, { ...FOB, size: paper.sizeFor(card.fob, FOB, room), width, align: "right" });
    }
    paper.put(card.note, x, paper.y + 26, { size: 12, width, lineGap: 1 });
    for (const [place, code] of card.target.codes.entries()) {
      const column = Math.floor(place / ROWS);
      cell(paper, words, code, x + (column * width) / 2, paper.y + head + 4 + (place % ROWS) * ROW);
    }
  }
  paper.y += height;
}

function cell(paper: Paper, words: Words, one: SheetCode, x: number, y: number): void {
  const { number, code, state, usedAt } = one;
  const color = state === "good" ? "black" : GREY;
  const size = { font: "code", size: CODE_SIZE } as const;
  paper.put(twoDigits(number), x, y + 4, { font: "text", size: 11, width: NUMBER_WIDTH, color });
  const codeWidth = paper.putDigits(grouped(code), x + NUMBER_WIDTH, y, { ...size, color });
  if (state === "good") return;
  const right = x + NUMBER_WIDTH + codeWidth;
  // Through the number too, and thick: a thin line over the digits alone is lost on a bad copier.
  paper.rule(y + 9.5, 1.8, x - 1, right + 2);
  if (usedAt !== undefined)
    paper.put(words.day(usedAt), x + NUMBER_WIDTH, y + 15.5, { size: 7, width: codeWidth, align: "right" });
}
