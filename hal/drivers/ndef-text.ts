/** Asks for a tag's bytes one after another. */
type Wanting<T> = Generator<undefined, T, number>;

/** TLV blocks (NFC Forum Type 2 Tag 1.2, "TLV blocks"); the others have nothing for us, and are passed over. */
const Tlv = { null: 0x00, lockControl: 0x01, memoryControl: 0x02, message: 0x03, terminator: 0xfe } as const;
/** A length of three bytes begins with this, and means nothing with this in all of them. */
const LONG_LENGTH = 0xff;
const NO_LENGTH = 0xffff;
/** Where the data area begins: page 4, of four bytes each. */
const FIRST_ADDRESS = 16;

/** Flags and type name formats of a record (NDEF 1.0, "Record Layout"). */
const Flag = { messageEnd: 0x40, chunk: 0x20, short: 0x10, idLength: 0x08 } as const;
const FORMAT_MASK = 0x07;
const WELL_KNOWN = 1;
const UNCHANGED = 6;
const TEXT_TYPE = 0x54;

/** Bits of a text record's first byte (RTD Text 1.0, "The Text Record Type"). */
const UTF_16 = 0x80;
const LANGUAGE_LENGTH = 0x3f;
const LONGEST_SERIAL = 16;
/** Of a text record: status, language, and a serial in UTF-16 with blanks around it. */
const LONGEST_PAYLOAD = 160;
/** What writers put around a serial: padding, and the blank or the end of line that was typed. */
const BLANKS: readonly number[] = [0x00, 0x09, 0x0a, 0x0d, 0x20];

/** Finds the text of the first text record of a Type 2 tag in its data area, which is given byte by byte from page 4 on. */
export class TagText {
  readonly #search = textOfArea(new DataArea());

  constructor() {
    this.#search.next();
  }

  /**
   * Takes the next byte. Answers the text, 1 to 16 printable ASCII characters, once it is known; empty, when the tag has
   * none; undefined, while more is needed. Not to be called after an answer.
   */
  take(byte: number): string | undefined {
    const { done, value } = this.#search.next(byte);
    return done === true ? value : undefined;
  }
}

/** The bytes of a tag without those that its control TLVs set aside for locks and for itself, wherever those lie. */
class DataArea {
  #address = FIRST_ADDRESS;
  readonly #setAside: { readonly from: number; readonly to: number }[] = [];

  *byte(): Wanting<number> {
    for (;;) {
      const byte = yield;
      const address = this.#address++;
      if (!this.#setAside.some(({ from, to }) => address >= from && address < to)) return byte;
    }
  }

  *number(bytes: number): Wanting<number> {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + (yield* this.byte());
    return value;
  }

  *skip(bytes: number): Wanting<void> {
    for (let i = 0; i < bytes; i++) yield* this.byte();
  }

  /** The value of a Lock Control TLV counts bits, that of a Memory Control TLV bytes; 0 stands for 256. */
  *control(bitsPerUnit: 1 | 8): Wanting<void> {
    const position = yield* this.byte();
    const units = (yield* this.byte()) || 256;
    const bytesPerPage = 2 ** ((yield* this.byte()) & 0x0f);
    const from = (position >> 4) * bytesPerPage + (position & 0x0f);
    this.#setAside.push({ from, to: from + Math.ceil((units * bitsPerUnit) / 8) });
  }
}

function* textOfArea(area: DataArea): Wanting<string> {
  for (;;) {
    const tag = yield* area.byte();
    if (tag === Tlv.null) continue;
    if (tag === Tlv.terminator) return "";
    const short = yield* area.byte();
    const length = short === LONG_LENGTH ? yield* area.number(2) : short;
    if (length === NO_LENGTH) return "";
    if (tag === Tlv.message) {
      // A formatted tag may have an empty message before the one that somebody wrote.
      const text = yield* textOfMessage(area, length);
      if (text !== undefined) return text;
    } else if (tag === Tlv.lockControl && length === 3) yield* area.control(1);
    else if (tag === Tlv.memoryControl && length === 3) yield* area.control(8);
    else yield* area.skip(length);
  }
}

/** Undefined: it has no text record; empty: it makes no sense, or its text is no serial. */
function* textOfMessage(area: DataArea, length: number): Wanting<string | undefined> {
  let text: number[] | undefined;
  for (let left = length; left > 0; ) {
    const record = yield* recordHeader(area, left);
    if (record === undefined) return "";
    left = record.left;
    // The chunks of one payload follow each other (NDEF 1.0, "Record Chunks").
    if (text !== undefined && record.format !== UNCHANGED) return "";
    if (record.format === WELL_KNOWN && record.type === TEXT_TYPE) text = [];
    if (text === undefined) yield* area.skip(record.payloadBytes);
    else if (text.length + record.payloadBytes > LONGEST_PAYLOAD) return "";
    else for (let i = 0; i < record.payloadBytes; i++) text.push(yield* area.byte());
    if (text !== undefined && !record.isChunk) return serialOf(text);
    if (record.isLast) {
      yield* area.skip(left);
      return undefined;
    }
  }
  return undefined;
}

interface RecordHeader {
  readonly format: number;
  /** 0: not of one byte. */
  readonly type: number;
  readonly payloadBytes: number;
  readonly isChunk: boolean;
  readonly isLast: boolean;
  /** Bytes of the message behind the record. */
  readonly left: number;
}

/** Everything of a record up to its payload; undefined where that would be longer than the `left` bytes of the message. */
function* recordHeader(area: DataArea, left: number): Wanting<RecordHeader | undefined> {
  const flags = yield* area.byte();
  const isShort = (flags & Flag.short) !== 0;
  const hasId = (flags & Flag.idLength) !== 0;
  const lengths = 2 + (isShort ? 1 : 4) + (hasId ? 1 : 0);
  if (lengths > left) return undefined;
  const typeBytes = yield* area.byte();
  const payloadBytes = yield* area.number(isShort ? 1 : 4);
  const idBytes = hasId ? yield* area.byte() : 0;
  const behind = left - lengths - typeBytes - idBytes - payloadBytes;
  if (behind < 0) return undefined;
  const type = typeBytes === 1 ? yield* area.byte() : 0;
  yield* area.skip((typeBytes === 1 ? 0 : typeBytes) + idBytes);
  return {
    format: flags & FORMAT_MASK,
    type,
    payloadBytes,
    isChunk: (flags & Flag.chunk) !== 0,
    isLast: (flags & Flag.messageEnd) !== 0,
    left: behind,
  };
}

/** A serial in the payload of a text record; empty when it holds none. */
function serialOf(payload: readonly number[]): string {
  const status = payload[0] ?? 0;
  const bytes = payload.slice(1 + (status & LANGUAGE_LENGTH));
  const units = status & UTF_16 ? fromUtf16(bytes) : withoutMark(bytes, [0xef, 0xbb, 0xbf]);
  const isBlank = (unit: number | undefined) => unit !== undefined && BLANKS.includes(unit);
  let from = 0;
  let to = units.length;
  while (isBlank(units[from])) from++;
  while (to > from && isBlank(units[to - 1])) to--;
  const serial = units.slice(from, to);
  const isSerial = serial.length <= LONGEST_SERIAL && serial.every((unit) => unit > 0x20 && unit < 0x7f);
  return isSerial ? String.fromCharCode(...serial) : "";
}

/** UTF-16 is big-endian unless a byte order mark says otherwise (RTD Text 1.0, "UTF-16 Byte Order"). */
function fromUtf16(bytes: readonly number[]): readonly number[] {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = isLittle ? bytes.slice(2) : withoutMark(bytes, [0xfe, 0xff]);
  if (text.length % 2 !== 0) return [];
  const units: number[] = [];
  for (let i = 0; i < text.length; i += 2) {
    const first = text[i]!;
    const second = text[i + 1]!;
    units.push(isLittle ? second * 256 + first : first * 256 + second);
  }
  return units;
}

function withoutMark(bytes: readonly number[], mark: readonly number[]): readonly number[] {
  return mark.every((byte, i) => bytes[i] === byte) ? bytes.slice(mark.length) : bytes;
}
