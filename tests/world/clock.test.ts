import { describe, expect, it } from "vitest";
import { type HostClock, PacedDriver } from "../../sim/world/clock/paced.js";
import { Scheduler } from "../../sim/world/clock/scheduler.js";
import { VirtualDriver } from "../../sim/world/clock/virtual.js";
import { Random } from "../../sim/world/random.js";

describe("scheduler", () => {
  it("runs events in order of time, then of setting, as a sorted list would", () => {
    const random = new Random(7);
    const scheduler = new Scheduler();
    const ran: string[] = [];
    const wanted: { at: number; order: number }[] = [];
    for (let order = 0; order < 2_000; order++) {
      const at = random.int(300);
      const event = scheduler.at(at, () => ran.push(`${at}:${order}`));
      if (random.int(3) === 0) scheduler.cancel(event);
      else wanted.push({ at, order });
    }
    while (scheduler.runNext());
    wanted.sort((a, b) => a.at - b.at || a.order - b.order);
    expect(ran).toEqual(wanted.map(({ at, order }) => `${at}:${order}`));
    expect(scheduler.pending).toBe(0);
  });

  it("keeps its heap small when one event is set and cancelled for ever", () => {
    const scheduler = new Scheduler();
    scheduler.after(1e9, () => {});
    for (let i = 0; i < 10_000; i++) scheduler.cancel(scheduler.after(1_000, () => {}));
    expect(scheduler.pending).toBe(1);
    expect(scheduler.nextAtMs).toBe(1e9);
  });

  it("never goes back and refuses NaN", () => {
    const scheduler = new Scheduler();
    scheduler.after(10, () => {});
    scheduler.runNext();
    expect(scheduler.at(3, () => {}).atMs).toBe(10);
    scheduler.idleTo(5);
    expect(scheduler.nowMs).toBe(10);
    expect(() => scheduler.after(Number.NaN, () => {})).toThrow(RangeError);
  });
});

describe("virtual driver", () => {
  it("stops at the limit, at the moment asked for, and tells whether it got there", () => {
    const scheduler = new Scheduler();
    const driver = new VirtualDriver(scheduler);
    let ticks = 0;
    const tick = () => {
      ticks++;
      scheduler.after(100, tick);
    };
    scheduler.after(100, tick);
    expect(driver.runUntil(() => ticks === 3, 1_000)).toBe(true);
    expect(scheduler.nowMs).toBe(300);
    expect(driver.runUntil(() => ticks === 99, 1_050)).toBe(false);
    expect(scheduler.nowMs).toBe(1_350);
    expect(ticks).toBe(13);
  });
});

/** A host whose time passes only by sleeping. */
class FakeHost implements HostClock {
  ms = 0;
  sleeps = 0;
  stallMs = 0;

  nowMs(): number {
    return this.ms;
  }

  sleep(ms: number) {
    this.sleeps++;
    this.ms += ms + this.stallMs;
    return { done: Promise.resolve(), wake: () => {} };
  }
}

describe("paced driver", () => {
  it("jumps from event to event without real time while nothing external is open", async () => {
    const scheduler = new Scheduler();
    const host = new FakeHost();
    const driver = new PacedDriver(scheduler, { rate: 1, external: () => false, host });
    let ran = 0;
    for (let hour = 1; hour <= 24; hour++) scheduler.at(hour * 3_600_000, () => ran++);
    await driver.advance(24 * 3_600_000);
    expect(ran).toBe(24);
    expect(scheduler.nowMs).toBe(24 * 3_600_000);
    expect(host.ms).toBe(0);
  });

  it("keeps the rate while something external is open, and jumps again afterwards", async () => {
    const scheduler = new Scheduler();
    const host = new FakeHost();
    let open = false;
    const driver = new PacedDriver(scheduler, { rate: 10, external: () => open, host });
    scheduler.at(60_000, () => {
      open = true;
    });
    scheduler.at(70_000, () => {
      open = false;
    });
    await driver.advance(1_000_000);
    expect(scheduler.nowMs).toBe(1_000_000);
    expect(host.ms).toBeGreaterThanOrEqual(1_000);
    expect(host.ms).toBeLessThan(1_050);
  });

  it("does not let time-outs run out because the host stood still", async () => {
    const scheduler = new Scheduler();
    const host = new FakeHost();
    host.stallMs = 5_000;
    const driver = new PacedDriver(scheduler, { rate: 1, external: () => true, host });
    await driver.advance(1_000);
    // 100 ms at most count of each pause of 5 s, so the sockets are looked at at least ten times.
    expect(host.sleeps).toBeGreaterThanOrEqual(10);
  });

  it("skips ahead when asked, in a run that is under way", async () => {
    const scheduler = new Scheduler();
    const host = new FakeHost();
    const driver = new PacedDriver(scheduler, { rate: 1, external: () => true, host });
    scheduler.at(1_000, () => driver.skip(3_600_000));
    let tick = 0;
    scheduler.at(1_800_000, () => tick++);
    await driver.until(() => scheduler.nowMs >= 3_601_000, 1e9);
    expect(tick).toBe(1);
    expect(host.ms).toBeLessThan(1_100);
  });

  it("wakes for what is posted from outside", async () => {
    const scheduler = new Scheduler();
    const driver = new PacedDriver(scheduler, { rate: 0.001, external: () => true });
    let posted = false;
    setImmediate(() =>
      scheduler.post(() => {
        posted = true;
      }),
    );
    // At this rate a virtual second takes a real quarter of an hour: only the post can end the wait.
    expect(await driver.until(() => posted, 1_000)).toBe(true);
  });

  it("refuses two runs at once, a rate of nothing, and to wait for nothing", async () => {
    const scheduler = new Scheduler();
    expect(() => new PacedDriver(scheduler, { rate: 0, external: () => false })).toThrow(RangeError);
    const driver = new PacedDriver(scheduler, { rate: 1, external: () => true, host: new FakeHost() });
    const first = driver.advance(1_000);
    await expect(driver.advance(1)).rejects.toThrow("already");
    await first;
    const idle = new PacedDriver(new Scheduler(), { rate: 1, external: () => false, host: new FakeHost() });
    await expect(idle.until(() => false, Number.POSITIVE_INFINITY)).rejects.toThrow("nothing will ever happen");
  });
});
