import { markOf } from "../mark.js";
import type { Pack } from "../pack.js";
import type { PackTextId, Words } from "../texts/texts.js";
import type { Paper } from "./paper.js";

const STEP_INDENT = 22;
/** Sizes of the running text, points: the largest that leaves it on one page is taken. */
const SIZES = [13, 12, 11.5, 11, 10.5, 10, 9] as const;

/** The largest size with which the first page stays one page. */
export function sizeThatFits(paper: Paper, pack: Pack, words: Words): number {
  const fits = (size: number) => paper.fitsFirstPage(() => firstPage(paper, pack, words, { size, namesPage: 99 }));
  return SIZES.find(fits) ?? SIZES.at(-1)!;
}

export interface FirstPageOptions {
  /** Of the running text, points. */
  readonly size: number;
  /** Where the list of keys by name begins. */
  readonly namesPage: number;
}

/** Which box, which sheet, what has happened and what to do. */
export function firstPage(paper: Paper, pack: Pack, words: Words, options: FirstPageOptions): void {
  const { size, namesPage } = options;
  titleBlock(paper, pack, words, size);
  if (pack.sheet !== undefined) {
    situation(paper, words, size, "power", "power-sign", ["power-1", "power-2", "power-3"]);
    situation(paper, words, size, "internet", "internet-sign", ["internet-1", "internet-2", "internet-3"]);
    situation(paper, words, size, "cloud", "cloud-sign", ["cloud-1", "cloud-2", "cloud-3"], { names: namesPage });
    howTo(paper, words, size);
  } else {
    situation(paper, words, size, "power", "plan-power-sign", ["plan-power-1", "plan-power-2", "plan-power-3"]);
    situation(paper, words, size, "internet", "plan-internet-sign", [
      "plan-internet-1",
      "plan-internet-2",
      "plan-internet-3",
    ]);
    situation(paper, words, size, "cloud", "plan-cloud-sign", ["plan-cloud-1", "plan-cloud-2", "plan-cloud-3"]);
    heading(paper, words.say("plan-before"));
    steps(paper, words, size, ["plan-before-1", "plan-before-2", "plan-before-3"]);
  }
}

function body(size: number): { readonly size: number; readonly lineGap: number } {
  return { size, lineGap: size / 8 };
}

function titleBlock(paper: Paper, pack: Pack, words: Words, size: number): void {
  const { sheet } = pack;
  const label = sheet === undefined ? "" : words.say("sheet", { sheet: sheet.sheet });
  const badge = { font: "bold", size: 24 } as const;
  const badgeWidth = sheet === undefined ? 0 : paper.widthOf(label, badge) + 28;
  const width = paper.width - badgeWidth - 16;
  const mark = markOf(pack, words);
  const top = mark === undefined ? paper.y : paper.y + 22;
  paper.y = top;
  if (sheet !== undefined) {
    const x = paper.left + paper.width - badgeWidth;
    paper.plate(x, top, badgeWidth, 44, 6);
    paper.put(label, x, top + 10, { ...badge, width: badgeWidth, align: "center", color: "white" });
  }
  paper.line(words.say(sheet === undefined ? "plan" : "title"), { size: 14, width });
  paper.y += 2;
  paper.line(pack.box, { font: "bold", size: 30, width });
  paper.line(`${pack.location.name} · ${pack.model}`, { size: 14, width });
  paper.y += 8;
  paper.line(words.say(sheet === undefined ? "plan-purpose" : "purpose"), { font: "bold", size: 13, lineGap: 2 });
  paper.y += 3;
  if (sheet !== undefined) paper.line(words.say("secret"), body(size));
  // A line ends between two facts, not within one.
  const whole = facts(pack, words).map((fact) => fact.replaceAll(" ", "\u00a0"));
  paper.line(whole.join(" · "), body(size));
  if (mark?.note !== undefined) {
    paper.y += 4;
    paper.line(mark.note, { ...body(size), font: "bold" });
  }
  paper.y += 8;
}

/** When it was made, what the box told last, how many codes it says were used. */
export function facts(pack: Pack, words: Words): readonly string[] {
  const seen =
    pack.lastSeen === undefined ? words.say("never-seen") : words.say("seen", { time: words.time(pack.lastSeen) });
  const all = [words.say("made", { time: words.time(pack.madeAt) }), seen];
  if (pack.sheet !== undefined) {
    const used = pack.sheet.targets.flatMap((target) => target.codes).filter((code) => code.state === "used").length;
    all.push(words.say("used-count", { count: used }));
  }
  return all;
}

function situation(
  paper: Paper,
  words: Words,
  size: number,
  title: PackTextId,
  sign: PackTextId,
  ids: readonly PackTextId[],
  params: Readonly<Record<string, number>> = {},
): void {
  heading(paper, words.say(title), words.say(sign));
  steps(paper, words, size, ids, params);
}

function heading(paper: Paper, title: string, sign?: string): void {
  paper.need(90);
  paper.rule(paper.y, 1.5);
  paper.y += 6;
  paper.line(title, { font: "bold", size: 16 });
  if (sign !== undefined) {
    paper.y += 2.5;
    paper.line(sign, { size: 11, color: "#333333", lineGap: 1.5 });
  }
  paper.y += 5;
}

function steps(
  paper: Paper,
  words: Words,
  size: number,
  ids: readonly PackTextId[],
  params: Readonly<Record<string, number>> = {},
): void {
  const width = paper.width - STEP_INDENT;
  for (const [i, id] of ids.entries()) {
    const text = words.say(id, params);
    const height = paper.heightOf(text, { ...body(size), width });
    paper.need(height);
    paper.plate(paper.left, paper.y - 1.5, 16, 16, 8);
    paper.put(String(i + 1), paper.left, paper.y + 0.5, {
      font: "code",
      size: 11,
      width: 16,
      align: "center",
      color: "white",
    });
    const even = paper.evenWidth(text, { ...body(size), width });
    paper.put(text, paper.left + STEP_INDENT, paper.y, { ...body(size), width: even });
    paper.y += Math.max(height, 16) + 3.5;
  }
  paper.y += 5;
}

function howTo(paper: Paper, words: Words, size: number): void {
  heading(paper, words.say("how-title"));
  steps(paper, words, size, ["how-1", "how-2", "how-3", "how-4", "how-5"]);
}
