import type { WriteStream } from "node:tty";
import type { Size } from "./frame.js";

const ESC = "\u001b";
/** Of DEC private mode 2026: terminals that know it show everything in between at once. */
const BEGIN = `${ESC}[?2026h${ESC}7${ESC}[?25l`;
const END = `${ESC}8${ESC}[?25h${ESC}[?2026l`;

/**
 * Keeps a picture on the alternate screen, and the two lowest rows for the input: they are a scroll region of their own, so that
 * a new line there moves nothing else. Rows that have not changed are not written.
 */
export class Painter {
  readonly #out: WriteStream;
  #shown: string[] = [];
  #isOpen = false;

  constructor(out: WriteStream) {
    this.#out = out;
  }

  get size(): Size {
    return { columns: Math.max(20, this.#out.columns || 80), rows: Math.max(8, this.#out.rows || 24) };
  }

  open(): void {
    this.#isOpen = true;
    this.#out.write(`${ESC}[?1049h`);
    this.reset();
  }

  /** Everything anew, with the cursor where the input is: at first, after a change of size, or when something wrote over it. */
  reset(): void {
    const { rows } = this.size;
    this.#shown = [];
    this.#out.write(`${ESC}[r${ESC}[2J${ESC}[${rows - 1};${rows}r${ESC}[${rows};1H`);
  }

  /** Rows from the top. The cursor stays where it is. */
  paint(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    let changes = "";
    for (const [i, line] of lines.entries()) {
      if (line !== this.#shown[i]) changes += `${ESC}[${i + 1};1H${line}${ESC}[K`;
    }
    this.#shown = [...lines];
    if (changes !== "") this.#out.write(`${BEGIN}${changes}${END}`);
  }

  /** The row above the input, where an entered line has gone. */
  clearEntered(): void {
    this.#out.write(`${BEGIN}${ESC}[${this.size.rows - 1};1H${ESC}[2K${END}`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#out.write(`${ESC}[r${ESC}[?25h${ESC}[?1049l`);
  }
}
