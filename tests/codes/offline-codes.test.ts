import { expect, test } from "vitest";
import { offlineCode } from "../../firmware/codes/hotp.js";
import { type CodeTarget, GRACE_REUSES, OfflineCodes, type Prompt } from "../../firmware/codes/offline-codes.js";
import { Throttle } from "../../firmware/codes/throttle.js";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { CommandKind, EmergencyTarget, Kind } from "../../firmware/records/records.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";

const CODES_KEY = new Uint8Array(32).fill(9);
const BIN: CodeTarget = { kind: EmergencyTarget.bin, bin: 11 };
const ALL: CodeTarget = { kind: EmergencyTarget.all };
const label = (bin: number) => `A-${bin + 1}`;

class Desk {
  readonly bench: LedgerBench;
  codes: OfflineCodes;
  /** Computed so far. */
  hmacs = 0;

  constructor(options: { sectors?: number } = {}) {
    this.bench = new LedgerBench(options);
    this.codes = this.#open();
  }

  reboot(): void {
    this.bench.reboot();
    this.codes = this.#open();
  }

  /** What the sheet says for a prompt. */
  printed(target: CodeTarget, prompt: { sheet: number; number: number }): string {
    const name = target.kind === EmergencyTarget.all ? "all" : `bin:${label(target.bin!)}`;
    return offlineCode(TWEETNACL_HASH, CODES_KEY, name, prompt.sheet, prompt.number);
  }

  use(target: CodeTarget, prompt: Prompt | undefined = this.codes.prompt(target)) {
    return this.codes.check(target, prompt!, this.printed(target, prompt!));
  }

  #open(): OfflineCodes {
    const { ledger, clock } = this.bench;
    const throttle = new Throttle(ledger, clock);
    const hash: HashPort = {
      ...TWEETNACL_HASH,
      hmacSha512: (key, message) => {
        this.hmacs++;
        return TWEETNACL_HASH.hmacSha512(key, message);
      },
    };
    return new OfflineCodes({ ledger, throttle, clock, hash, codesKey: CODES_KEY, bins: { label } });
  }
}

test("asks for one number after another, and burns each before it answers", () => {
  const desk = new Desk();
  expect(desk.codes.prompt(BIN)).toEqual({ sheet: 1, number: 1, isAgain: false });
  const verdict = desk.use(BIN);
  expect(verdict).toEqual({ kind: "accepted", authority: desk.bench.ledger.journal.nextSeq - 1 });
  desk.reboot();
  expect(desk.codes.next(BIN)).toEqual({ sheet: 1, number: 2, isAgain: false });
  expect(desk.codes.next({ kind: EmergencyTarget.bin, bin: 12 })?.number).toBe(1);
});

test("a try costs one HMAC when its code is asked for, and one behind the last digit; another target has its own", () => {
  const desk = new Desk();
  const costs = (work: () => void) => {
    const before = desk.hmacs;
    work();
    return desk.hmacs - before;
  };
  const guess = (target: CodeTarget) => desk.codes.check(target, desk.codes.prompt(target)!, "00000000").kind;
  expect(costs(() => desk.codes.makeReady(BIN))).toBe(1);
  expect(costs(() => expect(guess(BIN)).toBe("wrong"))).toBe(1);
  expect(costs(() => desk.codes.makeReady(BIN))).toBe(0);
  expect(costs(() => expect(guess(ALL)).toBe("wrong"))).toBe(2);
  expect(costs(() => expect(desk.use(BIN).kind).toBe("accepted"))).toBe(2);
});

test("a code for all bins is on record as that of a stock-take where it was typed for one", () => {
  for (const target of [ALL, { ...ALL, stockTake: 1 } as const]) {
    const desk = new Desk();
    desk.use(target);
    const burnt = [...readJournal(desk.bench.flash, 1)].flatMap(({ record }) =>
      record?.kind === Kind.emergency ? [record.stockTake] : [],
    );
    expect(burnt).toEqual([target.stockTake]);
  }
});

test("a wrong code, a code of another bin, of another number and of another sheet open nothing and count", () => {
  const desk = new Desk();
  const prompt = desk.codes.prompt(BIN)!;
  const other: CodeTarget = { kind: EmergencyTarget.bin, bin: 12 };
  const wrong = [
    "00000000",
    desk.printed(other, prompt),
    desk.printed(BIN, { sheet: 1, number: 2 }),
    desk.printed(BIN, { sheet: 2, number: 1 }),
  ];
  const waits = [0, 0, 0, 120_000];
  for (const [i, typed] of wrong.entries()) {
    expect(desk.codes.check(BIN, prompt, typed)).toEqual({ kind: "wrong", waitMs: waits[i] });
  }
  expect(desk.use(BIN)).toEqual({ kind: "throttled", waitMs: 120_000 });
  expect(desk.use(other).kind, "another bin is not held up").toBe("accepted");
  desk.bench.clock.pass(120);
  expect(desk.codes.check(BIN, prompt, "letters!")).toEqual({ kind: "wrong", waitMs: 240_000 });
  desk.bench.clock.pass(240);
  expect(desk.use(BIN).kind).toBe("accepted");
  expect(desk.bench.ledger.state.throttles.size).toBe(0);
});

test("the same code works again for ten minutes, and at most five times", () => {
  const desk = new Desk();
  desk.use(BIN);
  for (let i = 0; i < GRACE_REUSES; i++) {
    expect(desk.codes.prompt(BIN)).toEqual({ sheet: 1, number: 1, isAgain: true });
    expect(desk.use(BIN).kind).toBe("accepted");
  }
  expect(desk.codes.prompt(BIN)).toEqual({ sheet: 1, number: 2, isAgain: false });
  desk.use(BIN);
  desk.bench.clock.pass(599);
  expect(desk.codes.prompt(BIN)?.isAgain).toBe(true);
  desk.bench.clock.pass(1);
  expect(desk.codes.prompt(BIN)).toEqual({ sheet: 1, number: 3, isAgain: false });
});

test("the ten minutes count from the first use: each further use leaves them as they are", () => {
  for (const isRebooted of [false, true]) {
    const desk = new Desk();
    desk.use(BIN);
    for (const seconds of [250, 250, 99]) {
      desk.bench.clock.pass(seconds);
      if (isRebooted) desk.reboot();
      expect(desk.codes.prompt(BIN)?.isAgain).toBe(true);
      expect(desk.use(BIN).kind).toBe("accepted");
    }
    desk.bench.clock.pass(1);
    expect(desk.codes.prompt(BIN), `rebooted: ${isRebooted}`).toEqual({ sheet: 1, number: 2, isAgain: false });
  }
});

test("uses within the grace are counted on over a checkpoint, when the ring has wrapped", () => {
  const desk = new Desk({ sectors: 4 });
  desk.use(BIN);
  for (let i = 0; i < GRACE_REUSES - 1; i++) desk.use(BIN);
  const { ledger } = desk.bench;
  for (let i = 0; i < 2_000; i++) {
    ledger.note({ kind: Kind.clockSet });
    ledger.acknowledge(ledger.journal.nextSeq - 1);
  }
  expect(ledger.journal.oldestSeq).toBeGreaterThan(20);
  desk.reboot();
  expect(desk.bench.ledger.state.codes.grace?.reuses).toBe(GRACE_REUSES - 1);
  expect(desk.use(BIN).kind).toBe("accepted");
  expect(desk.codes.prompt(BIN)).toEqual({ sheet: 1, number: 2, isAgain: false });
});

test("grace belongs to its target, and survives a reboot, with or without a clock", () => {
  const desk = new Desk();
  desk.use(BIN);
  expect(desk.codes.prompt(ALL)?.isAgain).toBe(false);
  desk.bench.clock.pass(300);
  desk.reboot();
  expect(desk.codes.prompt(BIN)?.isAgain).toBe(true);
  desk.bench.clock.wall = undefined;
  desk.reboot();
  expect(desk.codes.prompt(BIN)?.isAgain).toBe(true);
  desk.bench.clock.pass(600);
  expect(desk.codes.prompt(BIN)?.isAgain).toBe(false);
});

test("reboots with a lost clock do not stretch the grace beyond its uses", () => {
  const desk = new Desk();
  desk.bench.clock.wall = undefined;
  let openings = 0;
  const prompt: Prompt = { sheet: 1, number: 1, isAgain: false };
  if (desk.use(BIN, prompt).kind === "accepted") openings++;
  for (let i = 0; i < 50; i++) {
    desk.reboot();
    if (desk.use(BIN, { ...prompt, isAgain: true }).kind === "accepted") openings++;
    if (desk.use(BIN, prompt).kind === "accepted") openings++;
  }
  expect(openings).toBe(1 + GRACE_REUSES);
});

test("a prompt that was overtaken is refused without being looked at", () => {
  const desk = new Desk();
  const stale = desk.codes.next(BIN)!;
  desk.use(BIN);
  expect(desk.use(BIN, stale)).toEqual({ kind: "refused", reason: "code-used" });
  expect(desk.bench.ledger.state.throttles.size).toBe(0);
});

test("the first accepted code of a newer sheet closes the older one", () => {
  const desk = new Desk();
  desk.use(BIN);
  const newer = desk.codes.newer(3)!;
  expect(newer).toEqual({ sheet: 3, number: 1, isAgain: false });
  expect(desk.codes.check(ALL, newer, "12345678").kind).toBe("wrong");
  expect(desk.codes.sheet).toBe(1);
  expect(desk.use(ALL, newer).kind).toBe("accepted");
  expect(desk.codes.sheet).toBe(3);
  expect(desk.codes.prompt(BIN)).toEqual({ sheet: 3, number: 1, isAgain: false });
  expect(desk.use(BIN, { sheet: 1, number: 2, isAgain: false })).toEqual({ kind: "refused", reason: "sheet-closed" });
  expect(desk.codes.newer(3)).toBeUndefined();
  expect(desk.codes.newer(1_000)).toBeUndefined();
});

test("a newer sheet gives its first number only", () => {
  const desk = new Desk();
  expect(desk.use(BIN, { sheet: 2, number: 2, isAgain: false })).toEqual({ kind: "refused", reason: "code-used" });
});

test("when a sheet is used up a newer one is needed", () => {
  const desk = new Desk();
  for (let i = 0; i < 10; i++) expect(desk.use(BIN, desk.codes.next(BIN)).kind).toBe("accepted");
  desk.bench.clock.pass(600);
  expect(desk.codes.prompt(BIN)).toBeUndefined();
});

test("the cloud closes sheets by command, and nothing opens them again", () => {
  const desk = new Desk();
  desk.use(BIN);
  desk.bench.ledger.write({ kind: Kind.command, id: 1, command: CommandKind.closeSheets, sheet: 5 }, "vital");
  expect(desk.codes.prompt(BIN)).toEqual({ sheet: 5, number: 1, isAgain: false });
  desk.bench.ledger.write({ kind: Kind.command, id: 2, command: CommandKind.closeSheets, sheet: 4 }, "vital");
  expect(desk.codes.sheet).toBe(5);
});

test("no verdict, right or wrong, when nothing can be written", () => {
  const desk = new Desk();
  const prompt = desk.codes.prompt(BIN)!;
  desk.bench.mains = false;
  desk.bench.millivolts = 3_000;
  const refused = { kind: "refused", reason: "battery-empty" };
  expect(desk.codes.check(BIN, prompt, "00000000")).toEqual(refused);
  expect(desk.use(BIN)).toEqual(refused);
});

test("a full journal gives no free guesses", () => {
  const desk = new Desk({ sectors: 4 });
  let verdict = desk.codes.check(BIN, { sheet: 1, number: 1, isAgain: false }, "00000000");
  let tries = 0;
  while (verdict.kind !== "refused") {
    tries++;
    expect(tries).toBeLessThan(2_000);
    if (verdict.kind === "throttled") desk.bench.clock.pass(verdict.waitMs / 1_000);
    verdict = desk.codes.check(BIN, { sheet: 1, number: 1, isAgain: false }, "00000000");
  }
  expect(verdict).toEqual({ kind: "refused", reason: "journal-full" });
});
