import { expect, test } from "vitest";
import { CertificateDates, secondsLeft } from "../../firmware/sync/certificate-dates.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";
import { makeSyncRig } from "./support/sync-rig.js";

const HOUR_MS = 3_600_000;
/** 2026-01-01 to 2026-02-01, UTC. */
const VALIDITY = { from: 1_767_225_600, until: 1_769_904_000 };
const ENDED = "certificate ended 2026-02-01: renew the broker's";
const NOT_YET = "certificate begins 2026-01-01: look at the clocks";

function dates(wall: number | undefined) {
  const now = new HandClock();
  now.wall = wall;
  return { now, dates: new CertificateDates(now) };
}

test("a certificate holds from its first second to its last, before writing and at the welcome", () => {
  const { now, dates: held } = dates(undefined);
  for (const [seconds, failure] of [
    [VALIDITY.from - 1, NOT_YET],
    [VALIDITY.from, undefined],
    [VALIDITY.until, undefined],
    [VALIDITY.until + 1, ENDED],
  ] as const) {
    now.wall = seconds;
    expect([held.beforeWriting(VALIDITY), held.failure]).toEqual([failure, failure]);
    expect([held.atWelcome(VALIDITY, seconds), held.failure]).toEqual([failure, failure]);
  }
});

test("without a time a box goes on to the welcome, and the cloud's time decides", () => {
  const { dates: held } = dates(undefined);
  expect(held.beforeWriting(VALIDITY)).toBeUndefined();
  expect(held.atWelcome(VALIDITY, VALIDITY.until + 1)).toBe(ENDED);
});

test("a clock that denies a certificate is doubted once an hour", () => {
  const { now, dates: held } = dates(VALIDITY.until + 1);
  now.ms = HOUR_MS - 1;
  expect(held.beforeWriting(VALIDITY)).toBe(ENDED);
  now.ms = HOUR_MS;
  expect(held.beforeWriting(VALIDITY)).toBeUndefined();
  now.ms = 2 * HOUR_MS - 1;
  expect(held.beforeWriting(VALIDITY)).toBe(ENDED);
  now.ms = 2 * HOUR_MS;
  expect(held.beforeWriting(VALIDITY)).toBeUndefined();
});

test("a certificate that got a chance is what is told where the cloud does not answer", () => {
  const { now, dates: held } = dates(VALIDITY.until + 1);
  expect(held.unanswered()).toBeUndefined();
  now.ms = HOUR_MS;
  expect(held.beforeWriting(VALIDITY)).toBeUndefined();
  expect(held.failure).toBeUndefined();
  expect([held.unanswered(), held.failure]).toEqual([ENDED, ENDED]);
  // The cloud bears it out: later silences are its own.
  now.ms = 2 * HOUR_MS;
  expect(held.beforeWriting(VALIDITY)).toBeUndefined();
  expect(held.atWelcome(VALIDITY, VALIDITY.until)).toBeUndefined();
  expect([held.unanswered(), held.failure]).toEqual([undefined, undefined]);
  // Nor has a connection to do with the one before it.
  now.ms = 3 * HOUR_MS;
  expect(held.beforeWriting(VALIDITY)).toBeUndefined();
  expect(held.beforeWriting(undefined)).toBeUndefined();
  expect(held.unanswered()).toBeUndefined();
});

test("the end of a certificate is so far away that the first second without it is asked about", () => {
  expect(secondsLeft(VALIDITY, VALIDITY.until - 60)).toBe(61);
  expect(secondsLeft(VALIDITY, VALIDITY.until + 100)).toBe(0);
  expect(secondsLeft({ ...VALIDITY, until: VALIDITY.until + 0.5 }, VALIDITY.until)).toBe(2);
  expect(secondsLeft(undefined, VALIDITY.from)).toBe(Number.POSITIVE_INFINITY);
});

test("a connection that got a chance ends with the first hello that nobody answers, and the certificate is told", () => {
  const { task, time, net, cloud, lines } = makeSyncRig({ links: ["ethernet"] });
  time.setWall(VALIDITY.until + 1);
  net.validity = VALIDITY;
  cloud.welcomes = false;
  task.start();
  time.run(HOUR_MS + 10 * 60_000);
  expect(lines.filter((line) => line.includes("cloud does not answer"))).toEqual([]);
  expect(cloud.hellos).toHaveLength(1);
  expect(task.lastFailure).toBe(`ethernet: ${ENDED}`);
  expect(task.faults()).toEqual([{ name: "broker", reason: ENDED }]);
});
