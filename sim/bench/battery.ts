import { fileURLToPath } from "node:url";
import { MS4 } from "../../hal/boards/ms4/profile.js";
import { MS5 } from "../../hal/boards/ms5/profile.js";
import { whyNoXs } from "../engines/xs/compile.js";
import { HALF_YEAR_DAYS, HALF_YEAR_EXCHANGES } from "../trials/scenarios/six-months.js";
import { atCell, currentsOf, drawsOf } from "../world/devices/currents.js";
import { plotBattery } from "./battery-plot.js";
import { type HalfYear, mahInARow, runAsleep, runHalfYear, runVisits, runWake } from "./battery-run.js";
import type { Bench } from "./bench.js";
import { phaseTable, wakePhases } from "./wake-phases.js";

const HOURS = HALF_YEAR_DAYS * 24;
/** What has to be left after the half year, percent. */
const MARGIN_PERCENT = 20;
const BUILD = fileURLToPath(new URL("../../build", import.meta.url));

/** Loads that stand and fall with one assumption. */
const GROUPS = [
  { name: "asleep", loads: ["sleep", "hibernate"], assumes: "what the board leaks asleep" },
  { name: "self-discharge", loads: ["cell"], assumes: "1.5 % a month at 25 degrees" },
  {
    name: "awake",
    loads: ["awake", "starting", "reader", "backlight", "lamp"],
    assumes: "processor, reader and screen while awake",
  },
  { name: "radio", loads: ["cellular", "wifi", "ethernet"], assumes: "the modem's mean current" },
  { name: "locks", loads: ["lock"], assumes: "solenoid of 12 V, 0.6 A for 300 ms" },
] as const;

export const batteryBench: Bench = {
  name: "battery",
  summary:
    "a cell of 3,500 mAh worn to 90 % at 20 degrees, cellular only, until it is under the brown-out threshold; plots build/battery.svg and .png",
  figures: {
    daysAsleep: "MS5 asleep with its check-ins and nobody there",
    exchangesOnBattery: "MS5: exchanges one after another, each with a wake by the button and a sleep",
    exchangesInARow: "MS5: the same with the box awake all the time, from the cost of 60",
    daysWith100Exchanges: "MS5: 100 exchanges in 183 days, and then asleep",
    marginPercent: "MS5: what is left after the 183 days with 100 exchanges, of what the cell gives",
    marginWithoutInternetPercent: "MS5: the same where nothing answers all the time",
    "…Ms4": "the same for the MS4",
    "margin…DoubledPercent": "MS5: the margin if one of the three largest shares were twice as large",
    sleepMicroampsAllowed: "MS5: mean current asleep at the cell that would leave just 20 %",
    wakeToKeypadMs: "MS5: virtual ms from the press of the button to a usable keypad",
    wakeToOnlineMs: "and until the cloud has answered over cellular",
    wakeFlashBytesRead: "bytes read from journal and snapshot up to the keypad",
    wakeToKeypadComputrons:
      "MS5, on real XS: up to the usable keypad, the bridge's share included (absent without a compiler)",
    wakeToOnlineComputrons: "and until the cloud has answered",
  },
  async run(progress) {
    currentsTable(progress);
    const ms5 = await runHalfYear(MS5);
    const ms4 = await runHalfYear(MS4);
    const files = await plotBattery({
      runs: { MS5: ms5, MS4: ms4 },
      hibernateBelowPercent: MS5.power.hibernateBelowPercent,
      checkInAbovePercent: MS5.power.checkIn.abovePercent,
      marginPercent: MARGIN_PERCENT,
      out: BUILD,
    });
    for (const file of files) progress(`plot: ${file}`);
    usedTable(ms5, progress);
    const wake = await runWake(MS5);
    progress(`a wake reads flash ${wake.flashReads} times before the keypad is there`);
    const inARow = await mahInARow(MS5);
    return {
      daysAsleep: whole(await runAsleep(MS5)),
      exchangesOnBattery: await runVisits(MS5),
      exchangesInARow: whole(ms5.usableMah / inARow),
      daysWith100Exchanges: whole(ms5.days),
      marginPercent: tenth(margin(ms5)),
      marginWithoutInternetPercent: tenth(margin(await runHalfYear(MS5, "blackHole"))),
      daysAsleepMs4: whole(await runAsleep(MS4)),
      exchangesOnBatteryMs4: await runVisits(MS4),
      daysWith100ExchangesMs4: whole(ms4.days),
      marginPercentMs4: tenth(margin(ms4)),
      ...sensitivity(ms5, progress),
      sleepMicroampsAllowed: sleepAllowed(ms5),
      wakeToKeypadMs: wake.keypadMs,
      wakeToOnlineMs: wake.onlineMs,
      wakeFlashBytesRead: wake.flashBytesRead,
      ...(await phases(progress)),
    };
  },
};

/** Where XS can be had: a table of the wake by phase, and its sums. */
async function phases(progress: (text: string) => void): Promise<Record<string, number>> {
  const missing = whyNoXs();
  if (missing !== undefined) {
    progress(`no computrons: ${missing}`);
    return {};
  }
  const sums = await wakePhases(MS5);
  for (const line of phaseTable(sums)) progress(line);
  const [online, keypad] = [sums.at(-1)!, sums.at(-2)!];
  return { wakeToKeypadComputrons: keypad.computrons, wakeToOnlineComputrons: online.computrons };
}

function currentsTable(progress: (text: string) => void): void {
  for (const model of ["MS5", "MS4"] as const) {
    progress(`${model}, mA at the cell`);
    for (const [load, milliamps] of Object.entries(currentsOf(model))) {
      progress(`  ${load.padEnd(10)} ${milliamps.toFixed(3).padStart(9)}`);
      for (const line of drawsOf(model).filter((one) => one.load === load)) {
        progress(`    ${atCell(line).toFixed(4).padStart(11)}  ${line.part} (${line.source})`);
      }
    }
  }
}

function usedTable(run: HalfYear, progress: (text: string) => void): void {
  const total = sum(run.used.values());
  progress(`MS5, where ${total.toFixed(0)} mAh of ${run.usableMah.toFixed(0)} go in ${HALF_YEAR_DAYS} days:`);
  for (const { name, loads, assumes } of GROUPS) {
    const mah = usedBy(run, loads);
    const share = ((100 * mah) / total).toFixed(1).padStart(5);
    progress(`  ${name.padEnd(15)} ${mah.toFixed(1).padStart(7)} mAh ${share} %  (${assumes})`);
    for (const load of loads) progress(`    ${load.padEnd(13)} ${(run.used.get(load) ?? 0).toFixed(1).padStart(7)}`);
  }
  progress(`  for ${HALF_YEAR_EXCHANGES} exchanges and the check-ins between them`);
}

/** The margin with each of the three largest shares doubled, and with all of them. */
function sensitivity(run: HalfYear, progress: (text: string) => void): Record<string, number> {
  const shares = GROUPS.map(({ name, loads }) => ({ name, mah: usedBy(run, loads) }));
  const largest = shares.sort((a, b) => b.mah - a.mah).slice(0, 3);
  const figures: Record<string, number> = {};
  for (const { name, mah } of largest) {
    const camel = name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
    figures[`margin${camel}DoubledPercent`] = tenth(margin(run, mah));
    progress(`${name} doubled: ${margin(run, mah).toFixed(1)} % left`);
  }
  figures.marginAllThreeDoubledPercent = tenth(margin(run, sum(largest.map(({ mah }) => mah))));
  return figures;
}

/** Of what the cell gives, percent left after the half year, had `moreMah` been used besides. */
function margin(run: HalfYear, moreMah = 0): number {
  return 100 * (1 - (sum(run.used.values()) + moreMah) / run.usableMah);
}

function sleepAllowed(run: HalfYear): number {
  const asleep = usedBy(run, GROUPS[0].loads);
  const spareMah = run.usableMah * (1 - MARGIN_PERCENT / 100) - sum(run.used.values());
  return whole((1_000 * (asleep + spareMah)) / HOURS);
}

function usedBy(run: HalfYear, loads: readonly string[]): number {
  return sum(loads.map((load) => run.used.get(load) ?? 0));
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, one) => total + one, 0);
}

function whole(value: number): number {
  return Math.floor(value);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
