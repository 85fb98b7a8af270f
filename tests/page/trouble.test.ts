import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { listenTo, openBrowser, whyNoBrowser } from "../../sim/cli/page/browser.js";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { Assets } from "../../sim/page/build.js";
import { LOOPBACK, PageServer } from "../../sim/page/server/server.js";

/** What comes at the page from outside is wrong or hostile, or does not come: it says so, and goes on by itself. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const SOON = { timeout: 20_000 };
/** A name that would run in a page that took it for markup. */
const HOSTILE = '<img src=x onerror="globalThis.wasRun=1">"{bin}';
const WAS_RUN = "globalThis.wasRun === undefined ? 'no' : 'yes'";

describe.skipIf(whyNoBrowser() !== undefined)("a page in trouble", () => {
  let browser: Browser;
  let played: Played;
  let context: BrowserContext;
  let page: Page;
  let heard: readonly string[];
  beforeAll(async () => {
    browser = await openBrowser();
    played = await openTheatre();
    played.desk.pace = 60;
  });
  afterAll(async () => {
    await played.close();
    await browser.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
    page = await context.newPage();
    heard = listenTo(page);
  });
  afterEach(async () => {
    await context.close();
    // What the browser says of an answer that is an error, and of a server that is not there.
    expect(heard.filter((text) => !/status of (409|413)|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE/.test(text))).toEqual([]);
  });
  const open = async (after = "") => {
    await page.goto(`${played.server.url}${after}`);
    await page.getByText("Type 135790").first().waitFor(SOON);
  };
  const see = async (text: string | RegExp) => await page.getByText(text).first().waitFor(SOON);
  const openFile = async (text: string) => {
    const chooser = page.waitForEvent("filechooser");
    await page.getByText("Open a file …").click();
    await (await chooser).setFiles({ name: "world.json", mimeType: "application/json", buffer: Buffer.from(text) });
  };

  test("the browser's clock is years ahead, and it has no WebSocket: times and windows are the world's", async () => {
    await context.clock.setFixedTime(new Date("2041-05-06T07:08:09Z"));
    await context.addInitScript("globalThis.WebSocket = undefined");
    await open("#people");
    const year = new Date(1_000 * played.desk.world.wallSeconds()).getUTCFullYear();
    expect(await page.locator(".clock time").textContent()).toContain(`${year}`);
    await page.locator(".form select").nth(0).selectOption({ label: "Noor Haddad" });
    await page.locator(".form select").nth(1).selectOption({ label: "Meter room west" });
    await page.locator(".form select").nth(2).selectOption("day");
    await page.getByRole("button", { name: "Give access" }).click();
    const row = page.getByRole("row", { name: /Noor Haddad.*Meter room west/ });
    await row.getByText(new RegExp(`^${year}-.* to ${year}-`)).waitFor(SOON);
    expect(await row.getAttribute("class")).toBe("");
    // Live all the same: what happens is seen at once.
    played.loop.submit("net down");
    await expect.poll(() => page.getByRole("switch", { name: "Internet" }).isChecked(), SOON).toBe(false);
    played.loop.submit("net up");
  });

  test("links that are cut, changed, or unfold without end are refused with a sentence, and now goes on", async () => {
    await open();
    const { link } = (await (await page.request.get(`${played.server.url}api/world/link`)).json()) as { link: string };
    const bomb = deflateSync(Buffer.alloc(40_000_000, " "), { level: 9 }).toString("base64url");
    for (const [text, sentence] of [
      [link.slice(0, Math.floor(link.length / 2)), /cut|not whole|no link/],
      [`${link.slice(0, -9)}AAAAAAAAA`, /cut|changed|not whole|no link/],
      [`world=1.${bomb}`, /MiB|too long|larger|unfolds/],
      ["world=<script>", /no link|not the link|link of a world/],
    ] as const) {
      await page.goto(`${played.server.url}#${text}`);
      await see(sentence);
      await page.getByRole("button", { name: "close" }).first().click();
    }
    expect(played.desk.director.past).toBeUndefined();
    const { nowMs } = played.desk.world;
    await expect.poll(() => played.desk.world.nowMs, SOON).toBeGreaterThan(nowMs);
  });

  test("a file with markup for names is shown as it is written, and none of it runs", async () => {
    await open();
    played.loop.submit("wait idle");
    played.desk.do({ act: "add-user", name: HOSTILE, badge: null });
    const text = await (await page.request.get(`${played.server.url}api/world/file`)).text();
    expect(text).toContain("onerror");
    await openFile(text.replace('"act":"add-user"', '"act":"rm -rf"'));
    await see(/not the file of a world|cannot be|is no/);
    await openFile(text);
    await see(/You look into another world/);
    await page.getByRole("tab", { name: "People and codes" }).click();
    await expect.poll(() => page.locator("option", { hasText: HOSTILE }).count(), SOON).toBe(1);
    expect(await page.evaluate(WAS_RUN)).toBe("no");
    await page.getByRole("button", { name: "Back to now" }).click();
    await see(/This is now/);
  });

  test("a list of keys of ten megabytes is not even sent, and the page works on", async () => {
    await open("#own");
    const sent: string[] = [];
    page.on("request", (request) => sent.push(new URL(request.url()).pathname));
    const chooser = page.waitForEvent("filechooser");
    await page.getByText("Choose a CSV file").click();
    const folder = mkdtempSync(join(tmpdir(), "smartbox-page-"));
    try {
      const path = join(folder, "keys.csv");
      writeFileSync(path, Buffer.alloc(10_000_000, "Flat 1,012ABC,A-1,Paris\n"));
      await (await chooser).setFiles(path);
      await see(/longer than 4 MB: import it in parts/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(sent.filter((path) => path.includes("import"))).toEqual([]);
    await page.getByRole("tab", { name: "Keys" }).click();
    await page.getByRole("row", { name: /Meter room west/ }).waitFor(SOON);
  });

  test("the server goes away and comes back: the page says so, and goes on by itself with what is then", async () => {
    const { desk } = played;
    await open();
    const { port } = new URL(played.server.url);
    await played.server.stop();
    await see(/The simulator does not answer/);
    // Something is asked for meanwhile, and something happens.
    await page.getByRole("switch", { name: "Internet" }).click();
    desk.do({ act: "mains", on: false });
    const again = await PageServer.start(desk, { port: Number(port), host: LOOPBACK, assets: new Assets() });
    try {
      await expect.poll(() => page.getByText(/The simulator does not answer/).count(), SOON).toBe(0);
      const mains = page.getByRole("switch", { name: "Mains", exact: true });
      await expect.poll(() => mains.isChecked(), SOON).toBe(false);
      await mains.click();
      await expect.poll(() => desk.machine.mains.present, SOON).toBe(true);
      // What could not be told was not done, and nothing says that it was.
      expect(desk.surroundings.state.internet).toBe("up");
      expect(await page.getByRole("switch", { name: "Internet" }).isChecked()).toBe(true);
    } finally {
      await page.goto("about:blank");
      await again.stop();
    }
  });
});
