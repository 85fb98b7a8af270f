import { type Sound, soundOf } from "../../../../hal/panel/sounds.js";
import type { View } from "../../../../hal/ports/panel.js";
import { boxLog, OFFLINE_SYMBOL } from "../../../cloud/box-log.js";
import { clip, clipMiddle, displayWidth, fill, wrap } from "../columns.js";
import { choicesInWords, dateOf, linksInWords, logLine, powerInWords, timeOfDay, whyDark } from "../describe.js";
import type { Desk } from "../desk.js";
import type { Colours } from "./colours.js";

/** The panel with its frame, columns. */
const PANEL_COLUMNS = 44;
const BIN_COLUMNS = 17;
const FOB_COLUMNS = 6;
const MIN_BODY_ROWS = 8;
const MAX_BODY_ROWS = 14;
/** What the box's buzzer plays for the view, as words in the panel's frame. */
const SOUNDS: Readonly<Record<Sound | "none", string>> = {
  accepted: " ♪ accepted ",
  refused: " ♪ refused ",
  "close-door": " ♪ close the door ",
  none: "",
};
/** Rows that are neither the panel's nor the messages' nor the log's: title, panel's frame, links, cloud, the rule. */
const OTHER_ROWS = 6;
/** Of the cloud's log, on a screen of ordinary height and on a tall one. */
const LOG_ROWS = 3;
const TALL_LOG_ROWS = 8;
const TALL_ROWS = 36;
const MIN_MESSAGE_ROWS = 3;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Message {
  readonly text: string;
  readonly kind: "echo" | "outcome" | "error" | "note";
}

/** Lines that were too many for the space below the panel. */
export interface Page {
  readonly lines: readonly Message[];
  readonly from: number;
}

/** Every row of the screen but the input's two, each at most `columns` wide. */
export function drawFrame(desk: Desk, messages: readonly Message[], size: Size, c: Colours): string[] {
  const rows = size.rows - 2;
  const spare = rows - OTHER_ROWS - logRows(size) - MIN_MESSAGE_ROWS;
  const bodyRows = Math.max(MIN_BODY_ROWS, Math.min(MAX_BODY_ROWS, spare));
  const panel = drawPanel(desk, bodyRows, c);
  const bins = drawBins(desk, panel.length, size.columns - PANEL_COLUMNS - 1, c);
  const top = [
    drawTitle(desk, size.columns, c),
    ...panel.map((line, i) => `${line} ${bins[i] ?? ""}`),
    c.dim(clip(` ${linksInWords(desk).join(" · ")}`, size.columns)),
    drawCloud(desk, size.columns, c),
    ...drawLog(desk, logRows(size), size.columns, c),
    c.dim("─".repeat(size.columns)),
  ];
  const space = Math.max(0, rows - top.length);
  const shown = messages.slice(-space).map((message) => drawMessage(message, size.columns, c));
  while (shown.length < space) shown.push("");
  return [...top, ...shown].slice(0, rows);
}

/** Rows for messages in a frame of this size. */
export function messageRows(size: Size): number {
  return Math.max(MIN_MESSAGE_ROWS, size.rows - 2 - OTHER_ROWS - logRows(size) - MAX_BODY_ROWS);
}

function logRows({ rows }: Size): number {
  return rows < TALL_ROWS ? LOG_ROWS : TALL_LOG_ROWS;
}

export function drawPage({ lines, from }: Page, size: Size, c: Colours): string[] {
  const room = pageRows(size);
  const shown = lines.slice(from, from + room).map((message) => drawMessage(message, size.columns, c));
  while (shown.length < room) shown.push("");
  const last = Math.min(from + room, lines.length);
  const next = last < lines.length ? "Enter: more" : "Enter: back to the panel";
  return [...shown, c.inverse(fill(` lines ${from + 1} to ${last} of ${lines.length} · ${next}`, size.columns))];
}

export function pageRows({ rows }: Size): number {
  return Math.max(1, rows - 3);
}

function drawMessage({ text, kind }: Message, columns: number, c: Colours): string {
  const line = clip(text, columns);
  if (kind === "error") return c.red(line);
  if (kind === "note") return c.yellow(line);
  return kind === "echo" ? c.dim(line) : line;
}

function drawTitle(desk: Desk, columns: number, c: Colours): string {
  const now = desk.world.wallSeconds();
  const left = ` ${desk.box.id}  ${dateOf(desk, now)} ${timeOfDay(desk, now)}`;
  const right = `${desk.machine.state} · ${powerInWords(desk)} `;
  return c.inverse(clip(fill(left, Math.max(0, columns - displayWidth(right))) + right, columns));
}

function drawPanel(desk: Desk, bodyRows: number, c: Colours): string[] {
  const inner = PANEL_COLUMNS - 4;
  const { lamp } = desk.machine.button;
  const button = lamp === "off" ? "( reset )" : lamp === "on" ? "(* reset *)" : "(* reset: flashing *)";
  const isLit = desk.isLit;
  const border = isLit ? c.cyan : c.dim;
  const body = isLit
    ? drawView(desk, desk.machine.panel.view!, inner, bodyRows, c)
    : drawDark(desk, inner, bodyRows, c);
  const sound = isLit ? SOUNDS[soundOf(desk.machine.panel.view!) ?? "none"] : "";
  const below = `${sound}${"─".repeat(PANEL_COLUMNS - 4 - button.length - sound.length)}`;
  return [
    border(`┌─ ${desk.box.model} ${"─".repeat(PANEL_COLUMNS - 5 - desk.box.model.length)}┐`),
    ...body.map((line) => `${border("│")} ${line} ${border("│")}`),
    `${border(`└─${below}`)}${lamp === "off" ? c.dim(button) : c.yellow(button)}${border("─┘")}`,
  ];
}

function drawDark(desk: Desk, columns: number, rows: number, c: Colours): string[] {
  const lines = ["", "", ...wrap(`(${whyDark(desk)})`, columns)];
  return Array.from({ length: rows }, (_, i) => c.dim(fill(lines[i] ?? "", columns)));
}

/** Notices, title, lines, entry, choices; what does not fit is taken from the lines, since choices must be reachable. */
function drawView(desk: Desk, view: View, columns: number, rows: number, c: Colours): string[] {
  const strip = view.notices.map((notice) => desk.format(notice)).join(" · ");
  const notices = strip === "" ? [""] : wrap(`! ${strip}`, columns).slice(0, 2);
  const title = wrap(desk.format(view.title), columns).slice(0, 3);
  const choices = choicesInWords(desk, view).map((text, i) => withId(text, view.choices[i]!.id, columns, c));
  const entry = view.entry === undefined ? [] : [`[ ${view.entry.groups.join(" ")}_ ]`];
  const room = rows - notices.length - title.length - entry.length - choices.length;
  const lines = view.lines.flatMap((text) => wrap(desk.format(text), columns)).slice(0, Math.max(0, room));
  const shown = [
    ...notices.map((line) => c.yellow(fill(line, columns))),
    ...title.map((line) => c.bold(fill(line, columns))),
    ...lines.map((line) => fill(line, columns)),
    ...entry.map((line) => fill(line, columns)),
  ];
  // Choices stand at the foot, as on the glass.
  while (shown.length + choices.length < rows) shown.push(" ".repeat(columns));
  return [...shown, ...choices].slice(0, rows);
}

/** Ids of lists are mere numbers: they say nothing. */
function withId(label: string, id: string, columns: number, c: Colours): string {
  if (/^\d*$/.test(id)) return fill(label, columns);
  const room = columns - displayWidth(id) - 1;
  return `${fill(label, room)} ${c.dim(id)}`;
}

function drawBins(desk: Desk, rows: number, columns: number, c: Colours): string[] {
  const { bins } = desk.machine;
  const across = Math.max(1, Math.floor((columns + 1) / (BIN_COLUMNS + 1)));
  const down = Math.min(rows, Math.max(Math.ceil(bins.count / across), Math.min(rows, 12)));
  const lines: string[] = [];
  for (let row = 0; row < down; row++) {
    const cells: string[] = [];
    for (let bin = row; bin < bins.count && cells.length < across; bin += down) cells.push(drawBin(desk, bin, c));
    lines.push(cells.join(" "));
  }
  const hidden = bins.count - across * down;
  return hidden > 0 ? [...lines.slice(0, -1), `and ${hidden} more: keys`] : lines;
}

/** `A-1  [012ABC]`, an empty one `[      ]`, and without its right side while the door is open. */
function drawBin(desk: Desk, bin: number, c: Colours): string {
  const { bins } = desk.machine;
  const label = fill(bins.label(bin), 5);
  const inside = fill(clipMiddle(bins.content(bin) ?? "", FOB_COLUMNS), FOB_COLUMNS);
  if (bins.isOpen(bin)) return c.yellow(fill(`${label}[${inside} open`, BIN_COLUMNS));
  const isEnabled = desk.box.bins[bin]?.enabled ?? true;
  const text = fill(`${label}[${inside}]${isEnabled ? "" : " off"}`, BIN_COLUMNS);
  return isEnabled ? text : c.dim(text);
}

function drawCloud(desk: Desk, columns: number, c: Colours): string {
  const { online, lastSeen } = desk.cloud.store.boxState(desk.box.id);
  const heard = lastSeen === undefined ? "never heard of it" : `last heard ${timeOfDay(desk, lastSeen)}`;
  if (!desk.isCloudUp) return c.yellow(clip(` cloud: down · ${heard} · broker ${desk.brokerName}`, columns));
  const text = clip(` cloud: box ${online ? "online" : "offline"} · ${heard} · broker ${desk.brokerName}`, columns);
  return online ? c.green(text) : c.yellow(text);
}

function drawLog(desk: Desk, rows: number, columns: number, c: Colours): string[] {
  const lines = boxLog(desk.cloud.store, desk.machine.name, rows).map((entry) => {
    const { time, isOffline, status } = logLine(desk, entry);
    const end = status === "done" ? "" : ` ${status}`;
    const room = Math.max(0, columns - displayWidth(time) - displayWidth(end) - 5);
    return `   ${time} ${isOffline ? OFFLINE_SYMBOL : " "}${logLine(desk, entry, room).what}${c.yellow(end)}`;
  });
  while (lines.length < rows) lines.push("");
  return lines;
}
