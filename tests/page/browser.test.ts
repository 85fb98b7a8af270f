import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { listenTo, openBrowser, whyNoBrowser } from "../../sim/cli/page/browser.js";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { exchangesOnFlash } from "./support/records.js";

/** The page as people use it, in Chromium: by clicks, by keyboard, and as a program that reads it aloud sees it. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
/** In the browser. */
const NAME_IN_FOCUS = `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`;
const TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
const SOON = { timeout: 15_000 };

describe.skipIf(whyNoBrowser() !== undefined)("in a browser", () => {
  let browser: Browser;
  let played: Played;
  let page: Page;
  let heard: readonly string[];
  /** What the test itself makes the browser say. */
  let wanted = /^$/;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    wanted = /^$/;
    played = await openTheatre();
    played.desk.pace = 60;
    page = await newPage();
    heard = listenTo(page);
    await page.goto(played.server.url);
    await see("Type 135790");
    await click("real");
    await page.getByRole("button", { name: "1", exact: true }).waitFor(SOON);
  });
  afterEach(async () => {
    await page.context().close();
    await played.close();
    expect(heard.filter((text) => !wanted.test(text))).toEqual([]);
  });

  const newPage = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: "en-GB", ...options });
    context.setDefaultTimeout(SOON.timeout);
    return await context.newPage();
  };
  const see = async (text: string | RegExp) => await page.getByText(text).first().waitFor(SOON);
  const click = async (name: string | RegExp) =>
    await page
      .getByRole("button", { name, exact: typeof name === "string" })
      .first()
      .click(SOON);
  const flip = async (name: string) => await page.getByRole("switch", { name, exact: true }).click();
  /** What the cloud's log shows on the page is what the box has on flash: each once, in order, with its mark. */
  const logIsTheJournal = async (count: number) => {
    await expect.poll(async () => (await rows()).length, SOON).toBe(count);
    expect(await rows()).toEqual(exchangesOnFlash(played.desk));
  };
  const rows = async () => {
    const answer = await page.request.get(`${played.server.url}api/cloud/log`);
    const { rows: found } = (await answer.json()) as { rows: { id: string; offline: boolean; status: string }[] };
    return found.filter(({ status }) => status !== "pending").map(({ id, offline }) => ({ id, offline }));
  };

  test("a stranger takes a key and brings it back, by clicks: without the internet, and it is all in the log afterwards", async () => {
    await flip("Internet");
    await click("to the next event");
    await expect
      .poll(() => played.desk.machine.panel.view?.notices.map(({ id }) => id) ?? [], SOON)
      .toContain("notice-offline-minutes");
    await click("Type it for me");
    await click(/^Take Rue de Rivoli/);
    await see("Rue de Rivoli 12 front door");
    await click(/Bin A-1, open/);
    await see(/You hold 012ABC/);
    await expect.poll(() => played.desk.machine.panel.view?.screen, SOON).not.toBe("bin-open");
    await click(/^Fob reader/);
    await click(/^Hang 012ABC into bin/);
    await click(/open: close the door/);
    await expect.poll(() => played.desk.machine.bins.state.open.includes(true), SOON).toBe(false);
    await flip("Internet");
    await logIsTheJournal(2);
    expect(await rows()).toMatchObject([{ offline: true }, { offline: true }]);
    await expect.poll(async () => await page.locator(".log .offline").count(), SOON).toBe(2);
  });

  test.each([
    ["the internet fails", 2],
    ["the power fails", 2],
    ["both fail at once", 2],
    ["a phone helps out", 0],
    ["the cloud is down", 2],
    ["all bins must open", 1],
  ])("story: %s, and the cloud's log is the box's journal", async (name, count) => {
    await click("× 60");
    await click(name);
    // Begun, or on a busy machine over already.
    await page.locator(".caption").first().waitFor(SOON);
    await page.locator(".caption.over").waitFor({ timeout: 90_000 });
    expect(played.complaints).toEqual([]);
    await see("The end. Everything is as before.");
    await logIsTheJournal(count);
    const { machine, isCloudUp, surroundings } = played.desk;
    expect([machine.mains.present, isCloudUp, surroundings.state.internet]).toEqual([true, true, "up"]);
  });

  test("a story is ended in the middle, and another one begins", async () => {
    await click("the power fails");
    await see(/step 1/);
    await click("Stop");
    await expect.poll(() => played.desk.story?.isOver, SOON).toBe(true);
    expect(played.complaints).toEqual([]);
    await click("the internet fails");
    await expect.poll(() => played.desk.story?.id, SOON).toBe("internet");
  });

  test("by keyboard only: a code, the key, the door, the reader", async () => {
    const focus = async (name: string | RegExp) => {
      for (let presses = 0; presses < 60; presses++) {
        const at = await page.evaluate<string>(NAME_IN_FOCUS);
        if (typeof name === "string" ? at === name : name.test(at)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`Tab never comes to ${name}`);
    };
    await focus("Screen of the box");
    await page.keyboard.type("135790", { delay: 150 });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Take Rue/ }).waitFor(SOON);
    await focus(/^Take Rue de Rivoli/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Choose 012ABC/ }).waitFor(SOON);
    await focus(/Bin A-1, open/);
    await page.keyboard.press("Enter");
    await expect.poll(() => played.desk.machine.bins.isOpen(0), SOON).toBe(false);
    await focus(/^Choose 012ABC/);
    await page.keyboard.press("Space");
    await expect.poll(() => played.desk.machine.panel.view?.screen, SOON).toBe("thank-you");
    await page.keyboard.press("Shift+Tab");
    await focus(/^Fob reader/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Hang 012ABC/ }).waitFor(SOON);
  });

  test("a key is dragged out of its bin and to the reader", async () => {
    await click("Type it for me");
    const key = page.getByRole("button", { name: /^Take Rue de Rivoli/ });
    await key.waitFor(SOON);
    await drag(key.locator(".tag"), page.locator(".hand"));
    await see(/You hold 012ABC|Click the door/);
    await click(/Bin A-1, open/);
    await expect.poll(() => played.desk.machine.panel.view?.screen, SOON).toBe("thank-you");
    await drag(page.locator(".chip"), page.locator(".reader"));
    await page.getByRole("button", { name: /^Hang 012ABC/ }).waitFor(SOON);
  });
  const drag = async (from: ReturnType<Page["locator"]>, to: ReturnType<Page["locator"]>) => {
    // By Playwright's own looks at where a thing is: what comes meanwhile moves the page.
    await from.hover();
    await page.mouse.down();
    await page.mouse.move(0, 0, { steps: 2 });
    await to.hover({ force: true });
    await page.mouse.up();
  };

  test("two pages and a command do opposite things, and all see what is", async () => {
    const other = await newPage();
    await other.goto(played.server.url);
    await Promise.all([flip("Mains"), other.getByRole("switch", { name: "Internet" }).click(SOON)]);
    played.loop.submit("battery 40%");
    for (const one of [page, other]) {
      await expect.poll(() => one.getByRole("switch", { name: "Mains", exact: true }).isChecked(), SOON).toBe(false);
      await expect.poll(() => one.getByRole("switch", { name: "Internet" }).isChecked(), SOON).toBe(false);
      await one
        .getByText(/(40\.0|39\.9) %/)
        .first()
        .waitFor(SOON);
    }
    await other.context().close();
  });

  test("no stream comes through: the page says so, and goes on by asking", async () => {
    wanted = /ERR_FAILED/;
    await page.route("**/api/events", (route) => route.abort());
    await page.reload();
    await see(/the page asks every second instead/);
    await flip("Mains");
    await expect.poll(() => page.getByRole("switch", { name: "Mains", exact: true }).isChecked(), SOON).toBe(false);
    await page.unroute("**/api/events");
    await expect.poll(() => page.getByText(/asks every second/).count(), SOON).toBe(0);
  });

  test("a manager adds somebody, and says what hangs in a bin after a look", async () => {
    await page.getByRole("tab", { name: "People and codes" }).click();
    await page.getByLabel("Name").fill("Ines Duarte");
    await page.getByLabel(/Serial of a badge/).fill("910ind");
    await click("Add a person");
    const { organisation } = played.desk.cloud.store;
    await expect.poll(() => played.desk.cloud.store.organisation.users.at(-1), SOON).toMatchObject({ badge: "910IND" });
    await page.getByRole("tab", { name: "Bins" }).click();
    await page.locator(".bin-list summary").first().click();
    await page.getByLabel("It holds … A-1", { exact: true }).selectOption({ label: "Meter room west" });
    const key = organisation.keys.find(({ name }) => name === "Meter room west")!.id;
    const { inventory } = played.desk.cloud.ingest.log;
    await expect.poll(() => inventory.content("MS5-PARIS", 0).item, SOON).toBe(`key:${key}`);
    await click("It is empty");
    await expect.poll(() => inventory.content("MS5-PARIS", 0).belief, SOON).toBe("empty");
  });

  test("somebody gets access in the cloud; the row says when the box has it; the code opens", async () => {
    await page.getByRole("tab", { name: "People and codes" }).click();
    await page.locator(".form select").nth(0).selectOption({ label: "Noor Haddad" });
    await page.locator(".form select").nth(1).selectOption({ label: "Meter room west" });
    await click("Give access");
    const row = page.getByRole("row", { name: /Noor Haddad.*Meter room west/ });
    await row.getByText("at the box").waitFor(SOON);
    const code = await row.getByRole("cell").nth(1).textContent();
    await page.getByRole("group", { name: "Screen of the box" }).focus();
    await page.keyboard.type(code!, { delay: 120 });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Take Meter room west/ }).waitFor(SOON);
    await flip("Internet");
    await row.getByRole("button", { name: /Take away/ }).click();
    await row.waitFor({ state: "detached", ...SOON });
  });

  test.each(["light", "dark"] as const)("axe finds nothing serious, %s, on any tab", async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await click("Type it for me");
    await page.getByRole("button", { name: /^Take Rue/ }).waitFor(SOON);
    for (const tab of [
      "Keys",
      "People and codes",
      "Bins",
      "Emergency codes",
      "Ready for an outage",
      "Firmware",
      "Organisation",
      "Inside the box",
      "Log",
    ]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.locator(".tab-body > :not(.note), .tab-body > p + *").first().waitFor();
      // The rest of the page is the same under each tab.
      const axe = new AxeBuilder({ page }).include(tab === "Keys" ? "body" : ".tab-body");
      // In the dark only the colours are others.
      if (colorScheme === "dark") axe.withRules(["color-contrast"]);
      const { violations } = await axe.analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${tab}: ${id} ${nodes.map(({ target }) => target).join(" ")}`)).toEqual(
        [],
      );
    }
  });

  test.each([
    [390, "fr"],
    [820, "ja"],
    [1920, "en"],
  ] as const)(
    "nothing is wider than a screen of %d px in %s, and every text is in that language",
    async (width, language) => {
      await page.setViewportSize({ width, height: 900 });
      await page.locator("select").nth(1).selectOption(language);
      for (const tab of ["log", "keys", "people", "bins", "sheets", "prepare", "firmware", "own", "inside"]) {
        await page.locator(`#tab-${tab}`).click();
        const beyond = await page.evaluate<number>(TOO_WIDE);
        expect([tab, beyond]).toEqual([tab, 0]);
      }
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
    },
  );
});
