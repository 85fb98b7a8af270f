import { BridgeError } from "../../../../hal/bridge/codes.js";
import { BridgeFrameReader, encodeFrame } from "../../../../hal/bridge/frame.js";
import { MessageReader, MessageWriter } from "../../../../hal/bridge/message.js";
import { asciiBytes } from "../../../../hal/bytes/ascii.js";
import { AtChannel } from "../../../../hal/drivers/at-channel.js";
import { TagText } from "../../../../hal/drivers/ndef-text.js";
import { frame, Pn532FrameReader } from "../../../../hal/drivers/pn532-frames.js";
import type { Serial, SerialOptions } from "../../../../hal/io/serial.js";
import { holds, pieces, type Target, unlessRefused } from "../target.js";

const of = (...bytes: readonly number[]) => Uint8Array.from(bytes);
/** Of a tag's memory; the driver reads no farther. */
const TAG_BYTES = 4_096;

const ndef: Target = {
  name: "ndef",
  what: "the data area of a tag, from page 4 on",
  seeds: () => [
    of(0x03, 0x0d, 0xd1, 0x01, 0x09, 0x54, 0x02, 0x65, 0x6e, 0x30, 0x31, 0x32, 0x41, 0x42, 0x43, 0xfe),
    of(0x01, 0x03, 0xa0, 0x10, 0x44, 0x03, 0x00, 0xfe),
    of(0x02, 0x03, 0x10, 0x20, 0x11, 0x03, 0xff, 0x01, 0x00, 0xc1, 0x01, 0, 0, 0, 9, 0x54),
  ],
  run(input) {
    const tag = new TagText();
    for (let at = 0; at < TAG_BYTES; at++) {
      const text = tag.take(input[at % Math.max(1, input.length)] ?? 0);
      if (text === undefined) continue;
      holds(/^[ -~]{0,16}$/.test(text), `a serial of ${JSON.stringify(text)}`);
      return;
    }
  },
};

const pn532: Target = {
  name: "pn532",
  what: "what a fob reader sends on its serial line",
  seeds: () => [
    of(0, 0, 0xff, 0, 0xff, 0),
    frame([0x4a, 1, 0]),
    of(0, 0, 0xff, 0x06, 0xfa, 0xd5, 0x03, 0x32, 0x01, 0x06, 0x07, 0xe8, 0),
    of(0, 0, 0xff, 0xff, 0, 0),
  ],
  run(input) {
    let given = 0;
    const reader = new Pn532FrameReader({
      ack: () => {},
      refused: () => {},
      answer: (data) => {
        given += data.length;
      },
    });
    for (const piece of pieces(input, 20)) reader.take(piece);
    holds(given <= input.length, "more came out than went in");
  },
};

/** A line that brings what it is told to. */
class GivenSerial implements Serial {
  static last: GivenSerial;
  readonly #options: SerialOptions;
  #next: Uint8Array | undefined;

  constructor(options: SerialOptions) {
    this.#options = options;
    GivenSerial.last = this;
  }

  bring(bytes: Uint8Array): void {
    this.#next = bytes;
    this.#options.onReadable?.();
  }

  read(): ArrayBuffer | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next?.slice().buffer as ArrayBuffer | undefined;
  }

  write(): void {}
  close(): void {}
}

const NO_TIMERS = { set: () => 1, clear: () => {} };
const MAX_LINES = 8;

const at: Target = {
  name: "at",
  what: "what a modem answers to AT commands",
  seeds: () => [
    asciiBytes("AT\r\r\nOK\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
    asciiBytes("\r\n+CARECV: 5,hello\r\nOK\r\n>ERROR\r\n+CME ERROR: 3\r\n"),
  ],
  run(input) {
    const channel = new AtChannel({
      serial: { io: GivenSerial, receive: 1, transmit: 2, baud: 115_200, port: 1 },
      timers: NO_TIMERS as never,
      unsolicited: (line) => holds(line.length <= 160, "a line without an end"),
    });
    let left = 12;
    const ask = (): void => {
      if (left-- <= 0) return;
      channel.send({
        text: "AT+CARECV=0,100",
        timeoutMs: 1_000,
        payload: of(1, 2, 3),
        rawAfter: (line) => Number(/^\+CARECV: (\d{1,4})/.exec(line)?.[1] ?? 0),
        done: ({ lines, raw }) => {
          holds(lines.length <= MAX_LINES && raw.length <= 1_460, "an answer without bounds");
          ask();
        },
      });
    };
    ask();
    for (const piece of pieces(input, 30)) GivenSerial.last.bring(piece);
  },
};

/** As an engine and a rig agent read them. */
const bridge: Target = {
  name: "bridge",
  what: "frames and messages of the bridge to a board or to a rig agent",
  seeds: () => [
    encodeFrame(1, new MessageWriter().begin(3).text("hello").flag(true).end()),
    encodeFrame(
      2,
      new MessageWriter()
        .begin(9)
        .json({ a: [1, 2] })
        .end(),
    ),
  ],
  run(input) {
    const reader = new BridgeFrameReader(1_024);
    for (const piece of pieces(input, 25)) {
      reader.feed(piece, ({ message }) => {
        holds(message.length <= 1_024, "a message that is too long");
        unlessRefused(() => readWhole(message), BridgeError);
      });
    }
    unlessRefused(() => readWhole(input), BridgeError);
  },
};

function readWhole(message: Uint8Array): void {
  const reader = new MessageReader(message);
  switch (reader.u8() % 4) {
    case 0:
      reader.text();
      reader.flag();
      break;
    case 1:
      reader.optionalText();
      reader.optionalF64();
      break;
    case 2:
      reader.u32();
      reader.bytes();
      break;
    default:
      reader.json();
  }
  reader.end();
}

export const PART_TARGETS: readonly Target[] = [ndef, pn532, at, bridge];
