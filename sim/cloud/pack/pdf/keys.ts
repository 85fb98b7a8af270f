import { byFob, byName, type Pack, type PackKey, type Place } from "../pack.js";
import type { Words } from "../texts/texts.js";
import type { Paper, TextOptions } from "./paper.js";

interface Column {
  readonly title: string;
  /** Share of the width. */
  readonly share: number;
  style(key: PackKey): TextOptions;
  text(key: PackKey): string;
}

const NAME = { size: 12.5, lineGap: 1 } as const;
const SERIAL = { font: "code", size: 15 } as const;
const PAD = 2.4;

/** The same keys twice, since a fob bears no name: by name, to find its bin, and by fob, to know what one is holding. */
export function keyPages(paper: Paper, pack: Pack, words: Words): void {
  const key: Column = { title: words.say("column-key"), share: 0.52, style: () => NAME, text: (one) => one.name };
  const fob: Column = { title: words.say("column-fob"), share: 0.18, style: () => SERIAL, text: (one) => one.fob };
  const bin: Column = {
    title: words.say("column-bin"),
    share: 0.3,
    // Where a key hangs is read from afar; that it is out is a sentence.
    style: (one) => (one.place.kind === "here" ? SERIAL : NAME),
    text: (one) => placeText(one.place, words),
  };
  paper.newPage();
  table(paper, words.say("by-name"), words.say("keys-note"), [key, fob, bin], byName(pack, words.language));
  paper.newPage();
  table(paper, words.say("by-fob"), words.say("keys-note"), [fob, key, bin], byFob(pack));
}

export function placeText(place: Place, words: Words): string {
  if (place.kind === "here") return place.certain ? place.bin : `${place.bin} ?`;
  if (place.kind === "elsewhere") return words.say("at-box", { box: place.box, bin: place.bin });
  return place.kind === "out" ? words.say("with-holder", { holder: place.holder }) : words.say("nowhere");
}

function table(paper: Paper, title: string, note: string, columns: readonly Column[], keys: readonly PackKey[]): void {
  paper.title(title, note);
  head(paper, columns);
  for (const key of keys) row(paper, columns, key);
}

function head(paper: Paper, columns: readonly Column[]): void {
  let x = paper.left;
  for (const { title, share } of columns) {
    const width = share * paper.width;
    paper.put(title, x, paper.y, { font: "bold", size: 12, width: width - PAD });
    x += width;
  }
  paper.y += 18;
  paper.rule(paper.y, 1.5);
}

function row(paper: Paper, columns: readonly Column[], key: PackKey): void {
  const cells = columns.map(({ share, style, text }) => {
    const options = { ...style(key), width: share * paper.width - PAD };
    return { text: text(key), options, height: paper.heightOf(text(key), options), share };
  });
  const height = Math.max(...cells.map((cell) => cell.height)) + 2 * PAD;
  if (paper.need(height)) head(paper, columns);
  let x = paper.left;
  for (const cell of cells) {
    paper.put(cell.text, x, paper.y + (height - cell.height) / 2, cell.options);
    x += cell.share * paper.width;
  }
  paper.y += height;
  paper.rule(paper.y, 0.4);
}
