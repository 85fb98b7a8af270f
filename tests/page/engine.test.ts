import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listenTo, openBrowser, whyNoBrowser } from "../../sim/cli/page/browser.js";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { whyNoXs } from "../../sim/engines/xs/compile.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const SOON = { timeout: 30_000 };

describe.skipIf(whyNoBrowser() !== undefined || whyNoXs() !== undefined)("the engine is changed, by clicks", () => {
  let browser: Browser;
  let played: Played;
  let page: Page;
  let heard: readonly string[];
  beforeAll(async () => {
    browser = await openBrowser();
    played = await openTheatre();
    played.desk.pace = 60;
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
    heard = listenTo(page);
    await page.goto(`${played.server.url}#inside`);
    await page.getByText("Type 135790").first().waitFor(SOON);
  });
  afterAll(async () => {
    await page.close();
    await played.close();
    await browser.close();
    expect(heard).toEqual([]);
  });
  const lines = async (...all: readonly string[]) => {
    for (const line of all) played.loop.submit(line);
    await expect.poll(() => played.complaints, SOON).toEqual([]);
  };
  const isIdle = () => played.desk.machine.panel.view?.screen === "idle" && played.desk.isLit;

  test("XS takes over, says what it costs, hands back to Node, and the world went as it goes on Node alone", async () => {
    const { desk } = played;
    await page.getByText("Node counts nothing").waitFor(SOON);
    await page.getByRole("button", { name: "XS", exact: true }).click();
    await page.getByText(/M computrons so far, at most/).waitFor(SOON);
    expect(desk.engine.runs).toBe("xs");
    const before = desk.engine.computrons!;
    await lines("wait idle", "135790", "take A-1", "close A-1", "skip 1m");
    await expect.poll(() => desk.machine.bins.content(0), SOON).toBeUndefined();
    await expect.poll(isIdle, SOON).toBe(true);
    expect(desk.engine.computrons!).toBeGreaterThan(before);
    await page.getByRole("button", { name: "Node", exact: true }).click();
    await page.getByText("Node counts nothing").waitFor(SOON);
    await expect.poll(() => desk.machine.boots, SOON).toBe(3);
    await lines("wait idle", "wait synced");
    desk.director.goTo(desk.world.nowMs);
    await expect.poll(() => desk.director.section.isSame, SOON).toBe(true);
    // Nothing that an engine had counted before it took over counts as work of the box.
    expect(desk.machine.load.busyMs).toBe(desk.director.past!.machine.load.busyMs);
    // In the past nobody chooses.
    await expect.poll(() => page.getByRole("button", { name: "XS", exact: true }).count(), SOON).toBe(0);
    desk.director.backToNow();
  });

  test("a box that sleeps goes on with XS when it wakes", async () => {
    const { desk } = played;
    await lines("mains off", "skip 10m");
    await expect.poll(() => desk.machine.state, SOON).toBe("asleep");
    await lines("engine xs");
    await expect.poll(() => desk.engine, SOON).toMatchObject({ runs: "node", wanted: "xs" });
    await page.getByText("XS takes over at the next start").waitFor(SOON);
    await lines("reset", "wait idle");
    await expect.poll(() => desk.engine.runs, SOON).toBe("xs");
    await lines("engine node");
    await expect.poll(() => desk.engine.runs, SOON).toBe("node");
  });
});
