import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../../sim/world/random.js";
import { listenTo, openBrowser, whyNoBrowser } from "./support/browser.js";
import { exchangesOnFlash } from "./support/records.js";
import { openTheatre, type Played } from "./support/theatre.js";

/**
 * Somebody clicks on whatever there is, without a plan. Longer, or the same again: `EXPLORE_SECONDS=600 EXPLORE_SEED=7 npx vitest run
 * tests/page/explore.test.ts`. Clicks depend on how fast the host is: a seed says what is chosen, not what there is to choose from.
 */
const SECONDS = Number(process.env.EXPLORE_SECONDS ?? 12);
const SEED = Number(process.env.EXPLORE_SEED ?? 1);
vi.setConfig({ testTimeout: (SECONDS + 240) * 1_000, hookTimeout: 60_000 });
const SYNC_MS = 180_000;
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
];

describe.skipIf(whyNoBrowser() !== undefined)("clicks without a plan", () => {
  let browser: Browser;
  let played: Played;
  beforeAll(async () => {
    browser = await openBrowser();
    played = await openTheatre();
  });
  afterAll(async () => {
    await browser.close();
    await played.close();
  });

  test(`for ${SECONDS} s, seed ${SEED}: nothing breaks, and afterwards the cloud's log is the box's journal`, async () => {
    const random = new Random(SEED);
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
    const heard = listenTo(page);
    await page.goto(played.server.url);
    played.desk.pace = 60;
    const untilMs = performance.now() + SECONDS * 1_000;
    let clicks = 0;
    while (performance.now() < untilMs) {
      await clickSomething(page, random);
      clicks++;
    }
    expect(clicks).toBeGreaterThan(SECONDS / 2);
    // 409 and 503 are answers: the world does not allow it, and the page says why.
    expect(heard.filter((text) => !/status of (409|503)/.test(text))).toEqual([]);
    expect(played.desk.machine.crashes).toEqual([]);
    await makeWhole();
    const answer = await page.request.get(`${played.server.url}api/cloud/log?limit=500`);
    const { rows } = (await answer.json()) as { rows: { id: string; offline: boolean }[] };
    expect(rows.map(({ id, offline }) => ({ id, offline }))).toEqual(exchangesOnFlash(played.desk));
  });

  async function clickSomething(page: Page, random: Random): Promise<void> {
    const what = PLACES[random.int(PLACES.length)]!;
    const found: Locator = page.locator(what);
    const count = await found.count();
    if (count === 0) return;
    // What was there a moment ago may be gone: that is no fault.
    await found
      .nth(random.int(count))
      .click({ timeout: 700, force: true })
      .catch(() => {});
  }

  /** Everything on, every door shut, and box and cloud agree. */
  async function makeWhole(): Promise<void> {
    const { desk } = played;
    desk.stopStory();
    desk.isCloudUp = true;
    desk.isBrokerUp = true;
    desk.surroundings.setInternet("up");
    desk.machine.setBattery(true);
    desk.machine.setMains(true);
    desk.machine.restorePower();
    for (let bin = 0; bin < desk.machine.bins.count; bin++) {
      desk.machine.bins.unreachable(bin, false);
      desk.machine.bins.close(bin);
    }
    desk.pace = 60;
    const has = () => desk.cloud.store.boxState(desk.machine.name);
    await expect
      .poll(() => has().online && !has().status?.unsent && exchangesOnFlash(desk).length === logged(), {
        timeout: SYNC_MS,
      })
      .toBe(true);
  }

  function logged(): number {
    const { exchanges, emergencies } = played.desk.cloud.store.data;
    return [...exchanges, ...emergencies].filter(({ status }) => status !== "pending").length;
  }
});
