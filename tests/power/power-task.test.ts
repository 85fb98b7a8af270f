import { expect, test } from "vitest";
import { PowerTask } from "../../firmware/power/power-task.js";
import { MS5 } from "../../hal/boards/ms5.js";
import { WakeCause } from "../../hal/ports/power.js";
import { ManualTimers } from "../cloud/support/world.js";
import { LedgerBench } from "../support/ledger-bench.js";

class Slept extends Error {}

/** Seconds from the boot to sleep, without mains, while something would be cut short the whole time. */
function secondsAwake(wakeCause: WakeCause, isPulsing: boolean): number {
  const bench = new LedgerBench();
  bench.mains = false;
  const timers = new ManualTimers();
  const clock = {
    monotonicMs: () => timers.nowMs,
    wallSeconds: () => undefined,
    quality: () => 0 as const,
    setWall: () => {},
  };
  const task = new PowerTask({
    settings: MS5.power,
    battery: MS5.battery!,
    clock,
    timers,
    mains: { present: () => false, onChange: undefined },
    gauge: { read: () => ({ chargePercent: 90, millivolts: 4_000, milliamps: undefined, celsius: undefined }) },
    panel: { render: () => {}, backlight: () => {}, onInput: undefined },
    sleep: {
      wakeCause,
      sleep: () => {
        throw new Slept();
      },
      restart: () => {
        throw new Error("restarted");
      },
    },
    ledger: bench.ledger,
    busy: () => true,
    pulsing: () => isPulsing,
    mustStayAwake: () => false,
    sinceSync: () => 0,
    inSync: () => false,
    beforeSleep: () => {},
    showEmpty: () => {},
    changed: () => {},
  });
  task.start();
  expect(() => timers.advance(3_600_000)).toThrow(Slept);
  return Math.round(timers.nowMs / 1_000);
}

test("what is under way puts sleep off by three minutes at most; in a check-in only a lock's pulse does", () => {
  expect(secondsAwake(WakeCause.button, false)).toBe(120 + 180);
  expect(secondsAwake(WakeCause.timer, false)).toBe(60);
  expect(secondsAwake(WakeCause.timer, true)).toBe(60 + 180);
});
