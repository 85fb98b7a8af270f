import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openBrowser, whyNoBrowser } from "../../sim/cli/page/browser.js";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { ROOT } from "../tidy/sources.js";
import { FACTORY_KEYS, releaseFile } from "./support/releases.js";

/**
 * Pictures of the page, to look at after a change of it: `PICTURES=write npx vitest run tests/page/pictures.test.ts`. The first is the
 * README's; the others go to `build/pictures`.
 */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });
const FOLDER = join(ROOT, "sim/page/pictures");
const BUILD = join(ROOT, "build/pictures");
const CASES = [
  [390, "light", "ja"],
  [390, "dark", "fr"],
  [390, "light", "en"],
  [1280, "light", "fr"],
  [1280, "dark", "en"],
  [1280, "light", "ja"],
  [1920, "dark", "ja"],
  [1920, "light", "en"],
  [1920, "dark", "fr"],
] as const;
const TABS = ["log", "keys", "people", "bins", "sheets", "prepare", "firmware", "own", "inside"] as const;

describe.runIf(process.env.PICTURES === "write" && whyNoBrowser() === undefined)("pictures", () => {
  let browser: Browser;
  let played: Played;
  beforeAll(async () => {
    browser = await openBrowser();
    played = await openTheatre();
    played.desk.pace = 60;
    mkdirSync(FOLDER, { recursive: true });
    mkdirSync(BUILD, { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
    await played.close();
  });

  const open = async (width: number, height: number, colorScheme: "light" | "dark", language: string) => {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
    await page.goto(played.server.url);
    await page.locator("select").nth(1).selectOption(language);
    await page.locator(".targets button").first().waitFor({ state: "attached" });
    return page;
  };
  /** A story that stands still in its middle: a bin is open, a caption on. */
  const inTheMiddle = async (page: Page) => {
    await page.getByText("Type 135790").waitFor({ timeout: 60_000 });
    played.desk.pace = 1;
    played.desk.playStory("internet");
    await page
      .locator(".caption")
      .getByText(/Somebody comes for/)
      .waitFor({ timeout: 60_000 });
    await expect.poll(() => played.desk.machine.bins.state.open.includes(true), { timeout: 30_000 }).toBe(true);
    await page.waitForTimeout(600);
  };

  test("the README's: a key is taken without the internet", async () => {
    const page = await open(1440, 1000, "light", "en");
    await inTheMiddle(page);
    await page.screenshot({ path: join(FOLDER, "page.png") });
    await expect.poll(() => played.desk.story?.isOver, { timeout: 120_000 }).toBe(true);
    await page.close();
  });

  /** Two releases, one of them on its way to the boxes. */
  const giveOutRelease = async () => {
    const { releases } = played.desk.cloud;
    const post = async (path: string, body: Uint8Array | string, type = "application/octet-stream") => {
      const answer = await fetch(`${played.server.url}api/cloud/firmware${path}`, {
        method: "POST",
        headers: { "Content-Type": type },
        body,
      });
      expect(answer.ok, await answer.text()).toBe(true);
    };
    await post("/file?name=keys-1.cbor", new Uint8Array(FACTORY_KEYS));
    for (const release of [8, 9]) await post(`/file?name=MS5-${release}.release`, new Uint8Array(releaseFile(release)));
    releases.told("MS5-PARIS", { release: 7, room: 100_000, list: 1, isTrial: false });
    await post("", JSON.stringify({ change: "start", model: "MS5", release: 8 }), "application/json");
  };

  test("a release is given out", giveOutRelease);

  test.each(CASES)("%d px, %s, %s: each tab", async (width, scheme, language) => {
    const page = await open(width, 900, scheme, language);
    for (const tab of TABS) {
      await page.locator(`#tab-${tab}`).click();
      await page.locator(".tab-body > :not(.note), .tab-body > p + *").first().waitFor();
      await page.evaluate("document.fonts.ready");
      const path = join(BUILD, `${width}-${scheme}-${language}-${tab}.png`);
      // The rest of the page is the same under each tab.
      if (tab === TABS[0]) await page.screenshot({ path, fullPage: true });
      else await page.locator(".cloud").screenshot({ path });
    }
    await page.close();
  });
});
