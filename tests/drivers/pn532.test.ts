import { describe, expect, it } from "vitest";
import { READER_SHARE_ON_BATTERY } from "../../hal/boards/reference-parts.js";
import { TagText } from "../../hal/drivers/ndef-text.js";
import { PN532 } from "../../hal/drivers/pn532.js";
import { frame, Pn532FrameReader } from "../../hal/drivers/pn532-frames.js";
import { Pn532Link } from "../../hal/drivers/pn532-link.js";
import type { Serial, SerialOptions } from "../../hal/io/serial.js";
import { oddTag } from "../../sim/world/parts/odd-tags.js";
import { Pn532 } from "../../sim/world/parts/pn532.js";
import { fobTag, type Tag, tagWith } from "../../sim/world/parts/tag.js";
import { Random } from "../../sim/world/random.js";
import { bench, hex, unhex } from "./bench.js";

function framesIn(text: string): string[] {
  const seen: string[] = [];
  const reader = new Pn532FrameReader({
    ack: () => seen.push("ack"),
    refused: () => seen.push("refused"),
    answer: (data) => seen.push(hex(data)),
  });
  for (const byte of unhex(text)) reader.take(new Uint8Array([byte]));
  return seen;
}

describe("PN532 frames", () => {
  it("are built with both checksums", () => {
    expect(hex(frame([0x14, 0x01, 0x14, 0x01]))).toBe("00 00 ff 05 fb d4 14 01 14 01 02 00");
    expect(hex(frame([0x4a, 0x01, 0x00]))).toBe("00 00 ff 04 fc d4 4a 01 00 e1 00");
    expect(hex(frame([0x02]))).toBe("00 00 ff 02 fe d4 02 2a 00");
  });

  it.each([
    ["ACK", "00 00 ff 00 ff 00", ["ack"]],
    ["NACK", "00 00 ff ff 00 00", ["refused"]],
    ["the error frame", "00 00 ff 01 ff 7f 81 00", ["refused"]],
    ["an answer", "00 00 ff 06 fa d5 03 32 01 06 07 e8 00", ["03 32 01 06 07"]],
    ["ACK and answer behind noise", "ff 00 12 00 ff 00 ff 00 00 00 ff 02 fe d5 15 16 00", ["ack", "15"]],
    ["a wrong length checksum", "00 00 ff 06 fb d5 03 32 01 06 07 e8 00", []],
    ["a wrong data checksum", "00 00 ff 06 fa d5 03 33 01 06 07 e8 00", []],
    ["a frame to the PN532", "00 00 ff 02 fe d4 02 2a 00", []],
    ["a length beyond what is asked for", "00 00 ff f0 10 d5 03", []],
  ])("%s", (_, bytes, expected) => {
    expect(framesIn(bytes)).toEqual(expected);
  });

  it("are found again after a broken one", () => {
    expect(framesIn("00 00 ff 03 fd d5 15 00 00 00 00 00 ff 02 fe d5 15 16 00")).toEqual(["15"]);
  });
});

/** The serial in a data area. */
function textOf(area: Iterable<number>): string {
  const search = new TagText();
  for (const byte of area) {
    const text = search.take(byte);
    if (text !== undefined) return text;
  }
  return "";
}

it("bytes that nobody has read yet are no answer to the next command", () => {
  const { timers, serial } = bench();
  const unread = [unhex("00 00 ff 00 ff 00 00 00 ff 03 fd d5 41 00 ea 00")];
  let readable = () => {};
  class Line implements Serial {
    constructor(options: SerialOptions) {
      readable = options.onReadable!;
    }
    read() {
      return unread.shift()?.buffer as ArrayBuffer | undefined;
    }
    write() {}
    close() {}
  }
  const link = new Pn532Link({ serial: { ...serial, io: Line }, timers, failed: () => {} });
  const answers: string[] = [];
  link.send([0x40, 0x01, 0x30, 0x03], 500, (data) => answers.push(hex(data)));
  readable();
  expect([answers, link.isWaiting]).toEqual([[], false]);
  unread.push(unhex("00 00 ff 00 ff 00 00 00 ff 03 fd d5 41 00 ea 00"));
  readable();
  expect(answers).toEqual(["00"]);
});

describe("the serial in a tag", () => {
  const text = (bytes: string) => textOf([...unhex(bytes), ...new Uint8Array(16)]);

  it.each([
    ["the text of the first record", "03 0d d1 01 09 54 02 65 6e 30 31 32 41 42 43 fe", "012ABC"],
    [
      "behind a lock control and a null block, not in the last record, in en-US",
      "01 03 a0 0c 34 00 03 10 91 01 09 54 05 65 6e 2d 55 53 41 42 43 fe",
      "ABC",
    ],
    ["behind an empty message", "03 00 03 0d d1 01 09 54 02 65 6e 30 31 32 41 42 43 fe", "012ABC"],
    ["behind a message with an empty record", "03 03 d0 00 00 03 07 d1 01 03 54 00 41 42 fe", "AB"],
    ["in a block with a length of three bytes", "03 ff 00 0d d1 01 09 54 02 65 6e 30 31 32 41 42 43 fe", "012ABC"],
    ["in a record that is not short", "03 10 c1 01 00 00 00 09 54 02 65 6e 30 31 32 41 42 43 fe", "012ABC"],
    ["in a record with an id", "03 0f d9 01 09 01 54 69 02 65 6e 30 31 32 41 42 43 fe", "012ABC"],
    ["in a record with an empty id", "03 0e d9 01 09 00 54 02 65 6e 30 31 32 41 42 43 fe", "012ABC"],
    ["behind a record of another type", "03 0c 91 01 01 55 00 51 01 03 54 00 41 42 fe", "AB"],
    ["with a blank behind it", "03 0e d1 01 0a 54 02 65 6e 30 31 32 41 42 43 20 fe", "012ABC"],
    ["with an end of line and padding around it", "03 0a d1 01 06 54 00 0a 41 42 0d 00 fe", "AB"],
    ["in UTF-16", "03 0b d1 01 07 54 82 65 6e 00 30 00 31 fe", "01"],
    ["in UTF-16 with a mark", "03 0b d1 01 07 54 80 fe ff 00 30 00 31 fe", "01"],
    ["in UTF-16, low byte first", "03 0b d1 01 07 54 80 ff fe 30 00 31 00 fe", "01"],
    ["in UTF-8 with a mark", "03 0a d1 01 06 54 00 ef bb bf 30 31 fe", "01"],
    ["in chunks", "03 0f b1 01 02 54 00 41 36 00 01 42 56 00 02 43 44 fe", "ABCD"],
    // Memory control: 4 bytes from page 5, byte 3 on, which is byte 23, in the middle of the record.
    ["around bytes that are set aside", "02 03 53 04 02 03 07 ff ff ff ff d1 01 03 54 00 41 42 fe", "AB"],
    // Lock control: 12 bits from byte 23 on.
    ["around lock bytes", "01 03 53 0c 02 03 07 ff ff d1 01 03 54 00 41 42 fe", "AB"],
    ["of 16 characters", "03 15 d1 01 11 54 00 30 31 32 33 34 35 36 37 38 39 41 42 43 44 45 46 fe", "0123456789ABCDEF"],
  ])("is found: %s", (_, bytes, serial) => {
    expect(text(bytes)).toBe(serial);
  });

  it.each([
    ["blank", ""],
    ["ends at once", "fe 03 07 d1 01 03 54 00 41 42 fe"],
    ["another type", "03 0d d1 01 09 55 02 65 6e 30 31 32 41 42 43 fe"],
    ["a type of two letters", "03 08 d1 02 03 54 54 00 41 42 fe"],
    ["another format", "03 07 d2 01 03 54 00 41 42 fe"],
    ["half a character of UTF-16", "03 0a d1 01 06 54 80 00 30 00 31 30 fe"],
    ["UTF-16 beyond ASCII", "03 09 d1 01 05 54 80 00 30 01 31 fe"],
    ["a control character", "03 0d d1 01 09 54 02 65 6e 30 31 07 41 42 43 fe"],
    ["a blank in the middle", "03 08 d1 01 04 54 00 41 20 42 fe"],
    ["17 characters", `03 16 d1 01 12 54 00${" 41".repeat(17)} fe`],
    ["no text", "03 07 d1 01 03 54 02 65 6e fe"],
    ["blanks alone", "03 07 d1 01 03 54 00 20 20 fe"],
    ["beyond what there is", "03 ff 01 00 d1 01"],
    ["a length that is none", "03 ff ff ff d1 01 03 54 00 41 42 fe"],
    ["a payload longer than its message", "03 07 d1 01 04 54 00 41 42 43 fe"],
    ["a header longer than its message", "03 02 d1 01 03 54 00 41 42 fe"],
    ["a language longer than the payload", "03 07 d1 01 03 54 3f 41 42 fe"],
    ["a chunk that does not go on", "03 0e b1 01 02 54 00 41 51 01 02 54 00 42 fe"],
    ["a payload of 4 GB", "03 0a c1 01 ff ff ff ff 54 00 41 42 fe"],
  ])("is empty for a tag that is or has: %s", (_, bytes) => {
    expect(text(bytes)).toBe("");
  });

  it("is the first text record's, and of no later one", () => {
    expect(text("03 0e 91 01 03 54 00 07 41 51 01 03 54 00 41 42 fe")).toBe("");
  });

  it("is found in whatever way the specifications allow to write it", () => {
    const random = new Random(2);
    for (let i = 0; i < 3_000; i++) {
      const serial = "0123456789ABCDEF".slice(0, 1 + random.int(16));
      const { memory } = oddTag(serial, random);
      expect(textOf(memory.subarray(16, 16 + memory[14]! * 8)), hex(memory)).toBe(serial);
    }
  });

  it("is looked for in garbage without end or error", () => {
    const random = new Random(3);
    for (let i = 0; i < 3_000; i++) {
      const bytes = random.bytes(508);
      if (random.next() < 0.7) bytes.set([0x03, random.int(256), 0xc1 | random.int(64), 1]);
      expect(textOf(bytes).length).toBeLessThanOrEqual(16);
    }
  });
});

describe("PN532 against its simulated part", () => {
  function reader(seed?: number, isSparing = false) {
    const { line, serial, timers, run, world } = bench(seed);
    const part = new Pn532(world.scheduler, line);
    const driver = new PN532({ serial, timers, isSparing: () => isSparing });
    const scans: string[] = [];
    driver.onScan = (scanned) => scans.push(scanned);
    const hold = (name: string, ms: number) => {
      part.field = fobTag(name);
      run(ms);
      part.field = undefined;
      run(600);
    };
    /** Holds it until it is read, and then takes it away. */
    const show = (tag: Tag) => {
      part.field = tag;
      run(600);
      part.field = undefined;
      run(600);
    };
    return { line, part, driver, scans, run, hold, show, world };
  }

  it("wakes it, configures it, waits, and reports a fob once while it is held", () => {
    const { part, scans, run, hold } = reader();
    run(100);
    expect(part.commands).toEqual([0x14, 0x4a]);
    hold("012ABC", 3_000);
    expect(scans).toEqual(["012ABC"]);
    hold("012ABC", 300);
    hold("013ABD", 300);
    expect(scans).toEqual(["012ABC", "012ABC", "013ABD"]);
  });

  describe("on the cell", () => {
    /** When it wakes and goes to sleep, ms. */
    function sparing() {
      const there = reader(undefined, true);
      let awakeMs = 0;
      let sinceMs: number | undefined;
      there.part.onAwake = (isAwake) => {
        if (isAwake) sinceMs = there.world.scheduler.nowMs;
        else if (sinceMs !== undefined) awakeMs += there.world.scheduler.nowMs - sinceMs;
      };
      return { ...there, awakeMs: () => awakeMs };
    }

    it("is awake a fifth of the time, as the battery's model has it", () => {
      const { run, awakeMs, driver } = sparing();
      run(60_000);
      expect(awakeMs() / 60_000).toBeGreaterThan(0.18);
      expect(Math.abs(awakeMs() / 60_000 - READER_SHARE_ON_BATTERY)).toBeLessThan(0.01);
      expect(driver.faults()).toEqual([]);
    });

    it("answers a tag within 400 ms, whenever it comes, and reports it once while it is held", () => {
      const { part, scans, run } = sparing();
      run(1_000);
      for (let i = 0; i < 100; i++) {
        run(601 + 7 * (i % 50));
        part.field = fobTag(`01${i}ABC`);
        run(400);
        expect(scans.length, `tag ${i}`).toBe(i + 1);
        run(1_000);
        expect(scans.length, `tag ${i}, still there`).toBe(i + 1);
        part.field = undefined;
      }
    });

    it("reports a fob again that was away for a second", () => {
      const { part, scans, run } = sparing();
      for (let i = 0; i < 3; i++) {
        part.field = fobTag("012ABC");
        run(1_000);
        part.field = undefined;
        run(1_000);
      }
      expect(scans).toEqual(["012ABC", "012ABC", "012ABC"]);
    });

    it("that is dead is a fault, and works again when it is back", () => {
      const { part, driver, scans, run } = sparing();
      run(1_000);
      part.silent = true;
      run(12_000);
      expect(driver.faults().map(({ name }) => name)).toEqual(["reader"]);
      part.silent = false;
      part.powerOnReset();
      run(12_000);
      part.field = fobTag("012ABC");
      run(400);
      expect([driver.faults(), scans]).toEqual([[], ["012ABC"]]);
    });
  });

  it("reads no more of a tag than it has to, from its capability container on", () => {
    const { part, scans, run, show } = reader();
    run(100);
    part.commands.length = 0;
    show(fobTag("012ABC"));
    expect([scans, part.commands.filter((command) => command === 0x40)]).toEqual([["012ABC"], [0x40, 0x40]]);
  });

  it("reads tags that were written in odd ways, and ends where the container says that the data ends", () => {
    const { part, scans, run, show } = reader();
    const random = new Random(5);
    run(100);
    for (let i = 0; i < 50; i++) show(oddTag(`01${i}ABC`, random));
    expect(scans).toEqual(Array.from({ length: 50 }, (_, i) => `01${i}ABC`));
    part.commands.length = 0;
    show(tagWith("endless", [0x03, 0xff, 0x01, 0x00, 0xd2], 48));
    expect([scans.at(-1), part.commands.filter((command) => command === 0x40).length]).toEqual(["", 4]);
  });

  it("reads a tag without a container, and gives up on one without an end after 508 bytes", () => {
    const { part, scans, run, show } = reader();
    run(100);
    const bare = (tag: Tag) => {
      tag.memory.fill(0, 12, 16);
      return tag;
    };
    show(bare(fobTag("012ABC")));
    part.commands.length = 0;
    show(bare(tagWith("endless", new Array(144).fill(0), 144)));
    expect(scans).toEqual(["012ABC", ""]);
    expect(part.commands.filter((command) => command === 0x40).length).toBe(32);
  });

  it("looks whether the reader lives while nobody comes", () => {
    const { part, driver, run } = reader();
    run(60_000);
    expect(part.commands.length).toBeGreaterThan(20);
    expect(part.commands.length).toBeLessThan(40);
    part.silent = true;
    run(12_000);
    expect(driver.faults().map((fault) => fault.name)).toEqual(["reader"]);
    part.silent = false;
    part.powerOnReset();
    run(12_000);
    expect(driver.faults()).toEqual([]);
  });

  it("takes no answer that comes before the acknowledge: it is of an earlier command, and of another tag", () => {
    const { part, scans, run, hold } = reader();
    run(100);
    part.repeats = true;
    for (const serial of ["012ABC", "777XYZ", "012ABC", "0123456789ABCDEF"]) hold(serial, 400);
    run(5_000);
    expect(scans).toEqual(["012ABC", "777XYZ", "012ABC", "0123456789ABCDEF"]);
  });

  it("that finds the same tag for a minute is a fault, until it is gone", () => {
    const { part, driver, scans, run } = reader();
    run(100);
    part.field = fobTag("012ABC");
    run(55_000);
    expect(driver.faults()).toEqual([]);
    run(25_000);
    expect(driver.faults()).toEqual([{ name: "reader", reason: "the same tag for a minute" }]);
    part.field = undefined;
    run(1_000);
    expect([driver.faults(), scans]).toEqual([[], ["012ABC"]]);
  });

  it("that finds what is no tag is started anew, and a fault in the end", () => {
    const { part, driver, scans, run } = reader();
    run(100);
    part.field = { ...fobTag("012ABC"), id: new Uint8Array(3) };
    run(5_000);
    expect(driver.faults()).toEqual([{ name: "reader", reason: "PN532 finds what is no tag" }]);
    part.field = undefined;
    run(12_000);
    expect([driver.faults(), scans]).toEqual([[], []]);
  });

  it("comes back after a brown-out of the reader, with no command lost to it", () => {
    const { part, scans, hold, run } = reader();
    run(1_000);
    part.powerOnReset();
    run(8_000);
    hold("012ABC", 400);
    expect(scans).toEqual(["012ABC"]);
  });

  it("tells a tag without a serial as one, and not again while it is held", () => {
    const { scans, run, hold } = reader();
    run(100);
    hold("", 2_000);
    expect(scans).toEqual([""]);
  });

  it("says nothing of a fob that was gone too soon", () => {
    const { scans, hold, run } = reader();
    run(100);
    hold("012ABC", 20);
    expect(scans).toEqual([]);
    hold("012ABC", 400);
    expect(scans).toEqual(["012ABC"]);
  });

  it("counts reads that failed for the tag that is there, and not for one that was read since", () => {
    const { part, scans, hold, run } = reader();
    run(100);
    const reads = () => part.commands.filter((command) => command === 0x40).length;
    for (const serial of ["013ABD", "014ABE"]) hold(serial, 32);
    expect([scans, reads()]).toEqual([[], 4]);
    hold("012ABC", 400);
    hold("777XYZ", 32);
    expect([scans, reads()]).toEqual([["012ABC"], 8]);
  });

  it("hears fobs through noise, and invents none", () => {
    const { line, scans, run, hold } = reader(3);
    run(100);
    for (let i = 0; i < 40; i++) {
      line.noise(400);
      run(50);
    }
    hold("012ABC", 2_000);
    expect(scans).toEqual(["012ABC"]);
  });

  it("reads through flipped bits, by asking again", () => {
    const { line, scans, run, hold } = reader(4);
    run(100);
    line.bitErrorRate = 0.01;
    for (let i = 0; i < 10; i++) hold(`01${i}ABC`, 4_000);
    expect(new Set(scans).size).toBeGreaterThanOrEqual(9);
    expect(scans.every((serial) => /^01\dABC$/.test(serial))).toBe(true);
  });
});
