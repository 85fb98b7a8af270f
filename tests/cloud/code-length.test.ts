import { describe, expect, test } from "vitest";
import { penaltySeconds } from "../../firmware/codes/ladder.js";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, Exchange, Kind } from "../../firmware/records/records.js";
import {
  CHANCE_A_MONTH,
  digitsFor,
  guessesAMonth,
  guessesWithin,
  LONGEST_CODE,
  SHORTEST_CODE,
  SUCCESSES_AT_LEAST,
  successesAMonth,
} from "../../sim/cloud/code-length.js";
import { at, BOX, CloudRig, EPOCH, START_SECONDS } from "./support/cloud-rig.js";

const MONTH = 30 * 86_400;

/** Tries one after another, as the throttle lets them: another way to the same number. */
function counted(seconds: number): number {
  let now = 0;
  let failures = 0;
  while (now <= seconds) now += penaltySeconds(++failures);
  return failures;
}

describe("guesses", () => {
  test.each([0, 119, 120, 359, 360, 3_719, 3_720, 7_319, 7_320, 86_400, MONTH, 365 * 86_400])(
    "within %i s",
    (seconds) => {
      expect(guessesWithin(seconds)).toBe(counted(seconds));
    },
  );

  test("in a month: 727, and 9 more for each code of somebody else", () => {
    expect(guessesAMonth(0)).toBe(727);
    expect(guessesAMonth(300)).toBe(727 + 9 * 300);
  });

  test("successes spread in any way give no more than the bound", () => {
    for (const successes of [1, 7, 30, 300, 1_000]) {
      for (const each of [0, 3_719, 3_720, MONTH / (successes + 1)]) {
        const rest = MONTH - Math.min(MONTH, each * successes);
        expect(successes * counted(each) + counted(rest), `${successes} x ${each} s`).toBeLessThanOrEqual(
          guessesAMonth(successes) + 9,
        );
      }
    }
  });
});

describe("the length of codes", () => {
  test("is the shortest that keeps active x guesses / 10^digits under the bound", () => {
    for (const active of [1, 2, 3, 29, 30, 291, 292, 5_000, 100_000]) {
      const guesses = guessesAMonth(SUCCESSES_AT_LEAST);
      const digits = digitsFor(active, guesses);
      expect((active * guesses) / 10 ** digits).toBeLessThanOrEqual(CHANCE_A_MONTH);
      // The standard to meet: 100,000 possibilities for each live code.
      expect(10 ** digits / active).toBeGreaterThan(342_000);
      if (digits > SHORTEST_CODE) expect((active * guesses) / 10 ** (digits - 1)).toBeGreaterThan(CHANCE_A_MONTH);
    }
    expect(digitsFor(1, 727)).toBe(6);
    expect(digitsFor(1e15, 1e9)).toBe(LONGEST_CODE);
  });

  test("follows the number of active codes: one that is over no longer counts", () => {
    const world = new CloudRig();
    const { admin, store } = world.cloud;
    const past = { kind: "scheduled", start: "2026-01-01T00:00", end: "2026-01-02T00:00", zone: "UTC" } as const;
    admin.addAccesses(Array.from({ length: 1_000 }, () => ({ user: 1, key: 2, schedule: past })));
    expect(store.organisation.accesses.length).toBeGreaterThan(1_000);
    expect(admin.addAccess(1, 2, { kind: "ongoing" }).code).toMatch(/^\d{7}$/);
    admin.addAccesses(Array.from({ length: 300 }, () => ({ user: 1, key: 2, schedule: { kind: "ongoing" } as const })));
    expect(admin.generateKeyCode(2)).toMatch(/^\d{9}$/);
  });

  test("follows the traffic of the busiest box in the last 30 days", () => {
    const world = new CloudRig();
    const take = (first: number, records: Parameters<typeof encodeRecord>[0][]) =>
      world.cloud.ingest.take(BOX, { epoch: EPOCH, first, records: records.map((one) => encodeRecord(one)) });
    const intent = (seconds: number, auth: Auth) =>
      ({ kind: Kind.intent, exchange: Exchange.pickup, bin: 0, key: 1, auth, ...at(seconds) }) as const;
    take(
      1,
      Array.from({ length: 400 }, (_, i) => intent(START_SECONDS - i, i % 2 ? Auth.keyCode : Auth.bookingCode)),
    );
    expect(successesAMonth(world.cloud.store.document, START_SECONDS)).toBe(400);
    take(401, [intent(START_SECONDS, Auth.badge), intent(START_SECONDS - MONTH - 86_401, Auth.keyCode)]);
    expect(successesAMonth(world.cloud.store.document, START_SECONDS)).toBe(400);
    expect(successesAMonth(world.cloud.store.document, START_SECONDS + 2 * MONTH)).toBe(SUCCESSES_AT_LEAST);
  });

  test("every digit comes as often as any other", () => {
    const { accesses } = (() => {
      const world = new CloudRig();
      world.cloud.admin.addAccesses(
        Array.from({ length: 3_000 }, () => ({ user: 1, key: 2, schedule: { kind: "ongoing" } as const })),
      );
      return world.cloud.store.organisation;
    })();
    const digits = accesses
      .slice(-3_000)
      .map((one) => one.code)
      .join("");
    for (let digit = 0; digit <= 9; digit++) {
      const share = digits.split(String(digit)).length / digits.length;
      expect(share).toBeGreaterThan(0.093);
      expect(share).toBeLessThan(0.107);
    }
  });
});
