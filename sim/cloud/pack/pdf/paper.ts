import PDFDocument from "pdfkit";
import { withoutMiddle } from "../../snapshot/short-name.js";
import { isMixed, mixedLines, type Run } from "./bidi.js";
import { ascentOf, FONT_NAMES, type FontName, fontBytes, type Glyphs } from "./fonts.js";

export type PaperSize = "A4" | "LETTER";

/** Points. */
const MARGIN = 36;
const TOP = 62;
const BOTTOM = 44;
/** Of lines with Hebrew or Arabic, as a share of the size. */
const MIXED_PITCH = 1.3;

export interface TextOptions {
  readonly font?: FontName;
  readonly size: number;
  readonly width?: number;
  readonly align?: "left" | "center" | "right";
  readonly color?: string;
  readonly lineGap?: number;
}

/** Pages in black and white with a cursor that runs down them. Sizes and places in points; `y` is the cursor. */
export class Paper {
  readonly doc: PDFKit.PDFDocument;
  readonly left = MARGIN;
  y = MARGIN;
  readonly #glyphs: Glyphs;
  /** Setting a line costs milliseconds, and much is measured more than once. */
  readonly #heights = new Map<string, number>();
  readonly #widths = new Map<string, number>();
  /** Only measuring. */
  #dry = false;

  constructor(options: { size: PaperSize; glyphs: Glyphs; title: string; language: string; createdAt: Date }) {
    this.#glyphs = options.glyphs;
    this.doc = new PDFDocument({
      size: options.size,
      margin: 0,
      bufferPages: true,
      // None at first: its own default is a font that is not embedded.
      font: "",
      lang: options.language,
      displayTitle: true,
      info: {
        Title: options.glyphs.printable(options.title),
        CreationDate: options.createdAt,
        ModDate: options.createdAt,
      },
    });
    for (const name of FONT_NAMES) this.doc.registerFont(name, fontBytes(name));
  }

  get width(): number {
    return this.doc.page.width - 2 * MARGIN;
  }

  get bottom(): number {
    return this.doc.page.height - BOTTOM;
  }

  /** Whether what `write` writes fits on the first page. Nothing is drawn. */
  fitsFirstPage(write: () => void): boolean {
    const y = this.y;
    this.#dry = true;
    this.y = MARGIN;
    write();
    // The last block ends with a gap that needs no room.
    const fits = this.y - 9 <= this.bottom;
    this.#dry = false;
    this.y = y;
    return fits;
  }

  /** The first page, from its top. */
  backToFirst(): void {
    this.doc.switchToPage(0);
    this.y = MARGIN;
  }

  /** Number of the page under the cursor, from 1. */
  get page(): number {
    return this.doc.bufferedPageRange().count;
  }

  newPage(): void {
    this.doc.addPage();
    this.y = TOP;
  }

  /** A black rectangle with round corners. */
  plate(x: number, y: number, width: number, height: number, radius: number): void {
    if (!this.#dry) this.doc.roundedRect(x, y, width, height, radius).fill("black");
  }

  /** Starts a page when less than `height` is left on this one; answers whether it did. */
  need(height: number): boolean {
    if (this.#dry || this.y + height <= this.bottom) return false;
    this.newPage();
    return true;
  }

  heightOf(text: string, options: TextOptions): number {
    const { width = this.width, lineGap = 0 } = options;
    const key = `${options.font} ${options.size} ${width} ${lineGap} ${text}`;
    let height = this.#heights.get(key);
    if (height === undefined) {
      const printable = this.#glyphs.printable(text);
      height = isMixed(printable)
        ? this.#mixed(printable, options).length * this.#pitch(options)
        : this.#with(options).heightOfString(printable, { width, lineGap });
      this.#heights.set(key, height);
    }
    return height;
  }

  widthOf(text: string, options: TextOptions): number {
    const key = `${options.font} ${options.size} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      const printable = this.#glyphs.printable(text);
      width = isMixed(printable)
        ? this.#widthOfRuns(this.#mixed(printable, { ...options, width: Number.POSITIVE_INFINITY })[0]!, options)
        : this.#with(options).widthOfString(printable);
      this.#widths.set(key, width);
    }
    return width;
  }

  /** `text`, or as much of its beginning and its end as fits on one line of `width`, with an ellipsis. */
  shortened(text: string, options: TextOptions, width: number): string {
    return withoutMiddle(text, (short) => this.widthOf(short, options) <= width);
  }

  /** The largest size up to that of `options` with which `text` stays on one line of `width`. */
  sizeFor(text: string, options: TextOptions, width: number): number {
    return Math.min(options.size, (options.size * width) / Math.max(this.widthOf(text, options), 1));
  }

  /** A little narrower than `width` where that makes no more lines: a last line of one word, or of one kana, looks like a mistake. */
  evenWidth(text: string, options: TextOptions): number {
    const { width = this.width } = options;
    const height = this.heightOf(text, options);
    let even = width;
    for (let share = 0.96; share >= 0.84; share -= 0.04) {
      if (this.heightOf(text, { ...options, width: share * width }) > height) break;
      even = share * width;
    }
    return even;
  }

  /** Writes at a place and leaves the cursor alone. */
  put(text: string, x: number, y: number, options: TextOptions): void {
    const { width = this.width, align = "left", lineGap = 0, color = "black" } = options;
    if (this.#dry) return;
    const printable = this.#glyphs.printable(text);
    const doc = this.#with(options).fillColor(color);
    if (isMixed(printable)) this.#putMixed(printable, x, y, options);
    else doc.text(printable, x, y, { width, align, lineGap });
    doc.fillColor("black");
  }

  /** Writes digits and spaces at one pitch, so that codes stand in columns; answers the width. The font's own 1 is narrower. */
  putDigits(text: string, x: number, y: number, options: TextOptions): number {
    const pitch = this.widthOf("0", options);
    const doc = this.#with(options).fillColor(options.color ?? "black");
    let at = x;
    for (const letter of text) {
      const isDigit = letter !== " ";
      if (isDigit) doc.text(letter, at + (pitch - this.widthOf(letter, options)) / 2, y, { lineBreak: false });
      at += isDigit ? pitch : pitch * 0.55;
    }
    doc.fillColor("black");
    return at - x;
  }

  /** Writes at the cursor, in lines of like length, and moves it below. */
  line(text: string, options: TextOptions): void {
    this.put(text, this.left, this.y, { ...options, width: this.evenWidth(text, options) });
    this.y += this.heightOf(text, options);
  }

  /** A page's title with a note under it. */
  title(title: string, note: string): void {
    this.line(title, { font: "bold", size: 22 });
    this.y += 7;
    this.line(note, { size: 12, lineGap: 2 });
    this.y += 9;
  }

  rule(y: number, weight = 0.5, from = this.left, to = this.left + this.width): void {
    if (!this.#dry) this.doc.lineWidth(weight).moveTo(from, y).lineTo(to, y).stroke("black");
  }

  /** Finishes the document: `decorate` sees each page with its number and the count of all. */
  async bytes(decorate: (page: number, pages: number) => void): Promise<Uint8Array> {
    const { count } = this.doc.bufferedPageRange();
    for (let page = 1; page <= count; page++) {
      this.doc.switchToPage(page - 1);
      decorate(page, count);
    }
    const chunks: Uint8Array[] = [];
    return await new Promise((resolve, reject) => {
      this.doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      this.doc.on("end", () => resolve(Buffer.concat(chunks)));
      this.doc.on("error", reject);
      this.doc.end();
    });
  }

  #mixed(text: string, options: TextOptions): readonly (readonly Run[])[] {
    const { font = "text", width = this.width } = options;
    return mixedLines(text, font, width, (runs) => this.#widthOfRuns(runs, options));
  }

  /** All letters of a line stand on one line, whatever their fonts. */
  #putMixed(text: string, x: number, y: number, options: TextOptions): void {
    const { font = "text", size, width = this.width, align = "left" } = options;
    const pitch = this.#pitch(options);
    let base = y + ascentOf(font) * size;
    for (const runs of this.#mixed(text, options)) {
      const room = width - this.#widthOfRuns(runs, options);
      let at = x + (align === "left" ? 0 : align === "right" ? room : room / 2);
      for (const run of runs) {
        this.#with({ ...options, font: run.font }).text(run.text, at, base, {
          lineBreak: false,
          baseline: "alphabetic",
        });
        at += this.#widthOfRuns([run], options);
      }
      base += pitch;
    }
  }

  /** From line to line: the letters of Hebrew and Arabic bear marks above and below. */
  #pitch(options: TextOptions): number {
    const { size, lineGap = 0 } = options;
    return Math.max(this.#with(options).currentLineHeight(true), MIXED_PITCH * size) + lineGap;
  }

  #widthOfRuns(runs: readonly Run[], options: TextOptions): number {
    return runs.reduce((sum, { text, font }) => sum + this.#with({ ...options, font }).widthOfString(text), 0);
  }

  #with({ font = "text", size }: TextOptions): PDFKit.PDFDocument {
    return this.doc.font(font).fontSize(size);
  }
}
