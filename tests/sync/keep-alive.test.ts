import { describe, expect, it } from "vitest";
import { KeepAlive } from "../../firmware/sync/keep-alive.js";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const closed = (silentMs: number, lastedMs = silentMs + SECOND) =>
  ({ lastedMs, silentMs, isFarEnd: true, isPingLost: false }) as const;
const lost = (lastedMs: number) => ({ lastedMs, silentMs: 58 * SECOND, isFarEnd: false, isPingLost: true }) as const;

describe("the interval of pings", () => {
  it("is three quarters of the silence that the far end twice did not bear, for a day", () => {
    const keepAlive = new KeepAlive();
    expect(keepAlive.at(0)).toBe(45 * SECOND);
    keepAlive.ended(closed(30 * SECOND), 100);
    expect(keepAlive.at(100)).toBe(45 * SECOND);
    keepAlive.ended(closed(30_100), 200);
    expect(keepAlive.at(200)).toBe(22_500);
    expect(keepAlive.at(DAY + 199)).toBe(22_500);
    expect(keepAlive.at(DAY + 200)).toBe(45 * SECOND);
  });

  it("is not learnt from closes that differ, that come at once, or that this side made", () => {
    const keepAlive = new KeepAlive();
    for (const seconds of [20, 40, 11, 30]) keepAlive.ended(closed(seconds * SECOND), 0);
    for (let i = 0; i < 5; i++) keepAlive.ended(closed(9 * SECOND), 0);
    for (let i = 0; i < 5; i++) keepAlive.ended({ ...closed(30 * SECOND), isFarEnd: false }, 0);
    for (let i = 0; i < 5; i++) keepAlive.ended(closed(100 * SECOND), 0);
    expect(keepAlive.at(0)).toBe(45 * SECOND);
  });

  it("is halved where three connections in a row end with a ping that nobody answers, to 10 s at least", () => {
    const keepAlive = new KeepAlive();
    keepAlive.ended(lost(60 * SECOND), 0);
    keepAlive.ended(lost(60 * SECOND), 0);
    // One that lasted shows that the interval is good: that was an outage.
    keepAlive.ended(lost(3_600 * SECOND), 0);
    keepAlive.ended(lost(60 * SECOND), 0);
    keepAlive.ended(lost(60 * SECOND), 0);
    expect(keepAlive.at(0)).toBe(45 * SECOND);
    keepAlive.ended(lost(60 * SECOND), 0);
    expect(keepAlive.at(0)).toBe(22_500);
    for (let i = 0; i < 30; i++) keepAlive.ended(lost(20 * SECOND), 0);
    expect(keepAlive.at(0)).toBe(10 * SECOND);
  });
});
