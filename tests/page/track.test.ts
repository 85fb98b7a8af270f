import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { listenTo, openBrowser, whyNoBrowser } from "../../sim/cli/page/browser.js";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";

/** The director's track: look back, send the whole world, and look into another one. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
/** In the browser: the slider is pulled to a second. */
const PULL = (slider: unknown, value: number) => {
  const input = slider as { value: string; dispatchEvent(event: Event): void };
  input.value = String(value);
  input.dispatchEvent(new Event("change", { bubbles: true }));
};
const SOON = { timeout: 20_000 };

describe.skipIf(whyNoBrowser() !== undefined)("the director's track", () => {
  let browser: Browser;
  let played: Played;
  let page: Page;
  let heard: readonly string[];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    played = await openTheatre();
    played.desk.pace = 3_600;
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
    heard = listenTo(page);
    await page.goto(played.server.url);
    await page.getByText("Type 135790").first().waitFor(SOON);
  });
  afterEach(async () => {
    await page.close();
    await played.close();
    // 409: the world does not allow it, and the page says why.
    expect(heard.filter((text) => !/status of 409/.test(text))).toEqual([]);
  });

  const click = async (name: string) => await page.getByRole("button", { name, exact: true }).first().click(SOON);
  const lines = async (...all: readonly string[]) => {
    for (const line of all) played.loop.submit(line);
    await expect.poll(() => played.complaints, SOON).toEqual([]);
  };
  /** A key is taken without the internet; answers ms from the beginning of the world, when it was in somebody's hand. */
  const takeKey = async (): Promise<number> => {
    await lines("wait idle", "net down", "135790", "take A-1", "close A-1", "skip 2m");
    await expect.poll(() => played.desk.machine.bins.content(0), SOON).toBeUndefined();
    const { done } = played.desk.recorder!;
    const at = done.find(({ input }) => input.act === "take")!.at;
    await lines("net up", "wait synced", "mains off", "skip 10m");
    await expect.poll(() => played.desk.machine.state, SOON).toBe("asleep");
    return at;
  };
  const pull = async (atMs: number) => {
    await page.locator(".track input[type=range]").evaluate(PULL, Math.ceil(atMs / 1_000));
  };

  test("a moment is chosen, and box, flash and cloud are as they were; then now goes on", async () => {
    const at = await takeKey();
    await page.getByLabel("What was done").selectOption(String(at));
    await page.getByText(/You look back/).waitFor(SOON);
    const { nowMs } = played.desk.world;
    // The door stands open, the key is in the hand, the mains is there; nothing of it has come to the cloud.
    await page.getByRole("button", { name: /Bin A-1, open/ }).waitFor(SOON);
    await page.getByRole("button", { name: /Choose 012ABC/ }).waitFor(SOON);
    expect(await page.getByRole("switch", { name: "Mains", exact: true }).isChecked()).toBe(true);
    expect(await page.getByRole("switch", { name: "Internet" }).isChecked()).toBe(false);
    await expect.poll(() => page.locator(".log tbody tr").count(), SOON).toBe(0);
    await page.getByRole("switch", { name: "Mains", exact: true }).click();
    await page.getByText(/this is the past/).waitFor(SOON);
    await click("× 60");
    await expect.poll(() => page.getByRole("button", { name: /Bin A-1, open/ }).count(), SOON).toBe(0);
    expect(played.desk.world.nowMs).toBe(nowMs);
    await click("Back to now");
    await page.getByText(/This is now/).waitFor(SOON);
    await page
      .getByText(/The box sleeps/)
      .first()
      .waitFor(SOON);
    expect(played.desk.pace).toBe(3_600);
  });

  test("a link has the whole world in it: another simulator shows the same, and goes on from there", async () => {
    const at = await takeKey();
    await click("Copy a link to this world");
    const link = await page.getByLabel("Link to this world").inputValue();
    expect(link.length).toBeLessThan(4_000);
    const other = await openTheatre();
    let goesOn: unknown;
    other.desk.onStartOver = (record) => {
      goesOn = record;
    };
    try {
      await page.goto(`${other.server.url}#${link.split("#")[1]}`);
      await page.getByText(/You look into another world/).waitFor(SOON);
      await page
        .getByText(/The box sleeps/)
        .first()
        .waitFor(SOON);
      expect(other.desk.director.past!.isSame).toBe(true);
      await page.getByLabel("What was done").selectOption(String(at));
      await page.getByRole("button", { name: /Choose 012ABC/ }).waitFor(SOON);
      await click("Go on from here …");
      await click("Go on from here");
      await expect.poll(() => goesOn, SOON).toMatchObject({ end: { at } });
    } finally {
      await page.goto("about:blank");
      await other.close();
    }
  });

  test("what is no world is refused with a sentence, and now goes on", async () => {
    const chooser = page.waitForEvent("filechooser");
    await page.getByText("Open a file …").click();
    await (await chooser).setFiles({ name: "world.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await page.getByText(/not the file of a world/).waitFor(SOON);
    await page.goto(`${played.server.url}#world=9.abc`);
    await page.getByText(/of a newer simulator/).waitFor(SOON);
    expect(played.desk.director.past).toBeUndefined();
  });

  test("the slider goes to any moment, back and forth", async () => {
    const at = await takeKey();
    for (const moment of [at, 1_000, at + 5_000]) {
      await pull(moment);
      await expect.poll(() => played.desk.director.section.at / 1_000, SOON).toBe(Math.ceil(moment / 1_000));
    }
    await pull(1e9);
    await expect.poll(() => played.desk.director.section.isSame, SOON).toBe(true);
  });
});
