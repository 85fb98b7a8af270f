import { describe, expect, it, vi } from "vitest";
import { idleDay, noticedAfterMs } from "../../sim/bench/quiet/idle-day.js";

vi.setConfig({ testTimeout: 60_000 });

describe("a box with which nothing happens", () => {
  it("says at most 20 KB of MQTT a day on mains, and less on battery", async () => {
    const mains = await idleDay({ mains: true });
    expect(mains.bytes).toBeLessThanOrEqual(20 * 1024);
    // One connection, kept alive: no day without words is a day without a box.
    expect(mains.connections).toBe(0);
    expect(mains.pingBytes).toBeGreaterThan(6_000);
    const battery = await idleDay({ mains: false });
    expect(battery.bytes).toBeLessThan(mains.bytes / 4);
    expect(battery.bytes).toBeGreaterThan(0);
  });

  it("says on its panel within a minute that a connection is dead which nobody ended", async () => {
    for (const ms of await noticedAfterMs(5)) expect(ms).toBeLessThanOrEqual(60_000);
  });
});
