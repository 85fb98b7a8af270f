import { beforeEach, describe, expect, test } from "vitest";
import { hotp, offlineCode } from "../../firmware/codes/hotp.js";
import { penaltySeconds, SHORT_LADDER_MINUTES } from "../../firmware/codes/ladder.js";
import { type CodeTarget, OfflineCodes, type Prompt } from "../../firmware/codes/offline-codes.js";
import { guessedBy, Throttle } from "../../firmware/codes/throttle.js";
import { waitRefusal } from "../../firmware/codes/wait-refusal.js";
import { CommandKind, EmergencyTarget, Kind } from "../../firmware/records/records.js";
import { nodeHash } from "../snapshot/support/models.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";

const KEY = new Uint8Array(64).fill(5);
const BIN: CodeTarget = { kind: EmergencyTarget.bin, bin: 2 };
const ALL: CodeTarget = { kind: EmergencyTarget.all };
const WALL: CodeTarget = { kind: EmergencyTarget.unmount };

let bench: LedgerBench;
let throttle: Throttle;
let codes: OfflineCodes;

beforeEach(() => {
  bench = new LedgerBench();
  start();
});

function start(): void {
  throttle = new Throttle(bench.ledger, bench.clock);
  codes = new OfflineCodes({
    ledger: bench.ledger,
    throttle,
    clock: bench.clock,
    hash: nodeHash,
    codesKey: KEY,
    bins: { label: (bin) => `A-${bin + 1}` },
  });
}

function reboot(): void {
  bench.reboot();
  start();
}

function nameOf({ kind, bin }: CodeTarget): string {
  if (kind === EmergencyTarget.bin) return `bin:A-${bin! + 1}`;
  return kind === EmergencyTarget.all ? "all" : "unmount";
}

const right = (target: CodeTarget, { sheet, number }: Prompt) =>
  offlineCode(nodeHash, KEY, nameOf(target), sheet, number);
const type = (target: CodeTarget, prompt: Prompt) => codes.check(target, prompt, right(target, prompt));
const accepted = { kind: "accepted" };
const emergencies = () =>
  [...readJournal(bench.flash, 1)].flatMap(({ record }) => (record?.kind === Kind.emergency ? [record] : []));

function fillForAllButVital(): void {
  for (let id = 1; bench.ledger.refusal("dropoff") === undefined; id++) {
    bench.ledger.write({ kind: Kind.command, id, command: CommandKind.closeSheets, sheet: 1 }, "vital");
  }
}

describe("a sheet", () => {
  test.each([
    [BIN, 10],
    [ALL, 5],
    [WALL, 3],
  ])("has for %o %i codes", (target, count) => {
    for (let number = 1; number <= count; number++) {
      expect(codes.next(target)).toEqual({ sheet: 1, number, isAgain: false });
      expect(type(target, codes.next(target)!)).toMatchObject(accepted);
    }
    expect(codes.next(target)).toBeUndefined();
    expect(type(target, { sheet: 1, number: count, isAgain: false })).toEqual({ kind: "refused", reason: "code-used" });
  });

  test("may be newer up to the last there is, and not as old as the one in force", () => {
    expect([codes.newer(1), codes.newer(1_000)]).toEqual([undefined, undefined]);
    expect(codes.newer(2)).toEqual({ sheet: 2, number: 1, isAgain: false });
    expect(codes.newer(999)).toEqual({ sheet: 999, number: 1, isAgain: false });
  });

  test("is newer with its first code alone", () => {
    expect(type(BIN, { sheet: 3, number: 2, isAgain: false })).toEqual({ kind: "refused", reason: "code-used" });
    expect(type(BIN, { sheet: 3, number: 1, isAgain: false })).toMatchObject(accepted);
    expect(type(BIN, { sheet: 1, number: 1, isAgain: false })).toEqual({ kind: "refused", reason: "sheet-closed" });
  });

  test("asks for the code of the first bin where no bin is named", () => {
    const nameless = { kind: EmergencyTarget.bin };
    expect(
      codes.check(nameless, codes.next(nameless)!, right({ ...BIN, bin: 0 }, codes.next(nameless)!)),
    ).toMatchObject(accepted);
  });
});

describe("an accepted code", () => {
  test("opens its target again for ten minutes, from the first time on", () => {
    type(BIN, codes.next(BIN)!);
    const first = emergencies()[0]!;
    for (const seconds of [300, 299]) {
      bench.clock.pass(seconds);
      const prompt = codes.prompt(BIN)!;
      expect(prompt).toEqual({ sheet: 1, number: 1, isAgain: true });
      expect(type(BIN, prompt)).toMatchObject(accepted);
    }
    bench.clock.pass(1);
    expect(codes.prompt(BIN)).toEqual({ sheet: 1, number: 2, isAgain: false });
    expect(type(BIN, { sheet: 1, number: 1, isAgain: true })).toEqual({ kind: "refused", reason: "code-used" });
    expect(emergencies().map(({ of }) => of)).toEqual([
      undefined,
      bench.ledger.state.codes.grace?.seq,
      emergencies()[1]!.of,
    ]);
    expect(first.of).toBeUndefined();
  });

  test("five times at the most, over boots and without a clock", () => {
    bench.clock.wall = undefined;
    type(BIN, codes.next(BIN)!);
    for (let times = 0; times < 5; times++) {
      reboot();
      expect(codes.prompt(BIN)?.isAgain).toBe(true);
      expect(type(BIN, codes.prompt(BIN)!)).toMatchObject(accepted);
    }
    expect(codes.prompt(BIN)).toEqual({ sheet: 1, number: 2, isAgain: false });
    reboot();
    expect(codes.prompt(BIN)?.isAgain).toBe(false);
  });

  test("over a boot ages by the wall, and by the boot where the wall does not tell", () => {
    type(BIN, codes.next(BIN)!);
    const at = bench.clock.wall!;
    const again = (wall: number | undefined, ms: number) => {
      bench.clock.wall = wall;
      bench.clock.ms = ms;
      return codes.prompt(BIN)!.isAgain;
    };
    reboot();
    expect([again(at + 599, 0), again(at + 600, 0), again(at, 900_000), again(at + 1, 900_000)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    // The clock went back, or is lost: the age counts from the boot.
    expect([again(at - 1, 599_999), again(at - 1, 600_000)]).toEqual([true, false]);
    expect([again(undefined, 599_999), again(undefined, 600_000)]).toEqual([true, false]);
  });

  test("whose time was unknown ages from the boot", () => {
    bench.clock.wall = undefined;
    type(BIN, codes.next(BIN)!);
    reboot();
    bench.clock.setWall(1_790_000_000);
    expect(codes.prompt(BIN)!.isAgain).toBe(true);
    bench.clock.ms = 600_000;
    expect(codes.prompt(BIN)!.isAgain).toBe(false);
  });

  test("in the same boot ages by the uptime, whatever is done to the wall clock", () => {
    bench.clock.ms = 50_000;
    type(BIN, codes.next(BIN)!);
    bench.clock.setWall(bench.clock.wall! + 90_000);
    expect(codes.prompt(BIN)!.isAgain).toBe(true);
    bench.clock.setWall(bench.clock.wall! - 900_000);
    bench.clock.ms = 50_000 + 599_999;
    expect(codes.prompt(BIN)!.isAgain).toBe(true);
    bench.clock.ms++;
    expect(codes.prompt(BIN)!.isAgain).toBe(false);
  });

  test("is asked for again of its own target and sheet alone", () => {
    type(BIN, codes.next(BIN)!);
    expect([codes.prompt({ ...BIN, bin: 3 })?.isAgain, codes.prompt(ALL)?.isAgain]).toEqual([false, false]);
    expect(type(BIN, { sheet: 2, number: 1, isAgain: true })).toEqual({ kind: "refused", reason: "code-used" });
    expect(type(BIN, { sheet: 1, number: 2, isAgain: true })).toEqual({ kind: "refused", reason: "code-used" });
    expect(type(ALL, { sheet: 1, number: 1, isAgain: true })).toEqual({ kind: "refused", reason: "code-used" });
  });
});

describe("a check", () => {
  test("that is refused because nothing can be written gives no verdict; another error is not kept quiet", () => {
    bench.mains = false;
    bench.millivolts = 3_000;
    const prompt = codes.next(BIN)!;
    expect(type(BIN, prompt)).toEqual({ kind: "refused", reason: "battery-empty" });
    expect(codes.check(BIN, prompt, "00000000")).toEqual({ kind: "refused", reason: "battery-empty" });
    bench.mains = true;
    bench.flash.onOperation = () => {
      throw new TypeError("the port is broken");
    };
    expect(() => type(BIN, prompt)).toThrow("the port is broken");
  });

  test("in a journal that has room for nothing less burns its code, and counts a wrong one", () => {
    fillForAllButVital();
    expect(codes.check(BIN, codes.next(BIN)!, "00000000")).toEqual({ kind: "wrong", waitMs: 0 });
    expect(type(BIN, codes.next(BIN)!)).toMatchObject(accepted);
  });

  test("is not made while one millisecond of a penalty is left", () => {
    const prompt = codes.next(BIN)!;
    for (let i = 0; i < 4; i++) codes.check(BIN, prompt, "00000000");
    bench.clock.ms += 119_999;
    expect(type(BIN, prompt)).toEqual({ kind: "throttled", waitMs: 1 });
    bench.clock.ms++;
    expect(type(BIN, prompt)).toMatchObject(accepted);
  });
});

describe("the throttle", () => {
  const ladder = (short: boolean) =>
    Array.from(
      { length: 16 },
      (_, failures) => penaltySeconds(failures, short ? SHORT_LADDER_MINUTES : undefined) / 60,
    );

  test("has the published steps", () => {
    expect(ladder(false)).toEqual([0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60]);
    expect(ladder(true)).toEqual([0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 120, 240, 480, 720, 720, 720]);
  });

  test("takes five digits for a short code, and six for a long one", () => {
    expect([guessedBy("1234"), guessedBy("12345"), guessedBy("123456")]).toEqual([
      { target: 0, short: 1 },
      { target: 0, short: 1 },
      { target: 0 },
    ]);
  });

  function fail(times: number, digits = "123456"): void {
    for (let i = 0; i < times; i++) throttle.recordFailure(guessedBy(digits));
  }
  const waitMs = (digits = "123456") => throttle.waitMs(guessedBy(digits));

  test("keeps no box awake without a penalty, with a clock, or for more than an hour", () => {
    expect(throttle.startsOverAtBoot).toBe(false);
    fail(3);
    expect(throttle.startsOverAtBoot).toBe(false);
    fail(1);
    expect(throttle.startsOverAtBoot).toBe(false);
    bench.clock.wall = undefined;
    expect(throttle.startsOverAtBoot).toBe(true);
    bench.clock.ms += 119_999;
    expect(throttle.startsOverAtBoot).toBe(true);
    // Somebody may be about to type: the minute after the end counts as well.
    bench.clock.ms += 60_000;
    expect(throttle.startsOverAtBoot).toBe(true);
    bench.clock.ms++;
    expect(throttle.startsOverAtBoot).toBe(false);
  });

  test("keeps it awake for a penalty that began without a clock, were it known by now, up to an hour", () => {
    bench.clock.wall = undefined;
    fail(4);
    bench.clock.setWall(1_790_000_000);
    expect(throttle.startsOverAtBoot).toBe(true);
    fail(5);
    expect([waitMs(), throttle.startsOverAtBoot]).toEqual([3_600_000, false]);
    bench.clock.wall = undefined;
    fail(1);
    expect([waitMs(), throttle.startsOverAtBoot]).toEqual([3_600_000, true]);
  });

  test("does not keep it awake for more than an hour", () => {
    bench.clock.wall = undefined;
    fail(10, "1234");
    expect([waitMs("1234"), throttle.startsOverAtBoot]).toEqual([7_200_000, false]);
    bench.clock.ms += 3_600_000 - 1;
    expect(throttle.startsOverAtBoot).toBe(false);
    bench.clock.ms++;
    expect(throttle.startsOverAtBoot).toBe(true);
  });

  test("goes on over a boot by the wall, whole where it went back or is not known", () => {
    fail(4);
    const at = bench.clock.wall!;
    const leftAt = (wall: number | undefined) => {
      bench.clock.wall = wall;
      reboot();
      return waitMs();
    };
    expect([leftAt(at), leftAt(at + 1), leftAt(at + 119), leftAt(at + 120), leftAt(at + 9_999)]).toEqual([
      120_000, 119_000, 1_000, 0, 0,
    ]);
    expect([leftAt(at - 1), leftAt(undefined)]).toEqual([120_000, 120_000]);
  });

  test("begins no penalty that is not on record", () => {
    fail(3);
    bench.mains = false;
    bench.millivolts = 3_000;
    expect(() => fail(1)).toThrow("not writing to flash");
    expect(waitMs()).toBe(0);
  });

  test("of nothing wrong is no wait, right after a boot as well", () => {
    bench.clock.ms = 0;
    expect([waitMs(), throttle.waitMs({ target: 1, bin: 3 })]).toEqual([0, 0]);
  });
});

test("waits are told in seconds to two minutes, in minutes to two hours, and then in hours, rounded up", () => {
  const told = (ms: number) => waitRefusal("throttled", ms);
  expect(told(1)).toEqual({ reason: "throttled", params: { seconds: 1 } });
  expect(told(120_000)).toEqual({ reason: "throttled", params: { seconds: 120 } });
  expect(told(120_001)).toEqual({ reason: "throttled-minutes", params: { minutes: 3 } });
  expect(told(7_200_000)).toEqual({ reason: "throttled-minutes", params: { minutes: 120 } });
  expect(told(7_200_001)).toEqual({ reason: "throttled-hours", params: { hours: 3 } });
  expect(told(43_200_000)).toEqual({ reason: "throttled-hours", params: { hours: 12 } });
  expect(waitRefusal("wrong-code-wait", 43_200_000).reason).toBe("wrong-code-wait-hours");
});

test("the counter is eight bytes, the highest first", () => {
  const messages: number[][] = [];
  const hash = {
    ...nodeHash,
    hmacSha512: (_key: Uint8Array, message: Uint8Array) => {
      messages.push([...message]);
      return new Uint8Array(64);
    },
  };
  expect(hotp(hash, KEY, 0x1f_2233_4455_6677, 8)).toBe("00000000");
  hotp(hash, KEY, 258, 6);
  expect(messages).toEqual([
    [0, 0x1f, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77],
    [0, 0, 0, 0, 0, 0, 1, 2],
  ]);
});
