import { expect, test } from "vitest";
import { type AtAnswer, AtChannel } from "../../hal/drivers/at-channel.js";
import type { SerialConstructor, SerialOptions } from "../../hal/io/serial.js";
import { Scheduler } from "../../sim/world/clock/scheduler.js";
import { worldTimers } from "../../sim/world/clock/world-timers.js";

/** A channel whose modem is this test. */
function channel() {
  const scheduler = new Scheduler();
  const written: string[] = [];
  let readable = () => {};
  let arrived: ArrayBuffer | undefined;
  class Line {
    constructor(options: SerialOptions) {
      readable = () => options.onReadable?.();
    }
    read(): ArrayBuffer | undefined {
      return arrived;
    }
    write(bytes: Uint8Array): void {
      written.push(String.fromCharCode(...bytes));
    }
    close(): void {}
  }
  const unsolicited: string[] = [];
  const at = new AtChannel({
    serial: { io: Line as unknown as SerialConstructor, receive: 1, transmit: 2, port: 1, baud: 9_600 },
    timers: worldTimers(scheduler),
    unsolicited: (line) => unsolicited.push(line),
  });
  const says = (text: string) => {
    arrived = Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer;
    readable();
  };
  return { at, scheduler, written, unsolicited, says };
}

test("a line that is longer than any of a modem is noise, and the next one counts", () => {
  const { at, says } = channel();
  const answers: AtAnswer[] = [];
  at.send({ text: "AT", timeoutMs: 1_000, done: (answer) => answers.push(answer) });
  says(`${"x".repeat(400)}\r\nOK\r\n`);
  expect(answers).toEqual([{ ok: true, lines: [], raw: new Uint8Array(0) }]);
});

test("what is left of a command that nobody answered is not sent in front of the next", () => {
  const { at, scheduler, written } = channel();
  at.send({ text: `AT+LONG=${"1".repeat(300)}`, timeoutMs: 100, done: () => {} });
  at.send({ text: "AT+NEXT", timeoutMs: 1_000, done: () => {} });
  while (scheduler.nowMs < 400 && scheduler.runNext());
  expect(written.at(-1)).toBe("AT+NEXT\r");
  expect(written.join("").length).toBeLessThan(300);
});
