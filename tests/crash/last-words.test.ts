import fc from "fast-check";
import { expect, test } from "vitest";
import { KEPT_BYTES, LastWords, LINES_MAX, REASON_MAX } from "../../firmware/crash/last-words.js";
import { WakeCause } from "../../hal/ports/power.js";

/** A boot over the memory as the last one left it. */
function boot(kept: Uint8Array, cause: WakeCause = WakeCause.watchdog, resetReason?: string) {
  const words = new LastWords(kept);
  return { words, crash: words.take(cause, resetReason) };
}

test("a fault's reason and the last lines are there after a reset, and no more after the next", () => {
  const kept = new Uint8Array(256).fill(0xa5);
  const { words, crash } = boot(kept, WakeCause.powerOn);
  expect(crash).toBeUndefined();
  words.line("sync: online");
  words.line("panel: pick-up");
  words.fault("memory full");
  words.fault("Error: no such bin");
  expect(boot(kept).crash).toEqual({ reason: "Error: no such bin", lines: "sync: online\npanel: pick-up\n" });
  expect(boot(kept, WakeCause.watchdog, "task watchdog").crash).toEqual({ reason: "task watchdog", lines: "" });
  expect(boot(kept, WakeCause.software).crash).toEqual({ reason: "unknown", lines: "" });
});

test("boots that faults end are counted until one is steady, ends on purpose, or the power goes", () => {
  const kept = new Uint8Array(256).fill(0xff);
  const inARow = (cause?: WakeCause) => boot(kept, cause).words.inARow;
  expect([inARow(), inARow(), inARow()]).toEqual([0, 1, 2]);
  boot(kept).words.steady();
  expect(inARow()).toBe(1);
  boot(kept).words.end();
  expect([inARow(), inARow()]).toEqual([0, 1]);
  expect([inARow(WakeCause.powerOn), inARow()]).toEqual([0, 1]);
  for (let i = 0; i < 300; i++) boot(kept);
  expect(inARow()).toBe(255);
});

test("an end on purpose, a loss of power and a memory of noise tell nothing", () => {
  const kept = new Uint8Array(KEPT_BYTES);
  boot(kept).words.end();
  expect(boot(kept, WakeCause.timer).crash).toBeUndefined();
  for (const cause of [WakeCause.powerOn, WakeCause.brownOut]) {
    boot(kept).words.fault("before the power went");
    expect(boot(kept, cause).crash).toBeUndefined();
    expect(boot(kept).crash).toEqual({ reason: "unknown", lines: "" });
  }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: KEPT_BYTES, maxLength: KEPT_BYTES }), (noise) => {
      expect(boot(noise).crash).toBeUndefined();
    }),
  );
});

test("whatever lines and reasons there are, the newest are kept, in bounds and printable", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 200 }), { maxLength: 12 }), (lines) => {
      const kept = new Uint8Array(KEPT_BYTES + 9).fill(7);
      const { words } = boot(kept);
      for (const line of lines) {
        words.line(line);
        words.fault(line);
      }
      const { reason, lines: told } = boot(kept).crash!;
      const plain = (text: string) => text.replace(/[^ -~]/g, "?");
      const all = lines.map((line) => `${plain(line.slice(0, LINES_MAX - 1))}\n`).join("");
      expect(told).toBe(all.slice(-LINES_MAX));
      expect(reason).toBe(plain(lines.at(-1)?.slice(0, REASON_MAX) ?? "") || "unknown");
      expect(kept.slice(KEPT_BYTES)).toEqual(new Uint8Array(9).fill(7));
    }),
  );
});

test("a supply that sagged may leave any byte behind the mark wrong: the report is in bounds and printable", () => {
  fc.assert(
    fc.property(fc.integer({ min: 9, max: KEPT_BYTES - 1 }), fc.nat(255), (at, byte) => {
      const kept = new Uint8Array(KEPT_BYTES);
      const { words } = boot(kept);
      words.line("one");
      words.fault("two");
      kept[at] = byte;
      const { reason, lines } = boot(kept).crash!;
      expect(reason).toMatch(/^[ -~]{1,64}$/);
      expect(lines).toMatch(/^[ -~\n]{0,128}$/);
    }),
  );
});

test("a memory that is too small is refused", () => {
  expect(() => new LastWords(new Uint8Array(KEPT_BYTES - 1))).toThrow(/203 bytes of kept memory, and 204 are needed/);
});
