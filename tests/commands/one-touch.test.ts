import { beforeEach, expect, test } from "vitest";
import { CommandTask } from "../../firmware/commands/command-task.js";
import { CommandKind, Kind } from "../../firmware/records/records.js";
import { Changes } from "../../firmware/wiring/changes.js";
import { SharedLamp } from "../../firmware/wiring/shared-lamp.js";
import type { BinsPort } from "../../hal/ports/bins.js";
import { WakeCause } from "../../hal/ports/power.js";
import { readJournal } from "../support/box-memory.js";
import { LedgerBench } from "../support/ledger-bench.js";
import { ManualTimers } from "../support/manual-timers.js";

const { oneTouchUnlock, enableBin, disableBin, reboot, closeSheets } = CommandKind;

let bench: LedgerBench;
let task: CommandTask;
/** What the task did to the world, in its order. */
let did: string[];
let timers: ManualTimers;
let canOpen: boolean;
let inUse: boolean;

beforeEach(() => {
  bench = new LedgerBench();
  did = [];
  timers = new ManualTimers();
  canOpen = true;
  inUse = false;
  task = new CommandTask({
    lamp: new SharedLamp({ lamp: (state) => did.push(`lamp ${state}`) }),
    ledger: bench.ledger,
    hal: {
      timers,
      sleep: {
        wakeCause: WakeCause.powerOn,
        sleep: () => {
          throw new Error("nobody asked for sleep");
        },
        restart: () => {
          did.push("restart");
          return undefined as never;
        },
      },
      bins: { count: 5 } as BinsPort,
    },
    host: {
      armed: (bin) => void did.push(`armed ${bin}`),
      openArmed: (bin) => {
        did.push(`open ${bin}`);
        return canOpen;
      },
      inUse: () => inUse,
    },
    changes: new Changes({ changed: () => void did.push("changed") }),
  });
});

const refusals = () =>
  [...readJournal(bench.flash, 1)].flatMap(({ record }) => (record?.kind === Kind.refused ? [record.reason] : []));
const arm = (id: number, bin: number) => task.take({ id, command: oneTouchUnlock, bin }, 0);

test("an armed bin flashes for a minute, and the panel hears of it when all is done", () => {
  arm(1, 3);
  expect(did).toEqual(["lamp flash", "armed 3", "changed"]);
  expect(timers.waitsMs).toEqual([60_000]);
  did = [];
  timers.advance(60_000);
  expect(did).toEqual(["lamp off", "changed"]);
  expect(task.pressed()).toBe(false);
});

test("a press opens the armed bin and ends its minute; the next press is nobody's", () => {
  expect(task.pressed()).toBe(false);
  arm(1, 3);
  did = [];
  expect(task.pressed()).toBe(true);
  expect(did).toEqual(["open 3", "lamp off"]);
  expect(timers.pending).toBe(0);
  expect(task.pressed()).toBe(false);
});

test("a press that cannot open now is taken all the same, and the bin stays armed", () => {
  arm(1, 3);
  canOpen = false;
  expect(task.pressed()).toBe(true);
  expect(timers.pending).toBe(1);
  canOpen = true;
  expect(task.pressed()).toBe(true);
  expect(did.filter((one) => one.startsWith("open"))).toEqual(["open 3", "open 3"]);
});

test("a second bin takes the place of the first, whose minute does not end that of the second", () => {
  arm(1, 3);
  timers.advance(10_000);
  arm(2, 4);
  expect(timers.waitsMs).toEqual([60_000]);
  expect(did.slice(3)).toEqual(["lamp off", "lamp flash", "armed 4", "changed"]);
  task.pressed();
  expect(did.filter((one) => one.startsWith("open"))).toEqual(["open 4"]);
});

test("commands that a box knows are refused by no name; each kind that needs a bin refuses one that is not there", () => {
  for (const [index, command] of [enableBin, disableBin, oneTouchUnlock].entries()) {
    task.take({ id: index + 1, command, bin: 4 }, 0);
  }
  task.take({ id: 4, command: closeSheets, sheet: 2 }, undefined);
  task.take({ id: 5, command: reboot }, undefined);
  expect(refusals()).toEqual([]);
  for (const [index, command] of [enableBin, disableBin, oneTouchUnlock].entries()) {
    task.take({ id: index + 10, command, bin: 5 }, 0);
  }
  expect(refusals()).toEqual(["unknown-bin", "unknown-bin", "unknown-bin"]);
});

test("a reboot waits three seconds for its receipt, and 40 times as long for whoever is at the box", () => {
  inUse = true;
  task.take({ id: 1, command: reboot }, undefined);
  timers.advance(40 * 3_000);
  expect(timers.waitsMs).toEqual([3_000]);
  expect(did).toEqual(["changed"]);
  timers.advance(3_000);
  expect(timers.pending).toBe(0);
  expect(did).toEqual(["changed", "restart"]);
});

test("a box whose journal is full for all else still takes its commands on", () => {
  for (let id = 1; bench.ledger.refusal("dropoff") === undefined; id++) {
    bench.ledger.write({ kind: Kind.command, id, command: closeSheets, sheet: 1 }, "vital");
  }
  expect(bench.ledger.refusal("pickup")).toBeDefined();
  const id = bench.ledger.state.command + 1;
  arm(id, 3);
  expect(bench.ledger.state.command).toBe(id);
  expect(did).toContain("armed 3");
});

test("an error that is no refusal to write is not kept quiet", () => {
  bench.flash.onOperation = () => {
    throw new TypeError("the port is broken");
  };
  expect(() => arm(1, 3)).toThrow("the port is broken");
  expect(did).toEqual([]);
});
