import { expect, test } from "vitest";
import { PowerTask } from "../../firmware/power/power-task.js";
import { Changes } from "../../firmware/wiring/changes.js";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import { WakeCause } from "../../hal/ports/power.js";
import { LedgerBench } from "../support/ledger-bench.js";
import { VirtualTime } from "../support/virtual-time.js";

class Slept extends Error {}

/** From the boot to sleep, without mains, while something would be cut short the whole time. */
function life(
  wakeCause: WakeCause,
  isPulsing: boolean,
  millivolts = 4_000,
): { secondsAwake: number; saidEmpty: boolean } {
  let saidEmpty = false;
  let light: number | undefined;
  const bench = new LedgerBench();
  bench.mains = false;
  const time = new VirtualTime();
  time.wall = undefined;
  const task = new PowerTask({
    battery: MS5.battery!,
    ledger: bench.ledger,
    hal: {
      board: MS5,
      clock: time,
      timers: time,
      mains: { present: () => false, onChange: undefined },
      gauge: { read: () => ({ chargePercent: 90, millivolts, milliamps: undefined, celsius: undefined }) },
      panel: {
        render: () => {},
        backlight: (percent) => {
          light = percent;
        },
        onInput: undefined,
      },
      sleep: {
        wakeCause,
        sleep: () => {
          throw new Slept();
        },
        restart: () => {
          throw new Error("restarted");
        },
      },
    },
    host: {
      busy: () => true,
      pulsing: () => isPulsing,
      mustStayAwake: () => false,
      sinceSync: () => 0,
      inSync: () => false,
      beforeSleep: () => {},
      offsetMinutes: () => undefined,
      showEmpty: () => {
        saidEmpty = true;
      },
    },
    changes: new Changes({ changed: () => {} }),
  });
  task.start();
  expect(() => time.advance(3_600_000)).toThrow(Slept);
  // What the pin of a board shows in sleep is what it was told last.
  expect(light).toBe(0);
  return { secondsAwake: Math.round(time.nowMs / 1_000), saidEmpty };
}

test("what is under way puts sleep off by three minutes at most; in a check-in only a lock's pulse does", () => {
  expect(life(WakeCause.button, false)).toEqual({ secondsAwake: 120 + 180, saidEmpty: false });
  expect(life(WakeCause.timer, false)).toEqual({ secondsAwake: 60, saidEmpty: false });
  expect(life(WakeCause.timer, true)).toEqual({ secondsAwake: 60 + 180, saidEmpty: false });
});

test("a voltage that three looks find too low empties the cell, but not while a lock is driven", () => {
  expect(life(WakeCause.button, false, 3_299)).toEqual({ secondsAwake: 8, saidEmpty: true });
  expect(life(WakeCause.timer, false, 3_299)).toEqual({ secondsAwake: 8, saidEmpty: false });
  // Fifty per cent at most by that voltage: the shorter stay.
  expect(life(WakeCause.button, true, 3_299)).toEqual({ secondsAwake: 60 + 180, saidEmpty: false });
});
