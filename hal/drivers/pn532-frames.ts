/** Direction of a frame, its first data byte TFI (UM0701-02, section 6.2.1.1). */
const TO_PN532 = 0xd4;
const FROM_PN532 = 0xd5;
/** The longest answer that this driver asks for is far below. */
const LONGEST = 64;

/** ACK; from the host it also ends the command that the PN532 is busy with (section 6.2.1.3). */
export const ACK = new Uint8Array([0x00, 0x00, 0xff, 0x00, 0xff, 0x00]);

/** Ends power-down of an HSU link: a byte 0x55 and some time (section 7.2.11). */
export const WAKE_UP = new Uint8Array([0x55, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** A normal information frame (section 6.2.1.1): PREAMBLE 00, START 00 FF, LEN, LCS, TFI, data, DCS, POSTAMBLE 00. */
export function frame(command: readonly number[]): Uint8Array {
  const length = command.length + 1;
  const sum = command.reduce((all, byte) => all + byte, TO_PN532);
  return new Uint8Array([0, 0, 0xff, length, -length & 255, TO_PN532, ...command, -sum & 255, 0]);
}

export interface FrameEvents {
  ack(): void;
  /** An information frame with sound checksums; `data` begins after TFI. */
  answer(data: Uint8Array): void;
  /** The PN532 did not take the command: a NACK or an error frame (sections 6.2.1.4 and 6.2.1.5). */
  refused(): void;
}

/** Finds frames in a stream of bytes. What is not a sound frame is dropped, and the search goes on at the next start code. */
export class Pn532FrameReader {
  readonly #events: FrameEvents;
  readonly #data = new Uint8Array(LONGEST + 1);
  #before = 0xff;
  #state: "start" | "length" | "lengthSum" | "data" = "start";
  #length = 0;
  #filled = 0;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  take(bytes: Uint8Array): void {
    bytes.forEach((byte) => {
      this.#take(byte);
    });
  }

  #take(byte: number): void {
    if (this.#state === "start") {
      if (this.#before === 0 && byte === 0xff) this.#state = "length";
      this.#before = byte;
    } else if (this.#state === "length") {
      this.#length = byte;
      this.#state = "lengthSum";
    } else if (this.#state === "lengthSum") {
      this.#lengthKnown(byte);
    } else {
      this.#data[this.#filled++] = byte;
      if (this.#filled > this.#length) this.#whole();
    }
  }

  #lengthKnown(sum: number): void {
    this.#filled = 0;
    const isSound = ((this.#length + sum) & 255) === 0 && this.#length > 0 && this.#length <= LONGEST;
    if (isSound) {
      this.#state = "data";
      return;
    }
    this.#search();
    if (this.#length === 0 && sum === 0xff) this.#events.ack();
    else if (this.#length === 0xff && sum === 0) this.#events.refused();
  }

  #whole(): void {
    let sum = 0;
    for (let i = 0; i <= this.#length; i++) sum += this.#data[i]!;
    this.#search();
    if ((sum & 255) !== 0) return;
    if (this.#data[0] === FROM_PN532) this.#events.answer(this.#data.slice(1, this.#length));
    else if (this.#data[0] === 0x7f && this.#length === 1) this.#events.refused();
  }

  #search(): void {
    this.#state = "start";
    this.#before = 0xff;
  }
}
