import type { Browser, Page } from "playwright-core";
import { type Bench, NoToolError } from "../../bench/bench.js";
import { Playback } from "../front/record/playback.js";
import type { WorldRecord } from "../front/record/world-record.js";
import { openBrowser, whyNoBrowser } from "./browser.js";
import { busyWorld } from "./busy-world.js";
import { openTheatre } from "./played.js";

const RECORDS = 10_000;
const DAY_MS = 86_400_000;
const SOON = { timeout: 60_000 };
/** Longer, and somebody sees that the page stood still, ms. */
const LONG_MS = 50;
/** What Chromium writes into its trace: each turn of a thread. */
const CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline", "devtools.timeline", "__metadata"];
/** In the browser: notes the time of each frame until it is asked. */
const COUNT_FRAMES = `globalThis.frames = [];
const note = (at) => { globalThis.frames.push(at); requestAnimationFrame(note); };
requestAnimationFrame(note);`;

export const pageBench: Bench = {
  name: "page",
  summary: `the page of a box with 100 bins and ${RECORDS} records, while somebody works it, by Chromium's own trace`,
  figures: {
    records: "in the box's journal and the cloud's log",
    framesPerSecond: "drawn while somebody types, scrolls, filters and looks back",
    longestFrameMs: "between two of them",
    longestTaskMs: "longest turn of the page's thread",
    tasksOver50Ms: "turns of it over 50 ms",
    longestTaskCpuMs: "longest turn in the thread's own time, without waits for a processor that others use",
    tasksOver50CpuMs: "turns over 50 ms in the thread's own time",
    lookBackMs: "to play such a world again from its beginning, a day of it",
  },
  async run(progress) {
    const missing = whyNoBrowser();
    if (missing !== undefined) throw new NoToolError(missing);
    progress("people come and go");
    const world = await busyWorld(RECORDS, progress);
    const played = await openTheatre(world);
    const browser = await openBrowser();
    try {
      played.desk.pace = 1;
      const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
      await page.goto(played.server.url);
      await page.getByRole("tab", { name: "Inside the box" }).click(SOON);
      await page.locator(".sectors").waitFor(SOON);
      progress("somebody works the page");
      const figures = await measured(browser, page);
      progress("somebody looks back over a day");
      return { records: RECORDS, ...figures, lookBackMs: await lookBack(played.desk.recorder!.record) };
    } finally {
      await browser.close();
      await played.close();
    }
  },
};

async function measured(browser: Browser, page: Page) {
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.evaluate(COUNT_FRAMES);
  await work(page);
  const frames = await page.evaluate<number[]>("globalThis.frames");
  const turns = turnsIn(JSON.parse((await browser.stopTracing()).toString("utf8")));
  const gaps = frames.slice(1).map((at, i) => at - frames[i]!);
  const seconds = (frames.at(-1)! - frames[0]!) / 1_000;
  const round = (value: number) => Math.round(10 * value) / 10;
  return {
    framesPerSecond: round(gaps.length / seconds),
    longestFrameMs: round(Math.max(...gaps)),
    longestTaskMs: round(Math.max(...turns.map(({ ms }) => ms))),
    tasksOver50Ms: turns.filter(({ ms }) => ms > LONG_MS).length,
    longestTaskCpuMs: round(Math.max(...turns.map(({ cpuMs }) => cpuMs))),
    tasksOver50CpuMs: turns.filter(({ cpuMs }) => cpuMs > LONG_MS).length,
  };
}

async function work(page: Page): Promise<void> {
  await page.getByRole("group", { name: "Screen of the box" }).focus();
  await page.keyboard.type("710010", { delay: 100 });
  await page.keyboard.press("Enter");
  await page.waitForTimeout(1_500);
  for (const name of ["Log", "Keys", "Bins", "Inside the box", "Log"]) {
    await page.getByRole("tab", { name }).click(SOON);
    await page.waitForTimeout(400);
  }
  await page.locator("input[type=search]").pressSequentially("Flat B", { delay: 80 });
  for (let i = 0; i < 20; i++) await page.mouse.wheel(0, i < 10 ? 150 : -150);
  await page.getByRole("switch", { name: "Mains", exact: true }).click(SOON);
  await page.waitForTimeout(1_500);
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  /** Of the thread itself. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

interface Turn {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Turns of the main thread of whatever page had the most of them. */
function turnsIn({ traceEvents }: { readonly traceEvents: readonly TraceEvent[] }): readonly Turn[] {
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === "thread_name" && args?.name === "CrRendererMain";
  const main = new Set(traceEvents.filter(isMain).map(threadOf));
  const byThread = new Map<string, Turn[]>();
  for (const event of traceEvents) {
    if (!main.has(threadOf(event)) || event.ph !== "X" || !event.name.endsWith("RunTask")) continue;
    const { dur = 0, tdur = dur } = event;
    const turns = byThread.get(threadOf(event)) ?? [];
    turns.push({ ms: dur / 1_000, cpuMs: tdur / 1_000 });
    byThread.set(threadOf(event), turns);
  }
  const [most = []] = [...byThread.values()].sort((a, b) => b.length - a.length);
  if (most.length === 0) throw new Error("Chromium's trace has no turns of the page in it");
  return most;
}

/** What was done, and a day after it, is played again from the beginning, as the director does to show a moment. */
async function lookBack(record: WorldRecord): Promise<number> {
  const began = performance.now();
  const again = await Playback.open(record);
  await again.runTo({ at: record.end.at + DAY_MS, n: 0 });
  again.close();
  return Math.round(performance.now() - began);
}
