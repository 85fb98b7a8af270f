import { beforeEach, expect, test } from "vitest";
import { CommandTask } from "../../firmware/commands/command-task.js";
import { CommandKind, Kind } from "../../firmware/records/records.js";
import { Changes } from "../../firmware/wiring/changes.js";
import { SharedLamp } from "../../firmware/wiring/shared-lamp.js";
import type { BinsPort } from "../../hal/ports/bins.js";
import { WakeCause } from "../../hal/ports/power.js";
import { PowerCut } from "../../sim/world/devices/power-cut.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";
import { ManualTimers } from "../support/manual-timers.js";

const { oneTouchUnlock, enableBin, disableBin, reboot, closeSheets } = CommandKind;
const BINS = 5;

let bench: LedgerBench;
let task: CommandTask;
let armed: number[];
let reboots: number;
let timers: ManualTimers;

beforeEach(() => {
  bench = new LedgerBench();
  armed = [];
  reboots = 0;
  timers = new ManualTimers();
  task = new CommandTask({
    lamp: new SharedLamp({ lamp: () => {} }),
    ledger: bench.ledger,
    hal: {
      timers,

      sleep: {
        wakeCause: WakeCause.powerOn,
        sleep: () => {
          throw new PowerCut("asleep");
        },
        restart: () => {
          reboots++;
          throw new PowerCut("restarted");
        },
      },
      bins: { count: BINS } as BinsPort,
    },
    host: {
      armed: (bin) => void armed.push(bin),
      openArmed: () => true,
      inUse: () => false,
    },
    changes: new Changes({ changed: () => {} }),
  });
});

const records = () => [...readJournal(bench.flash, 1)].flatMap(({ record }) => record ?? []);
const receipts = () => records().flatMap((record) => (record.kind === Kind.command ? [record.id] : []));

test("a command that comes again, or after a later one, is not carried out again", () => {
  task.take({ id: 3, command: oneTouchUnlock, bin: 1 }, 0);
  task.take({ id: 3, command: oneTouchUnlock, bin: 1 }, 0);
  task.take({ id: 2, command: oneTouchUnlock, bin: 2 }, 0);
  task.take({ id: 2, command: disableBin, bin: 2 }, undefined);
  expect(armed).toEqual([1]);
  expect(receipts()).toEqual([3]);
  expect(bench.ledger.state.enabled.size).toBe(0);
});

test("the receipt survives a reboot, and with it the number", () => {
  task.take({ id: 7, command: closeSheets, sheet: 4 }, undefined);
  expect(bench.reboot().state).toMatchObject({ command: 7, codes: { sheet: 4 } });
});

test("without a receipt nothing is done, and the command is taken when it comes again", () => {
  bench.mains = false;
  bench.millivolts = 3_000;
  task.take({ id: 1, command: oneTouchUnlock, bin: 1 }, 0);
  expect([armed, receipts(), bench.ledger.state.command]).toEqual([[], [], 0]);
  bench.mains = true;
  task.take({ id: 1, command: oneTouchUnlock, bin: 1 }, 0);
  expect([armed, receipts()]).toEqual([[1], [1]]);
});

test("a bin that the box does not have, or that is missing, is told and not acted upon", () => {
  task.take({ id: 1, command: oneTouchUnlock, bin: BINS }, 0);
  task.take({ id: 2, command: oneTouchUnlock }, 0);
  task.take({ id: 3, command: enableBin, bin: 199 }, undefined);
  expect(armed).toEqual([]);
  const refusals = records().filter((record) => record.kind === Kind.refused);
  expect(refusals).toMatchObject([{ reason: "unknown-bin" }, { reason: "unknown-bin" }, { reason: "unknown-bin" }]);
});

test("a reboot comes after its receipt, and once", () => {
  task.take({ id: 1, command: reboot }, undefined);
  task.take({ id: 1, command: reboot }, undefined);
  expect([receipts(), reboots]).toEqual([[1], 0]);
  expect(timers.waitsMs).toEqual([3_000]);
  expect(() => timers.advance(3_000)).toThrow(PowerCut);
  expect(reboots).toBe(1);
});

test("a one-touch unlock that was held back for longer than a minute, or nobody knows how long, is receipted and arms nothing", () => {
  task.take({ id: 1, command: oneTouchUnlock, bin: 1 }, 0);
  task.take({ id: 2, command: oneTouchUnlock, bin: 2 }, 62);
  task.take({ id: 3, command: oneTouchUnlock, bin: 3 }, 63);
  task.take({ id: 4, command: oneTouchUnlock, bin: 4 }, undefined);
  expect([armed, receipts()]).toEqual([
    [1, 2],
    [1, 2, 3, 4],
  ]);
  const refusals = records().filter((record) => record.kind === Kind.refused);
  expect(refusals).toMatchObject([{ reason: "expired" }, { reason: "expired" }]);
});

test("a command of a kind that only a newer cloud knows is receipted, refused by name, and nothing is done", () => {
  task.take({ id: 9, command: 200, bin: 1 }, 0);
  task.take({ id: 9, command: 200, bin: 1 }, 0);
  expect(receipts()).toEqual([9]);
  expect(records().flatMap((record) => (record.kind === Kind.refused ? [record.reason] : []))).toEqual([
    "unknown-command",
  ]);
  expect(armed).toEqual([]);
  task.take({ id: 10, command: enableBin, bin: 1 }, undefined);
  expect(receipts()).toEqual([9, 10]);
});
