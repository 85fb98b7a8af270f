import type { BoardProfile } from "../../hal/ports/board.js";
import { type Engine, NODE_ENGINE } from "../engines/engine.js";
import { cutMains, ordinaryDay, untilDark, visit, wakeUp } from "../trials/scenarios/on-battery.js";
import { People } from "../trials/scenarios/people.js";
import type { Act } from "../trials/scenarios/scenario.js";
import { HALF_YEAR_DAYS, HALF_YEAR_EXCHANGES, halfYear, WORN } from "../trials/scenarios/six-months.js";
import { Stage } from "../trials/stage/stage.js";
import { TimeoutError } from "../world/machine/world.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Awake, the threshold is met a little earlier than asleep, percent. */
const SPENT_UNDER_LOAD = 5;
/** No run is longer, days. */
const LONGEST_DAYS = 3_000;
/** Exchanges behind one another, of which the cost of one is told. */
const IN_A_ROW = 60;

export interface Sample {
  readonly day: number;
  readonly percent: number;
  readonly exchanges: number;
}

export interface HalfYear {
  readonly samples: readonly Sample[];
  /** Days of exchanges. */
  readonly visits: readonly number[];
  /** mAh by load after 183 days. */
  readonly used: ReadonlyMap<string, number>;
  /** What the cell gives from full to the brown-out threshold, mAh. */
  readonly usableMah: number;
  /** Days until the cell was under the threshold. */
  readonly days: number;
}

export interface WakePhases {
  readonly keypadMs: number;
  readonly onlineMs: number;
  readonly flashReads: number;
  readonly flashBytesRead: number;
}

/** On a simulated box, of which a bench may see more than a story. */
export interface SimulatedAct extends Act {
  readonly stage: Stage;
}

/** A box that has just fallen asleep without mains, with a full worn cell and the cellular modem alone. */
export async function onBattery<T>(
  board: BoardProfile,
  story: (act: SimulatedAct) => Promise<T>,
  engine: Engine = NODE_ENGINE,
): Promise<T> {
  const stage = await Stage.open({ seed: 1, broker: "virtual", board, engine });
  const act: SimulatedAct = {
    stage,
    people: new People(stage),
    step: () => {},
    options: { exchanges: 0, killBroker: false },
  };
  try {
    stage.machine.battery.weather(WORN);
    await ordinaryDay(act);
    cutMains(act);
    await untilDark(act);
    stage.machine.battery.setChargePercent(100);
    return await story(act);
  } finally {
    await stage.close();
  }
}

function isSpent({ machine }: Stage): boolean {
  return machine.state === "off" || machine.battery.millivolts < machine.board.battery!.brownOutMillivolts;
}

/** 183 days with 100 exchanges, and on asleep until the cell is spent. */
export async function runHalfYear(board: BoardProfile, internet: "ok" | "blackHole" = "ok"): Promise<HalfYear> {
  return await onBattery(board, async (act) => {
    const { machine, world } = act.stage;
    machine.net.setInternet(internet);
    const samples: Sample[] = [];
    const visits: number[] = [];
    const from = world.nowMs;
    const before = new Map(machine.battery.usedMilliampHours());
    const full = machine.battery.state.chargeMilliampHours;
    const told = () => {
      const day = (world.nowMs - from) / DAY_MS;
      samples.push({ day, percent: machine.battery.chargePercent, exchanges: act.people.count });
      while (visits.length < act.people.count) visits.push(day);
    };
    const end = () => isSpent(act.stage);
    told();
    await halfYear(act, { days: HALF_YEAR_DAYS, exchanges: HALF_YEAR_EXCHANGES, end, told });
    const used = new Map<string, number>();
    for (const [load, mah] of machine.battery.usedMilliampHours()) used.set(load, mah - (before.get(load) ?? 0));
    await halfYear(act, { days: LONGEST_DAYS, exchanges: 0, end, told });
    const usableMah = full - machine.battery.state.chargeMilliampHours;
    return { samples, visits, used, usableMah, days: (world.nowMs - from) / DAY_MS };
  });
}

/** Days asleep with the check-ins, and nobody there, until the cell is spent. */
export async function runAsleep(board: BoardProfile): Promise<number> {
  return await onBattery(board, async (act) => {
    const { world } = act.stage;
    const from = world.nowMs;
    await halfYear(act, { days: LONGEST_DAYS, exchanges: 0, end: () => isSpent(act.stage) });
    return (world.nowMs - from) / DAY_MS;
  });
}

/** Exchanges one after another, each with its own wake and sleep, until the cell is spent. */
export async function runVisits(board: BoardProfile): Promise<number> {
  return await onBattery(board, async (act) => {
    while (!isSpent(act.stage) && (await isServed(act)));
    return act.people.count;
  });
}

/** False: the cell gave in between the button and the lock, and the box said so. */
async function isServed(act: SimulatedAct): Promise<boolean> {
  try {
    await visit(act);
    return true;
  } catch (error) {
    if (error instanceof TimeoutError && act.stage.machine.battery.chargePercent < SPENT_UNDER_LOAD) return false;
    throw error;
  }
}

/** mAh for one exchange while the box stays awake between them. */
export async function mahInARow(board: BoardProfile): Promise<number> {
  return await onBattery(board, async (act) => {
    const { battery } = act.stage.machine;
    await wakeUp(act);
    const before = battery.state.chargeMilliampHours;
    await act.people.comeAndGo(IN_A_ROW);
    return (before - battery.state.chargeMilliampHours) / IN_A_ROW;
  });
}

/** From the button to the keypad and to the cloud, and what the boot reads from flash for it. */
export async function runWake(board: BoardProfile): Promise<WakePhases> {
  return await onBattery(board, async (act) => {
    const { machine, world } = act.stage;
    const { journal, snapshot } = machine.flash;
    const reads = () => journal.reads + snapshot.reads;
    const bytes = () => journal.bytesRead + snapshot.bytesRead;
    const before = { reads: reads(), bytes: bytes(), ms: world.nowMs };
    const keypadMs = await wakeUp(act);
    const flash = { flashReads: reads() - before.reads, flashBytesRead: bytes() - before.bytes };
    const isOnline = () =>
      machine.panel.view?.notices.every((notice) => !notice.id.startsWith("notice-offline")) ?? false;
    await world.until(isOnline, MINUTE_MS, "the cloud");
    return { keypadMs, onlineMs: world.nowMs - before.ms, ...flash };
  });
}
