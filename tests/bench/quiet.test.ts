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

  it("learns what silence a broker bears: one that ends it after 30 s does so a few times, and the journal has little of it", async () => {
    const { connections, records } = await idleDay({ mains: true, idleTimeoutMs: 30_000, firstDay: true });
    expect(connections).toBeGreaterThan(0);
    expect(connections).toBeLessThan(6);
    expect(records).toBeLessThan(20);
  });

  it("says on its panel within a minute that a connection is dead which nobody ended", async () => {
    for (const ms of await noticedAfterMs(5)) expect(ms).toBeLessThanOrEqual(60_000);
  });
});
