import type { Locator, Page } from "playwright-core";
import { Random } from "../../world/random.js";
import { type JudgedWorld, judged } from "../front/record/judged.js";
import { worldFile } from "../front/record/world-text.js";
import { listenTo, openBrowser } from "./browser.js";
import { openTheatre } from "./played.js";

/** The screen twice: a code has several digits. */
const PLACES = [
  ".targets button",
  ".targets button",
  ".reset, .reader:enabled",
  "[role=switch]",
  "svg [role=button]",
  ".hand button",
  ".stories button:enabled, .caption button",
  ".choice button",
  "[role=tab]",
  ".tab-body button:enabled",
  ".hint button",
  ".track .back, .track select",
];
/** Whoever looks back comes back to now after so many clicks. */
const LOOKS_BACK = 4;
/** 409 and 503 are answers: the world does not allow it, and the page says why. */
const ANSWERS = /status of (409|503)/;
/** More virtual time than this is not judged again: with the fastest pace a year would go by, ms. */
const TOLD_EVERY_MS = 10_000;

export interface Clicked extends JudgedWorld {
  readonly seed: number;
  readonly clicks: number;
  /** Errors and warnings in the browser's console, and what the page threw. */
  readonly consoleErrors: readonly string[];
  readonly crashes: readonly string[];
  /** The whole world, for `npm run scenario -- --file`. */
  readonly file: string;
}

/**
 * Somebody clicks on whatever there is, without a plan, for `seconds`; then the world is played again with a judge beside each box. A seed
 * says what is chosen, not what there is to choose from: that depends on how fast the host is. The world's file repeats it exactly.
 */
export async function clickAround(seed: number, seconds: number, told: (text: string) => void): Promise<Clicked> {
  const random = new Random(seed);
  const browser = await openBrowser();
  const played = await openTheatre();
  const { desk } = played;
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
    const heard = listenTo(page);
    await page.goto(played.server.url);
    desk.pace = 60;
    const beganMs = performance.now();
    let clicks = 0;
    let toldMs = beganMs;
    let looksBack = 0;
    while (performance.now() - beganMs < 1_000 * seconds) {
      await clickSomething(page, random);
      clicks++;
      looksBack = desk.director.past === undefined ? 0 : looksBack + 1;
      if (looksBack > LOOKS_BACK) desk.director.backToNow();
      if (performance.now() - toldMs < TOLD_EVERY_MS) continue;
      toldMs = performance.now();
      told(
        `${Math.round((toldMs - beganMs) / 1_000)} of ${seconds} s, ${clicks} clicks, ${desk.recorder!.done.length} of them on the world`,
      );
    }
    desk.director.backToNow();
    desk.stopStory();
    const { record } = desk.recorder!;
    told(
      `${record.done.length} inputs in ${Math.round(record.end.at / 60_000)} virtual minutes: played again, with judges`,
    );
    const verdict = await judged(record);
    const crashes = desk.running.flatMap((machine) => machine.crashes.map(({ message }) => message));
    const consoleErrors = heard.filter((text) => !ANSWERS.test(text));
    return { seed, clicks, ...verdict, consoleErrors, crashes, file: worldFile(record) };
  } finally {
    await browser.close();
    await played.close();
  }
}

async function clickSomething(page: Page, random: Random): Promise<void> {
  const found: Locator = page.locator(random.pick(PLACES));
  const count = await found.count();
  if (count === 0) return;
  const one = found.nth(random.int(count));
  // What was there a moment ago may be gone: that is no fault.
  const gone = () => {};
  const isList = await one
    .evaluate((element) => element.nodeName === "SELECT", undefined, { timeout: 700 })
    .catch(gone);
  if (isList === true) await one.selectOption({ index: 1 + random.int(5) }, { timeout: 700 }).catch(gone);
  else await one.click({ timeout: 700, force: true }).catch(gone);
}

/** Nothing of it is broken. */
export function isSound({ problems, consoleErrors, crashes, isSame }: Omit<Clicked, "file">): boolean {
  return isSame && problems.length + consoleErrors.length + crashes.length === 0;
}
