import type { SerialConstructor, SerialOptions } from "../io/serial.js";
import type { TimerId, TimersPort } from "../ports/clock.js";
import type { PartFault } from "../ports/parts.js";
import type { ReaderPort } from "../ports/reader.js";
import { TagText } from "./ndef-text.js";
import { Pn532Link } from "./pn532-link.js";

/** SAMConfiguration: normal mode, the SAM is not used (UM0701-02, section 7.2.10). */
const SAM_CONFIGURATION = [0x14, 0x01, 0x14, 0x01];
/** InListPassiveTarget: one target, 106 kbps type A (section 7.3.5). It waits without end, as retries are set at reset. */
const LIST_TARGET = [0x4a, 0x01, 0x00];
/** PowerDown, to be ended by the HSU (section 7.2.11): the field and the processor are off, what was configured stays. */
const POWER_DOWN = [0x16, 0x10];
/** InDataExchange with target 1 (section 7.3.8): READ of four pages of a Type 2 tag from `page` on (NTAG213, "READ"). */
const readPages = (page: number) => [0x40, 0x01, 0x30, page];
const PAGE_BYTES = 4;
const READ_BYTES = 16;
/** The capability container, with the length of the data area behind it in eights of bytes (Type 2 Tag 1.2, "Capability Container"). */
const CONTAINER_PAGE = 3;
const CONTAINER_MAGIC = 0xe1;
/** What is read of a tag at most; a longer search would outlast the hand that holds it. 32 reads take a third of a second. */
const LONGEST_AREA = 32 * READ_BYTES - PAGE_BYTES;

const ANSWER_MS = 500;
/** A tag that stays is looked for again so often, and counts as gone when it is not found for so long, ms. */
const AGAIN_MS = 250;
const GONE_MS = 200;
/** Waiting for a tag tells nothing about the reader, and an answer may have been lost: so often it is asked again, ms. */
const CHECK_MS = 1_800;
/** To spare the cell it looks for so long, and rests for so long: a fifth of the time, and a tag is answered within 400 ms. */
const LOOK_MS = 50;
const REST_MS = 270;
/** Looks in a row that do not find a tag: it counts as gone. One alone would report a tag at the edge of the field again and again. */
const MISSES = 2;
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 10_000;
/** Failures in a row before the reader counts as broken, and reads before a tag counts as unreadable. */
const FAILURES = 3;
/** So often in a row the same tag was found: a minute and more. It was left there, or a reader that hangs tells it for ever. */
const STUCK_FINDS = 240;

/** NXP PN532 over HSU, reading serials from NDEF text records. UM0701-02 (user manual). */
export class PN532 implements ReaderPort {
  readonly #timers: TimersPort;
  readonly #link: Pn532Link;
  readonly #isSparing: () => boolean;
  /** Id of the tag that was reported and is still there. */
  #present = "";
  /** How often it was found again. */
  #finds = 0;
  /** Looks in a row that did not find it. */
  #misses = 0;
  /** Reads in a row that the tag in the field did not answer. */
  #unread = 0;
  #failures = 0;
  #reason = "";
  #timer: TimerId | undefined;
  onScan: ((serial: string) => void) | undefined;

  constructor(options: {
    serial: Omit<SerialOptions, "onReadable" | "format"> & { io: SerialConstructor };
    timers: TimersPort;
    /** Whether the cell feeds the box: then it rests most of the time. */
    isSparing: () => boolean;
  }) {
    this.#timers = options.timers;
    this.#isSparing = options.isSparing;
    this.#link = new Pn532Link({ ...options, failed: (reason) => this.#failed(reason) });
    this.#start();
  }

  faults(): readonly PartFault[] {
    if (this.#failures >= FAILURES) return [{ name: "reader", reason: this.#reason }];
    return this.#finds >= STUCK_FINDS ? [{ name: "reader", reason: "the same tag for a minute" }] : [];
  }

  #start(): void {
    this.#link.wakeUp();
    this.#link.abort();
    this.#link.send(SAM_CONFIGURATION, ANSWER_MS, () => this.#list());
  }

  #failed(reason: string): void {
    this.#failures++;
    this.#reason = reason;
    const waitMs = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** Math.min(this.#failures, 10));
    this.#later(waitMs, () => this.#start());
  }

  #list(): void {
    this.#link.send(LIST_TARGET, undefined, (data) => this.#found(data));
    if (this.#isSparing()) this.#later(LOOK_MS, () => this.#lookOver());
    else this.#later(GONE_MS, () => this.#waitOn());
  }

  /** Nobody came so far. The field stays on. */
  #waitOn(): void {
    if (this.#link.isWaiting) this.#isGone();
    this.#later(CHECK_MS, () => {
      this.#link.abort();
      this.#list();
    });
  }

  #lookOver(): void {
    if (this.#link.isWaiting && ++this.#misses >= MISSES) this.#isGone();
    this.#link.abort();
    this.#rest();
  }

  #isGone(): void {
    this.#present = "";
    this.#finds = 0;
    this.#failures = 0;
    this.#misses = 0;
  }

  /** In power-down, and then as after a start: a byte on the line wakes it. */
  #rest(): void {
    this.#later(2 * ANSWER_MS, () => this.#start());
    this.#link.send(POWER_DOWN, ANSWER_MS, () => this.#later(REST_MS, () => this.#start()));
  }

  /** Looks for the tag that was found once more, after a while. */
  #again(): void {
    if (this.#isSparing()) this.#rest();
    else this.#later(AGAIN_MS, () => this.#list());
  }

  /** NbTg, Tg, SENS_RES, SEL_RES, NFCIDLength, NFCID1 (section 7.3.5). */
  #found(data: Uint8Array): void {
    const length = data[5] ?? 0;
    const isTag = data[0] === 1 && length >= 4 && length <= 10 && data.length >= 6 + length;
    if (!isTag) {
      this.#failed("PN532 finds what is no tag");
      return;
    }
    this.#failures = 0;
    this.#misses = 0;
    const id = data.slice(6, 6 + length).join(".");
    if (id === this.#present) {
      this.#finds++;
      this.#again();
    } else this.#read(id, CONTAINER_PAGE, new TagText(), 0);
  }

  /** Four pages from `page` on, and more until the text is known; `left`: bytes of the data area that may still come. */
  #read(id: string, page: number, text: TagText, left: number): void {
    this.#later(2 * ANSWER_MS, () => this.#list());
    this.#link.send(readPages(page), ANSWER_MS, (data) => {
      // Status, the error in bits 0 to 5 ("Error handling"), and 16 bytes.
      if ((data[0]! & 0x3f) !== 0 || data.length !== 1 + READ_BYTES) {
        this.#notRead(id);
        return;
      }
      const isFirst = page === CONTAINER_PAGE;
      const bytes = data.subarray(isFirst ? 1 + PAGE_BYTES : 1);
      const limit = isFirst ? areaBytes(data.subarray(1)) : left;
      const found = takeAll(text, bytes.subarray(0, limit));
      if (found !== undefined) this.#report(id, found);
      else if (limit <= bytes.length) this.#report(id, "");
      else this.#read(id, page + READ_BYTES / PAGE_BYTES, text, limit - bytes.length);
    });
  }

  /** It was taken away too soon, or it is not a tag of ours: then it is told as one without a serial. */
  #notRead(id: string): void {
    if (++this.#unread >= FAILURES) this.#report(id, "");
    else this.#later(AGAIN_MS / 5, () => this.#list());
  }

  #report(id: string, serial: string): void {
    this.#unread = 0;
    this.#present = id;
    this.#finds = 0;
    this.#again();
    this.onScan?.(serial);
  }

  /** Runs `next` then, in place of what was planned before. */
  #later(ms: number, next: () => void): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = this.#timers.set(ms, next);
  }
}

/** Length of the data area by the capability container. A tag on which nobody has written one is searched all the same. */
function areaBytes(container: Uint8Array): number {
  return container[0] === CONTAINER_MAGIC ? Math.min(LONGEST_AREA, container[2]! * 8) : LONGEST_AREA;
}

function takeAll(text: TagText, bytes: Uint8Array): string | undefined {
  for (const byte of bytes) {
    const found = text.take(byte);
    if (found !== undefined) return found;
  }
  return undefined;
}
