import { describe, expect, it } from "vitest";
import { ndefText } from "../../hal/drivers/ndef-text.js";
import { PN532 } from "../../hal/drivers/pn532.js";
import { FrameReader, frame } from "../../hal/drivers/pn532-frames.js";
import { Pn532 } from "../../sim/parts/pn532.js";
import { fobTag } from "../../sim/parts/tag.js";
import { bench, hex, unhex } from "./bench.js";

function framesIn(text: string): string[] {
  const seen: string[] = [];
  const reader = new FrameReader({
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

describe("the serial in a tag", () => {
  const text = (bytes: string) => {
    const memory = new Uint8Array(32);
    memory.set(unhex(bytes));
    return ndefText(memory);
  };

  it("is the text of the first record", () => {
    expect(text("03 0d d1 01 09 54 02 65 6e 30 31 32 41 42 43 fe")).toBe("012ABC");
    // After a lock control TLV and a null TLV; language `en-US`; not the last record.
    expect(text("01 03 a0 0c 34 00 03 10 91 01 09 54 05 65 6e 2d 55 53 41 42 43 fe")).toBe("ABC");
    expect(ndefText(fobTag("0123456789ABCDEF").memory.subarray(16, 48))).toBe("0123456789ABCDEF");
  });

  it.each([
    ["blank", ""],
    ["ends at once", "fe"],
    ["another type", "03 0d d1 01 09 55 02 65 6e 30 31 32 41 42 43 fe"],
    ["UTF-16", "03 0d d1 01 09 54 82 65 6e 30 31 32 41 42 43 fe"],
    ["a control character", "03 0d d1 01 09 54 02 65 6e 30 31 07 41 42 43 fe"],
    ["no text", "03 07 d1 01 03 54 02 65 6e fe"],
    ["beyond what was read", "03 ff 01 00 d1 01"],
    ["a payload longer than the memory", "03 20 d1 01 40 54 02 65 6e 41"],
    ["a language longer than the payload", "03 07 d1 01 03 54 3f 41 42 fe"],
  ])("is empty for a tag that is or has: %s", (_, bytes) => {
    expect(text(bytes)).toBe("");
  });
});

describe("PN532 against its simulated part", () => {
  function reader(seed?: number) {
    const { line, serial, timers, run, world } = bench(seed);
    const part = new Pn532(world.scheduler, line);
    const driver = new PN532({ serial, timers });
    const scans: string[] = [];
    driver.onScan = (scanned) => scans.push(scanned);
    const hold = (name: string, ms: number) => {
      part.field = fobTag(name);
      run(ms);
      part.field = undefined;
      run(600);
    };
    return { line, part, driver, scans, run, hold };
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
