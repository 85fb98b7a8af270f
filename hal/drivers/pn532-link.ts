import { IoError } from "../io/io-error.js";
import type { Serial, SerialConstructor, SerialOptions } from "../io/serial.js";
import type { TimerId, TimersPort } from "../ports/clock.js";
import { ACK, frame, Pn532FrameReader, WAKE_UP } from "./pn532-frames.js";
import { outcome } from "./retry.js";

/** The PN532 acknowledges a frame within 15 ms (UM0701-02, section 6.2.1.3); with the line's own time. */
const ACK_MS = 50;
/** A frame or its acknowledge may be hit by noise on the line: so often it is sent before the reader counts as silent. */
const SENDS = 3;

interface Pending {
  readonly command: readonly number[];
  readonly answerMs: number | undefined;
  readonly answered: (data: Uint8Array) => void;
  /** How often it may still be sent. */
  sends: number;
  acked: boolean;
}

/** One command at a time over HSU (UM0701-02, section 6.2): sent, acknowledged, answered. */
export class Pn532Link {
  readonly #timers: TimersPort;
  readonly #serial: Serial;
  readonly #frames: Pn532FrameReader;
  readonly #failed: (reason: string) => void;
  #pending: Pending | undefined;
  #timer: TimerId | undefined;

  /** `failed`: no acknowledge, no answer in time, or a refusal; the command is over then. */
  constructor(options: {
    serial: Omit<SerialOptions, "onReadable" | "format"> & { io: SerialConstructor };
    timers: TimersPort;
    failed: (reason: string) => void;
  }) {
    this.#timers = options.timers;
    this.#failed = options.failed;
    this.#frames = new Pn532FrameReader({
      ack: () => this.#acked(),
      answer: (data) => this.#answered(data),
      refused: () => this.#fail("PN532 refuses a command"),
    });
    const { io, ...serial } = options.serial;
    this.#serial = new io({ ...serial, format: "buffer", onReadable: () => this.#readable() });
  }

  /** Whether a command has been acknowledged and its answer is still to come. */
  get isWaiting(): boolean {
    return this.#pending?.acked === true;
  }

  /**
   * Sends `command` in place of the one before. `answerMs`: limit for the answer, undefined for a command that waits for
   * somebody to come.
   */
  send(command: readonly number[], answerMs: number | undefined, answered: (data: Uint8Array) => void): void {
    // What has come in by now belongs to earlier commands: it would be told of the tag that is there now.
    this.drop();
    this.#readable();
    this.#pending = { command, answerMs, answered, sends: SENDS, acked: false };
    this.#transmit(this.#pending);
  }

  #transmit(pending: Pending): void {
    pending.sends--;
    this.#write(frame(pending.command));
    this.#limit(ACK_MS, () => {
      if (pending.sends > 0) this.#transmit(pending);
      else this.#fail("PN532 does not acknowledge");
    });
  }

  /** Ends what the PN532 is busy with. */
  abort(): void {
    this.#write(ACK);
  }

  wakeUp(): void {
    this.#write(WAKE_UP);
  }

  /** Forgets the command; its answer is ignored. */
  drop(): void {
    this.#pending = undefined;
    this.#limit(undefined);
  }

  /** A full transmitter is a lost frame: the time-out takes care of it. */
  #write(bytes: Uint8Array): void {
    const failure = outcome(() => this.#serial.write(bytes));
    if (failure instanceof IoError) return;
  }

  #readable(): void {
    const bytes = outcome(() => this.#serial.read());
    if (bytes instanceof ArrayBuffer) this.#frames.take(new Uint8Array(bytes));
  }

  #acked(): void {
    if (this.#pending === undefined) return;
    this.#pending.acked = true;
    this.#limit(this.#pending.answerMs, () => this.#fail("PN532 does not answer"));
  }

  #answered(data: Uint8Array): void {
    const pending = this.#pending;
    // Its code is the command's plus one, and it follows the acknowledge; anything else belongs to a command that was given up.
    if (pending?.acked !== true || data[0] !== pending.command[0]! + 1) return;
    this.drop();
    pending.answered(data.subarray(1));
  }

  #fail(reason: string): void {
    if (this.#pending === undefined) return;
    this.drop();
    this.#failed(reason);
  }

  /** `over` comes after `ms`, in place of what was to come before. */
  #limit(ms: number | undefined, over?: () => void): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = ms === undefined || over === undefined ? undefined : this.#timers.set(ms, over);
  }
}
