import { WakeCause } from "../../hal/ports/power.js";

/** Ways of a reset that the supply explains: what is in the memory then is of no account. */
const BY_SUPPLY: readonly WakeCause[] = [WakeCause.powerOn, WakeCause.brownOut];

/** Eight bytes that noise is not taken for: `SBcrash1`. */
const MAGIC = [0x53, 0x42, 0x63, 0x72, 0x61, 0x73, 0x68, 0x31];
const STATE_AT = 8;
const REASON_LENGTH_AT = 9;
const LINES_LENGTH_AT = 10;
const REASON_AT = 11;
const Running = 1;
const Ended = 2;

/** What a record has room for, characters. */
export const REASON_MAX = 64;
export const LINES_MAX = 128;
const LINES_AT = REASON_AT + REASON_MAX;
const IN_A_ROW_AT = LINES_AT + LINES_MAX;
/** Bytes of the memory that are used. */
export const KEPT_BYTES = IN_A_ROW_AT + 1;
const BYTE_MAX = 255;

const LINE_END = 0x0a;
const UNPRINTABLE = 0x3f;

export interface CrashReport {
  /** What the board or the engine said of the end. */
  readonly reason: string;
  /** The last lines of the trace, oldest first, each ended by LF; the oldest may lack its beginning. */
  readonly lines: string;
}

/**
 * The end of the trace and the reason of a fault, in memory that outlives a reset. Nothing here throws or grows: it runs while the
 * machine has no memory left.
 */
export class LastWords {
  readonly #kept: Uint8Array;

  constructor(kept: Uint8Array) {
    if (kept.length < KEPT_BYTES)
      throw new RangeError(`${kept.length} bytes of kept memory, and ${KEPT_BYTES} are needed`);
    this.#kept = kept;
  }

  /**
   * What the boot before left, and begins anew. Undefined: it ended on purpose, or by loss of power. `resetReason` counts where the
   * boot before named none itself.
   */
  take(cause: WakeCause, resetReason: string | undefined): CrashReport | undefined {
    const kept = this.#kept;
    const isWhole = MAGIC.every((byte, i) => kept[i] === byte);
    const isCrash = isWhole && kept[STATE_AT] === Running && !BY_SUPPLY.includes(cause);
    const reason = this.#text(REASON_AT, kept[REASON_LENGTH_AT]!, REASON_MAX);
    const lines = this.#text(LINES_AT, kept[LINES_LENGTH_AT]!, LINES_MAX);
    kept[IN_A_ROW_AT] = isCrash ? Math.min(kept[IN_A_ROW_AT]! + 1, BYTE_MAX) : 0;
    kept.set(MAGIC);
    kept[STATE_AT] = Running;
    kept[REASON_LENGTH_AT] = 0;
    kept[LINES_LENGTH_AT] = 0;
    if (!isCrash) return undefined;
    return { reason: reason === "" ? (resetReason ?? "unknown").slice(0, REASON_MAX) : reason, lines };
  }

  /** Boots before this one, one after the other, that a fault ended before they were called steady. */
  get inARow(): number {
    return this.#kept[IN_A_ROW_AT]!;
  }

  /** This boot has run for long enough: a fault from here on is not the same one again. */
  steady(): void {
    this.#kept[IN_A_ROW_AT] = 0;
  }

  /** Keeps a line of the trace; as many of the oldest bytes go as it needs. */
  line(text: string): void {
    const kept = this.#kept;
    const length = Math.min(text.length, LINES_MAX - 1);
    const gone = Math.max(0, kept[LINES_LENGTH_AT]! + length + 1 - LINES_MAX);
    kept.copyWithin(LINES_AT, LINES_AT + gone, LINES_AT + kept[LINES_LENGTH_AT]!);
    let at = LINES_AT + kept[LINES_LENGTH_AT]! - gone;
    for (let i = 0; i < length; i++) kept[at++] = printable(text.charCodeAt(i));
    kept[at++] = LINE_END;
    kept[LINES_LENGTH_AT] = at - LINES_AT;
  }

  /** A fault ends the program. The last one that is told counts. */
  fault(reason: string): void {
    const length = Math.min(reason.length, REASON_MAX);
    for (let i = 0; i < length; i++) this.#kept[REASON_AT + i] = printable(reason.charCodeAt(i));
    this.#kept[REASON_LENGTH_AT] = length;
  }

  /** The program is about to end because it wants to. */
  end(): void {
    this.#kept[STATE_AT] = Ended;
  }

  /** A supply that sagged may have left any of it wrong. */
  #text(at: number, length: number, max: number): string {
    let text = "";
    for (let i = 0; i < Math.min(length, max); i++) {
      const byte = this.#kept[at + i]!;
      text += String.fromCharCode(byte === LINE_END ? byte : printable(byte));
    }
    return text;
  }
}

function printable(code: number): number {
  return code >= 0x20 && code <= 0x7e ? code : UNPRINTABLE;
}
