import type { PackTextId, Words } from "../texts/texts.js";
import type { Paper } from "./paper.js";

const COLUMNS: readonly (readonly [PackTextId, number])[] = [
  ["column-when", 0.15],
  ["column-who", 0.22],
  ["column-key", 0.23],
  ["column-bin", 0.1],
  ["column-code", 0.12],
  ["column-out", 0.09],
  ["column-in", 0.09],
];
const ROW = 29;

/** An empty list to write in by hand. */
export function logPage(paper: Paper, words: Words, hasCodes: boolean): void {
  paper.newPage();
  paper.title(words.say("log"), words.say("log-note"));
  const columns = COLUMNS.filter(([id]) => hasCodes || id !== "column-code");
  const sum = columns.reduce((total, [, share]) => total + share, 0);
  const top = paper.y;
  const edges: number[] = [];
  let x = paper.left;
  for (const [id, share] of columns) {
    const width = (share / sum) * paper.width;
    edges.push(x);
    paper.put(words.say(id), x + 4, top + 5, { font: "bold", size: 10.5, width: width - 6 });
    x += width;
  }
  edges.push(x);
  paper.y = top + 24;
  paper.rule(top, 1);
  paper.rule(paper.y, 1);
  while (paper.y + ROW <= paper.bottom) {
    paper.y += ROW;
    paper.rule(paper.y, 0.5);
  }
  for (const edge of edges) paper.doc.lineWidth(0.5).moveTo(edge, top).lineTo(edge, paper.y).stroke("black");
}
