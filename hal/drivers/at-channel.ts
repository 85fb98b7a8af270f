import type { Serial, SerialConstructor, SerialOptions } from "../io/serial.js";
import type { TimerId, TimersPort } from "../ports/clock.js";
import { outcome } from "./retry.js";

/** A transmitter takes so much at once (`Serial.write`). */
const PIECE_BYTES = 64;
/** A line of a modem is shorter; what is longer is noise. */
const MAX_LINE = 160;
/** Lines of an answer that are kept, and bytes after one. */
const MAX_LINES = 8;
const MAX_RAW_BYTES = 1_460;
const CR = 0x0d;
const LF = 0x0a;
const PROMPT = 0x3e;

/** What became of a command. */
export interface AtAnswer {
  /** By its final result code; undefined: there was none in time. */
  readonly ok: boolean | undefined;
  /** What came before the result, and the result itself when it says more than OK or ERROR. */
  readonly lines: readonly string[];
  /** Bytes that followed a line (`rawAfter`). */
  readonly raw: Uint8Array;
}

export interface AtCommand {
  /** Without the carriage return. */
  readonly text: string;
  readonly timeoutMs: number;
  /** Sent after the prompt `>`. */
  readonly payload?: Uint8Array;
  /** Whether a line ends the command, well or not, besides OK, ERROR, +CME ERROR and +CMS ERROR. */
  readonly final?: (line: string) => boolean | undefined;
  /** Bytes that follow a line of the answer; absent: none ever. */
  readonly rawAfter?: (line: string) => number;
  /** Called once, from the loop. Not called when the channel is reset before. */
  readonly done: (answer: AtAnswer) => void;
}

/**
 * A modem's AT commands on a serial line (ITU-T V.250; 3GPP TS 27.007 section 5): one at a time, in the order in which they are
 * given. Each of those who use the channel waits for an answer before the next command, which bounds the queue.
 */
export class AtChannel {
  readonly #timers: TimersPort;
  readonly #serial: Serial;
  readonly #pieceMs: number;
  readonly #unsolicited: (line: string) => void;
  #queue: AtCommand[] = [];
  #current: { readonly command: AtCommand; readonly lines: string[]; payload: Uint8Array | undefined } | undefined;
  #limit: TimerId | undefined;
  #line = "";
  #isTooLong = false;
  #raw = new Uint8Array(0);
  #rawCount = 0;
  #output: Uint8Array[] = [];
  #pace: TimerId | undefined;

  /** `unsolicited` gets every line that belongs to no answer, and those within one that may be either. */
  constructor(options: {
    serial: Omit<SerialOptions, "onReadable" | "format"> & { io: SerialConstructor };
    timers: TimersPort;
    unsolicited: (line: string) => void;
  }) {
    const { io, ...serial } = options.serial;
    this.#timers = options.timers;
    this.#unsolicited = options.unsolicited;
    // A start bit, eight bits, a stop bit.
    this.#pieceMs = Math.ceil((PIECE_BYTES * 10 * 1_000) / serial.baud);
    this.#serial = new io({ ...serial, format: "buffer", onReadable: () => this.#readable() });
  }

  send(command: AtCommand): void {
    this.#queue.push(command);
    this.#next();
  }

  /** Forgets all commands; nobody hears of them again. What the modem still says to them is taken for unsolicited. */
  reset(): void {
    this.#queue = [];
    this.#current = undefined;
    this.#output = [];
    this.#line = "";
    this.#rawCount = 0;
    this.#raw = new Uint8Array(0);
    this.#clear();
  }

  /** Resets, and sends one more command at once, whose answer nobody waits for: the program may end right after. */
  farewell(text: string): void {
    this.reset();
    this.#write(ascii(`${text}\r`));
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const command = this.#queue.shift();
    if (command === undefined) return;
    this.#current = { command, lines: [], payload: command.payload };
    this.#transmit(ascii(`${command.text}\r`));
    this.#limit = this.#timers.set(command.timeoutMs, () => this.#finish(undefined));
  }

  #finish(ok: boolean | undefined): void {
    const current = this.#current;
    if (current === undefined) return;
    const raw = this.#raw;
    this.#current = undefined;
    this.#raw = new Uint8Array(0);
    this.#rawCount = 0;
    if (ok === undefined) this.#output = [];
    this.#clear();
    current.command.done({ ok, lines: current.lines, raw });
    this.#next();
  }

  #clear(): void {
    if (this.#limit !== undefined) this.#timers.clear(this.#limit);
    this.#limit = undefined;
  }

  /** In pieces, as fast as the line carries them. */
  #transmit(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.#output.push(bytes.subarray(at, at + PIECE_BYTES));
    if (this.#pace === undefined) this.#pump();
  }

  #pump(): void {
    this.#pace = undefined;
    const piece = this.#output.shift();
    if (piece === undefined) return;
    this.#write(piece);
    this.#pace = this.#timers.set(this.#pieceMs, () => this.#pump());
  }

  /** A full transmitter is a lost command: the time-out takes care of it. */
  #write(bytes: Uint8Array): void {
    outcome(() => this.#serial.write(bytes));
  }

  #readable(): void {
    const bytes = outcome(() => this.#serial.read());
    if (!(bytes instanceof ArrayBuffer)) return;
    new Uint8Array(bytes).forEach((byte) => {
      this.#take(byte);
    });
  }

  #take(byte: number): void {
    if (this.#rawCount < this.#raw.length) {
      this.#raw[this.#rawCount++] = byte;
    } else if (byte === LF) {
      const line = this.#line;
      this.#line = "";
      if (!this.#isTooLong && line !== "") this.#took(line);
      this.#isTooLong = false;
    } else if (byte === PROMPT && this.#line === "" && this.#current?.payload !== undefined) {
      this.#transmit(this.#current.payload);
      this.#current.payload = undefined;
    } else if (byte !== CR && !(byte === 0x20 && this.#line === "")) {
      if (this.#line.length < MAX_LINE) this.#line += String.fromCharCode(byte);
      else this.#isTooLong = true;
    }
  }

  #took(line: string): void {
    const current = this.#current;
    // The echo that is on until it has been switched off.
    if (line === current?.command.text) return;
    if (current === undefined || isUnsolicited(line)) {
      this.#unsolicited(line);
      return;
    }
    const ok = current.command.final?.(line) ?? resultOf(line);
    if (line !== "OK" && current.lines.length < MAX_LINES) current.lines.push(line);
    if (ok !== undefined) {
      this.#finish(ok);
      return;
    }
    this.#raw = new Uint8Array(Math.min(MAX_RAW_BYTES, current.command.rawAfter?.(line) ?? 0));
    this.#rawCount = 0;
  }
}

function resultOf(line: string): boolean | undefined {
  if (line === "OK") return true;
  if (line === "ERROR" || line.startsWith("+CME ERROR") || line.startsWith("+CMS ERROR")) return false;
  return undefined;
}

/** Lines that come by themselves at any time, in the middle of an answer too. */
function isUnsolicited(line: string): boolean {
  return (
    /^\d, ?(CLOSED|CONNECT OK|CONNECT FAIL|ALREADY CONNECT)$/.test(line) ||
    /^\+CIPRXGET: 1,\d$/.test(line) ||
    /^\+C[EG]REG: \d(,"|$)/.test(line) ||
    /^(RDY|\+PDP: DEACT|NORMAL POWER DOWN|UNDER-VOLTAGE POWER DOWN|\+CPIN: NOT (READY|INSERTED))$/.test(line)
  );
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0x7f);
}
