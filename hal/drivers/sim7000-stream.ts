import type { Stream, StreamEvents } from "../io/stream.js";
import type { AtChannel } from "./at-channel.js";

/** The module takes 1,460 bytes at once; less holds the channel up for a shorter time. */
const SEND_BYTES = 1_024;
/** Read at once: what a processor's receiver holds while the program is busy elsewhere. */
const READ_BYTES = 384;
const ANSWER_MS = 10_000;
const NOTHING = new Uint8Array(0);

export interface StreamOptions {
  readonly channel: AtChannel;
  /** Number of the connection, 0 to 7. */
  readonly id: number;
  /** A name or an IPv4 address. */
  readonly host: string;
  readonly port: number;
  readonly events: StreamEvents;
  /** The connection's number is free again. */
  readonly freed: () => void;
  /** The modem did not answer a command. */
  readonly silent: () => void;
}

/** One TCP connection of a SIM7000 (SIM7000 Series AT Command Manual V1.03, section 8). */
export class Sim7000Stream implements Stream {
  readonly #options: StreamOptions;
  #state: "opening" | "open" | "over" = "opening";
  /** Written and not yet taken by the module. */
  #outbox = NOTHING;
  #isSending = false;
  #inbox: Uint8Array[] = [];
  #isReading = false;
  /** The module has more than what is being read. */
  #hasMore = false;
  /** The far end has closed; what it sent before is still read. */
  #isClosing = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    const { id, host, port } = options;
    this.#ask(`AT+CIPSTART=${id},"TCP","${host}",${port}`, (ok) => {
      if (!ok) this.#end("the modem refuses the connection");
    });
  }

  /** A line of the module about this connection: what follows `0, `. */
  told(what: string): void {
    if (what === "CONNECT OK" && this.#state === "opening") {
      this.#state = "open";
      this.#options.events.streamWritable(SEND_BYTES);
    } else if (what === "CONNECT FAIL") this.#end("the far end does not answer, or refuses");
    else if (what === "CLOSED" && this.#state === "opening") this.#end("the far end closed it at once");
    else if (what === "CLOSED") {
      this.#isClosing = true;
      this.#receive();
    }
  }

  /** The module holds bytes. */
  arrived(): void {
    this.#hasMore = true;
    this.#receive();
  }

  write(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#outbox.length + bytes.length);
    joined.set(this.#outbox);
    joined.set(bytes, this.#outbox.length);
    this.#outbox = joined;
    this.#send();
  }

  read(): ArrayBuffer | undefined {
    return this.#inbox.shift()?.buffer as ArrayBuffer | undefined;
  }

  close(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#hangUp();
  }

  /** The modem lost the network, or itself: nothing is left to be closed. */
  drop(reason: string): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#options.events.streamFailed(reason);
  }

  #send(): void {
    if (this.#isSending || this.#outbox.length === 0 || this.#state !== "open") return;
    const payload = this.#outbox.slice(0, SEND_BYTES);
    const { id, events } = this.#options;
    this.#isSending = true;
    this.#ask(
      `AT+CIPSEND=${id},${payload.length}`,
      (ok, lines) => {
        this.#isSending = false;
        const taken = ok ? takenOf(lines) : 0;
        if (taken === 0) {
          this.#end("the modem does not take the bytes");
          return;
        }
        this.#outbox = this.#outbox.slice(taken);
        events.streamWritable(Math.max(0, SEND_BYTES - this.#outbox.length));
        this.#send();
      },
      {
        payload,
        final: (line) => (line.startsWith("DATA ACCEPT") ? true : line.endsWith("SEND FAIL") ? false : undefined),
      },
    );
  }

  #receive(): void {
    if (this.#isReading || this.#state !== "open") return;
    if (!this.#hasMore && !this.#isClosing) return;
    this.#hasMore = false;
    this.#isReading = true;
    this.#ask(
      `AT+CIPRXGET=2,${this.#options.id},${READ_BYTES}`,
      (ok, lines, raw) => {
        this.#isReading = false;
        const [read, left = 0] = countsOf(lines);
        if (ok && read === undefined) {
          // A flipped bit in the line before the bytes: they are gone, and what follows would close the gap unseen.
          this.#end("the modem's answer was garbled");
          return;
        }
        if (ok && read !== undefined && read > 0 && raw.length === read) {
          this.#inbox.push(raw);
          this.#options.events.streamReadable();
        }
        if (left > 0) this.#hasMore = true;
        if (this.#hasMore) this.#receive();
        else if (this.#isClosing) this.#end(undefined);
      },
      { rawAfter: (line) => countsOf([line])[0] ?? 0 },
    );
  }

  #end(reason: string | undefined): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#hangUp();
    this.#options.events.streamFailed(reason);
  }

  /** A connection that the far end has closed answers with an error: it is free all the same. */
  #hangUp(): void {
    const { channel, id, freed, silent } = this.#options;
    channel.send({
      text: `AT+CIPCLOSE=${id},1`,
      timeoutMs: ANSWER_MS,
      final: (line) => (line === `${id}, CLOSE OK` ? true : undefined),
      done: ({ ok }) => {
        freed();
        if (ok === undefined) silent();
      },
    });
  }

  #ask(
    text: string,
    done: (ok: boolean, lines: readonly string[], raw: Uint8Array) => void,
    more: {
      payload?: Uint8Array;
      final?: (line: string) => boolean | undefined;
      rawAfter?: (line: string) => number;
    } = {},
  ): void {
    const { channel, silent } = this.#options;
    channel.send({
      text,
      timeoutMs: ANSWER_MS,
      ...more,
      done: ({ ok, lines, raw }) => {
        if (ok === undefined) silent();
        else if (this.#state !== "over") done(ok, lines, raw);
      },
    });
  }
}

/** `DATA ACCEPT: <connection>,<bytes>`, with or without the blank. */
function takenOf(lines: readonly string[]): number {
  for (const line of lines) {
    const match = /^DATA ACCEPT: ?\d,(\d+)$/.exec(line);
    if (match !== null) return Number(match[1]);
  }
  return 0;
}

/** `+CIPRXGET: 2,<connection>,<bytes that follow>,<bytes left>`. */
function countsOf(lines: readonly string[]): readonly number[] {
  for (const line of lines) {
    const match = /^\+CIPRXGET: 2,\d,(\d+),(\d+)$/.exec(line);
    if (match !== null) return [Number(match[1]), Number(match[2])];
  }
  return [];
}
