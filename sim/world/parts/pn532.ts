import type { ScheduledEvent, Scheduler } from "../clock/scheduler.js";
import type { SerialLine } from "./serial-line.js";
import type { Tag } from "./tag.js";

const ACK = [0x00, 0x00, 0xff, 0x00, 0xff, 0x00];
const ERROR = [0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00];
const ACK_MS = 1;
const ANSWER_MS = 8;
/** From a tag in the field to its id: field on, request, anticollision. */
const FIND_MS = 25;
const RF_TIMEOUT = 0x01;

const Command = { firmware: 0x02, sam: 0x14, powerDown: 0x16, read: 0x40, list: 0x4a } as const;

/** PN532 at the other end of an HSU line: frames and the few commands that readers of tags use (UM0701-02). */
export class Pn532 {
  readonly #scheduler: Scheduler;
  readonly #line: SerialLine;
  #tag: Tag | undefined;
  #isAwake = false;
  #isConfigured = false;
  #isListing = false;
  #hasTarget = false;
  /** Once it has answered. */
  #powersDown = false;
  #inbox: number[] = [];
  #planned: ScheduledEvent | undefined;
  #isSupplied = true;
  /** True: dead. */
  silent = false;
  /** It sends its last answer once more before each acknowledge. */
  repeats = false;
  #lastAnswer: Uint8Array | undefined;
  /** Called when it wakes or goes to power-down; awake, its field counts as on. */
  onAwake: ((isAwake: boolean) => void) | undefined;
  /** Commands taken so far, for tests. */
  readonly commands: number[] = [];

  constructor(scheduler: Scheduler, line: SerialLine) {
    this.#scheduler = scheduler;
    this.#line = line;
    line.toPart = (bytes) => this.#receive(bytes);
  }

  get isSupplied(): boolean {
    return this.#isSupplied;
  }

  /** Off, or on again. */
  set isSupplied(isSupplied: boolean) {
    if (this.#isSupplied && !isSupplied) this.powerOnReset();
    this.#isSupplied = isSupplied;
  }

  /** After power-up or a brown-out: low-power mode, to be woken, SAMConfiguration first. */
  powerOnReset(): void {
    this.#wakes(false);
    this.#isConfigured = false;
    this.#inbox = [];
    this.#end();
  }

  /** A tag comes into the field, or the one that is there leaves. */
  set field(tag: Tag | undefined) {
    this.#tag = tag;
    this.#hasTarget = false;
    this.#tryToFind();
  }

  #receive(bytes: Uint8Array): void {
    if (this.silent || !this.#isSupplied) return;
    if (bytes.includes(0x55)) this.#wakes(true);
    if (!this.#isAwake) return;
    this.#inbox.push(...bytes);
    while (this.#frame());
    if (this.#inbox.length > 300) this.#inbox = [];
  }

  /** Takes one frame out of the inbox. False when there is no whole one. */
  #frame(): boolean {
    const start = this.#inbox.findIndex((byte, i) => byte === 0 && this.#inbox[i + 1] === 0xff);
    if (start < 0 || this.#inbox.length < start + 4) return false;
    const [length, check] = this.#inbox.slice(start + 2, start + 4) as [number, number];
    if (length === 0 && check === 0xff) {
      this.#inbox.splice(0, start + 4);
      this.#end();
      return true;
    }
    if (((length + check) & 255) !== 0) {
      this.#inbox.splice(0, start + 2);
      return true;
    }
    if (this.#inbox.length < start + 5 + length) return false;
    const data = this.#inbox.slice(start + 4, start + 5 + length);
    this.#inbox.splice(0, start + 5 + length);
    // A frame with a wrong checksum is not acknowledged.
    if ((data.reduce((sum, byte) => sum + byte, 0) & 255) === 0 && data[0] === 0xd4) this.#command(data.slice(1, -1));
    return true;
  }

  #command(command: readonly number[]): void {
    this.#end();
    this.commands.push(command[0]!);
    this.#later(ACK_MS, () => {
      if (this.repeats && this.#lastAnswer !== undefined) this.#line.deliver(this.#lastAnswer);
      this.#line.deliver(new Uint8Array(ACK));
      this.#run(command);
    });
  }

  #run(command: readonly number[]): void {
    const code = command[0];
    if (code === Command.firmware) this.#answer(code, [0x32, 0x01, 0x06, 0x07]);
    else if (code === Command.sam) {
      this.#isConfigured = true;
      this.#answer(code, []);
    } else if (code === Command.powerDown) {
      this.#answer(code, [0]);
      this.#powersDown = true;
    } else if (code === Command.list && this.#isConfigured) {
      this.#isListing = true;
      this.#tryToFind();
    } else if (code === Command.read) this.#answer(code, this.#read(command));
    else this.#later(ANSWER_MS, () => this.#line.deliver(new Uint8Array(ERROR)));
  }

  #read(command: readonly number[]): readonly number[] {
    const [, target, command2, page] = command;
    if (this.#tag === undefined || !this.#hasTarget || target !== 1 || command2 !== 0x30) return [RF_TIMEOUT];
    // Behind the last page comes page 0 (NTAG213, "READ").
    const { memory } = this.#tag;
    return [0, ...Array.from({ length: 16 }, (_, i) => memory[(page! * 4 + i) % memory.length]!)];
  }

  #tryToFind(): void {
    if (!this.#isListing || this.#tag === undefined) return;
    const tag = this.#tag;
    this.#later(FIND_MS, () => {
      if (this.#tag !== tag) return;
      this.#isListing = false;
      this.#hasTarget = true;
      this.#answer(Command.list, [1, 1, 0x00, 0x44, 0x00, tag.id.length, ...tag.id], 0);
    });
  }

  #answer(code: number, data: readonly number[], delayMs = ANSWER_MS): void {
    const body = [0xd5, code + 1, ...data];
    const sum = body.reduce((total, byte) => total + byte, 0);
    const bytes = [0, 0, 0xff, body.length, -body.length & 255, ...body, -sum & 255, 0];
    this.#later(delayMs, () => {
      this.#lastAnswer = new Uint8Array(bytes);
      this.#line.deliver(this.#lastAnswer);
      if (this.#powersDown) this.#wakes(false);
    });
  }

  #wakes(isAwake: boolean): void {
    this.#powersDown = false;
    if (this.#isAwake === isAwake) return;
    this.#isAwake = isAwake;
    if (!isAwake) this.#hasTarget = false;
    this.onAwake?.(isAwake);
  }

  /** What it was busy with is over. */
  #end(): void {
    this.#powersDown = false;
    this.#isListing = false;
    this.#scheduler.cancel(this.#planned);
    this.#planned = undefined;
  }

  #later(ms: number, work: () => void): void {
    this.#planned = this.#scheduler.after(ms, () => {
      this.#planned = undefined;
      if (!this.silent) work();
    });
  }
}
