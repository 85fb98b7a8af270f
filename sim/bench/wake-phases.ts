import { Call } from "../../hal/bridge/codes.js";
import type { BoardProfile } from "../../hal/ports/board.js";
import { XsEngine } from "../engines/xs-engine.js";
import { tells, untilDark } from "../trials/scenarios/on-battery.js";
import { onBattery, type SimulatedAct } from "./battery-run.js";

const MINUTE_MS = 60_000;

/** Where each phase of a wake ends: at the first HAL call of the next one. */
const ENDS: readonly { readonly name: string; readonly isEnd: (call: Uint8Array) => boolean }[] = [
  { name: "reset, the cell's voltage", isEnd: isFlash(Call.flashRead, 0) },
  { name: "identity", isEnd: isFlash(Call.flashRead, 1) },
  { name: "journal mounted and replayed", isEnd: isFlash(Call.flashRead, 2) },
  { name: "snapshot looked at, tasks made", isEnd: (call) => call[1] === Call.watchdogStart },
  { name: "boot record", isEnd: isFlash(Call.flashProgram, 1) },
  { name: "light, keypad drawn", isEnd: (call) => call[1] === Call.render },
];

/** Spent from the press of the button to the end of a phase. */
export interface Spent {
  readonly phase: string;
  readonly computrons: number;
  readonly calls: number;
  readonly flashBytesRead: number;
  /** Virtual: links, broker and the reset take time, instructions do not. */
  readonly ms: number;
}

/**
 * What a wake by the button costs on real XS, phase by phase: one wake for each, which is cut off where the phase ends, and a
 * last one that goes on until the cloud has answered. Throws NoXsError where XS cannot be had.
 */
export async function wakePhases(board: BoardProfile): Promise<readonly Spent[]> {
  const engine = await XsEngine.open({ hashOfBoard: false });
  return await onBattery(board, (act) => measure(act, engine), engine);
}

async function measure(act: SimulatedAct, engine: XsEngine): Promise<readonly Spent[]> {
  const { machine, world } = act.stage;
  const sums: Spent[] = [];
  for (const { name, isEnd } of ENDS) {
    const spent = press(act, engine);
    engine.cutAt = (call) => {
      if (!isEnd(call)) return false;
      engine.cutAt = undefined;
      machine.powerCut();
      return true;
    };
    await world.until(() => machine.state === "off", MINUTE_MS, name);
    sums.push(spent(name));
    machine.restorePower();
    await untilDark(act);
  }
  const spent = press(act, engine);
  await world.until(() => machine.state === "running", MINUTE_MS, "a boot");
  sums.push(spent("keypad usable: the boot waits for events"));
  await world.until(() => !tells(act, "notice-offline"), MINUTE_MS, "the cloud");
  sums.push(spent("online"));
  return sums;
}

/** Somebody presses the button: what was spent since then. */
function press({ stage }: SimulatedAct, engine: XsEngine): (phase: string) => Spent {
  const { machine, world } = stage;
  const { identity, journal, snapshot } = machine.flash;
  const bytes = () => identity.bytesRead + journal.bytesRead + snapshot.bytesRead;
  const before = { computrons: engine.computrons, calls: engine.calls, bytes: bytes(), ms: world.nowMs };
  machine.button.press();
  return (phase) => ({
    phase,
    computrons: engine.computrons - before.computrons,
    calls: engine.calls - before.calls,
    flashBytesRead: bytes() - before.bytes,
    ms: world.nowMs - before.ms,
  });
}

function isFlash(operation: number, partition: number): (call: Uint8Array) => boolean {
  return (call) => call[1] === operation && call[2] === partition;
}

/** Each phase by itself, for people. */
export function phaseTable(sums: readonly Spent[]): readonly string[] {
  const row = (phase: string, ...cells: readonly (string | number)[]) =>
    `  ${phase.padEnd(42)}${cells.map((cell) => String(cell).padStart(12)).join("")}`;
  return [
    row("from the button, each phase by itself", "computrons", "HAL calls", "flash bytes", "virtual ms"),
    ...sums.map((sum, i) => {
      const before = sums[i - 1];
      const own = (of: (spent: Spent) => number) => of(sum) - (before === undefined ? 0 : of(before));
      return row(
        sum.phase,
        own((spent) => spent.computrons),
        own((spent) => spent.calls),
        own((spent) => spent.flashBytesRead),
        own((spent) => spent.ms),
      );
    }),
  ];
}
