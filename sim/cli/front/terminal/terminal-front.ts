import { createInterface, type Interface, type Key } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { wrap } from "../columns.js";
import type { CommandLoop } from "../command-loop.js";
import type { Desk } from "../desk.js";
import type { Front } from "../front.js";
import { colours } from "./colours.js";
import { drawFrame, drawPage, type Message, messageRows, type Page, pageRows } from "./frame.js";
import { Painter } from "./painter.js";

/** How often the picture is compared with the world, real ms. */
const LOOK_MS = 100;
const MESSAGES_KEPT = 200;
const PROMPT = "› ";

/** For people: the box and its cloud as a picture, and an input line with history and completion below it. */
export class TerminalFront implements Front {
  readonly #desk: Desk;
  readonly #input: ReadStream;
  readonly #painter: Painter;
  readonly #output: WriteStream;
  readonly #interrupt: () => void;
  readonly #messages: Message[] = [];
  #progress: string | undefined;
  #page: Page | undefined;
  #lines: Interface | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #resized = () => this.#redraw();

  /** `interrupt`: Ctrl-C. */
  constructor(desk: Desk, input: ReadStream, output: WriteStream, interrupt: () => void) {
    this.#desk = desk;
    this.#input = input;
    this.#output = output;
    this.#painter = new Painter(output);
    this.#interrupt = interrupt;
  }

  get columns(): number {
    return this.#painter.size.columns;
  }

  open(loop: CommandLoop): void {
    this.#painter.open();
    const lines = createInterface({
      input: this.#input,
      output: this.#output,
      prompt: PROMPT,
      historySize: 200,
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#complete(loop, line),
    });
    this.#lines = lines;
    lines.on("line", (line) => this.#entered(loop, line));
    lines.on("close", () => loop.end());
    lines.on("SIGINT", this.#interrupt);
    // The simulator in the background would hold on to the terminal.
    lines.on("SIGTSTP", () => {});
    // Ctrl-L: readline has just wiped the picture.
    this.#input.on("keypress", (_text: string, key: Key) => {
      if (key?.ctrl === true && key.name === "l") this.#redraw();
    });
    this.#output.on("resize", this.#resized);
    this.#timer = setInterval(() => this.#paint(), LOOK_MS);
    this.#paint();
    lines.prompt();
  }

  echo(line: string): void {
    this.#page = undefined;
    this.#add([`${PROMPT}${line}`], "echo");
  }

  tell(lines: readonly string[]): void {
    const { size } = this.#painter;
    if (lines.length <= messageRows(size)) this.#add(lines, "outcome");
    else this.#page = { lines: lines.flatMap((line) => message(line, "outcome", size.columns)), from: 0 };
    this.#paint();
  }

  complain(lines: readonly string[]): void {
    this.#add(lines, "error");
  }

  notice(text: string): void {
    this.#add([text], "note");
  }

  progress(text: string | undefined): void {
    this.#progress = text;
    this.#paint();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#output.off("resize", this.#resized);
    this.#lines?.removeAllListeners("close");
    this.#lines?.close();
    this.#painter.close();
    this.#input.unref();
  }

  #entered(loop: CommandLoop, line: string): void {
    this.#painter.clearEntered();
    if (line.trim() !== "") loop.submit(line);
    else this.#turnPage();
    this.#lines?.prompt();
    this.#paint();
  }

  #turnPage(): void {
    if (this.#page === undefined) return;
    const from = this.#page.from + pageRows(this.#painter.size);
    this.#page = from < this.#page.lines.length ? { ...this.#page, from } : undefined;
  }

  /** One candidate, or what all begin with, goes into the line; otherwise they are shown, and the line stays as it is. */
  #complete(loop: CommandLoop, line: string): [string[], string] {
    const { words, start } = loop.complete(line);
    if (words.length <= 1) return [words.map((word) => `${word} `), start];
    const common = words.reduce(commonStart);
    if (common.length > start.length) return [[common], start];
    this.#add([words.join("  ")], "note");
    this.#paint();
    return [[], line];
  }

  #add(lines: readonly string[], kind: Message["kind"]): void {
    for (const line of lines) this.#messages.push(...message(line, kind, this.#painter.size.columns));
    this.#messages.splice(0, this.#messages.length - MESSAGES_KEPT);
    this.#paint();
  }

  #redraw(): void {
    this.#painter.reset();
    this.#paint();
    this.#lines?.prompt(true);
  }

  #paint(): void {
    const { size } = this.#painter;
    if (this.#page !== undefined) {
      this.#painter.paint(drawPage(this.#page, size, colours));
      return;
    }
    const progress: Message[] = this.#progress === undefined ? [] : [{ text: this.#progress, kind: "note" }];
    this.#painter.paint(drawFrame(this.#desk, [...this.#messages, ...progress], size, colours));
  }
}

function message(text: string, kind: Message["kind"], columns: number): Message[] {
  return wrap(text, columns).map((line) => ({ text: line, kind }));
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length]?.toLowerCase() === b[length]?.toLowerCase()) length++;
  return a.slice(0, length);
}
