import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { WorldRecord } from "../../sim/cli/front/record/world-record.js";
import { listenTo, openBrowser, whyNoBrowser } from "../../sim/cli/page/browser.js";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { PreparedSchema } from "../../sim/page/server/prepared.js";

/** In the browser: counts the tones that are begun. */
const COUNT_TONES = `globalThis.tones = 0;
const { start: begin } = AudioScheduledSourceNode.prototype;
AudioScheduledSourceNode.prototype.start = function (at) { globalThis.tones++; return begin.call(this, at); };`;

/** What a manager does on the page before anything fails: an organisation of one's own, lists of keys, the checklist for an outage. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const SOON = { timeout: 20_000 };
const CSV = "text/csv";
const HEADER = "key name,fob serial,bin,home location\n";

describe.skipIf(whyNoBrowser() !== undefined)("a manager", () => {
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
    played.desk.pace = 60;
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
    heard = listenTo(page);
    await page.goto(played.server.url);
    await page.getByText("Type 135790").first().waitFor(SOON);
  });
  afterEach(async () => {
    await page.close();
    await played.close();
    // 409 and 413: it is not taken, and the page says why.
    expect(heard.filter((text) => !/status of (409|413)/.test(text))).toEqual([]);
  });

  const tab = async (name: string) => await page.getByRole("tab", { name }).click();
  const see = async (text: string | RegExp) => await page.getByText(text).first().waitFor(SOON);
  const choose = async (name: string, content: string | Buffer) => {
    const chooser = page.waitForEvent("filechooser");
    await page.getByText("Choose a CSV file …").click();
    await (await chooser).setFiles({ name, mimeType: CSV, buffer: Buffer.from(content) });
  };

  test("sees what is wrong with each line of a list of keys before anything is taken, and then takes it", async () => {
    const { store } = played.desk.cloud;
    const before = store.organisation.keys.length;
    await tab("Organisation");
    await choose(
      "keys.csv",
      `${HEADER}Lift room,771LFT,A-99,Paris Marais\nBoiler,772BOI,,Nowhere\nLoft,773LOF,,Paris Marais\n`,
    );
    await see("3 lines, 2 of them wrong, 0 that look like a slip.");
    const row = (line: number) => page.locator(".preview tbody tr").nth(line - 2);
    expect(await row(2).textContent()).toContain("A-99");
    expect(await row(3).textContent()).toContain("Nowhere");
    expect(await row(4).textContent()).toContain("✓");
    expect(await page.getByRole("button", { name: "Import 3 keys" }).isDisabled()).toBe(true);
    await choose("keys.csv", `${HEADER}Loft,773LOF,,Paris Marais\n`);
    await page.getByRole("button", { name: "Import 1 keys" }).click();
    await expect.poll(() => store.organisation.keys.length, SOON).toBe(before + 1);
  });

  test("what is no list of keys is refused with a sentence, and what is too long is not even sent", async () => {
    await tab("Organisation");
    await choose("photo.csv", "\u0000\u0001nothing like it");
    await see(/That did not work: nothing was imported/);
    await choose("huge.csv", Buffer.alloc(4_100_000, "x"));
    await see(/the list is longer than 4 MB/);
    const answer = await fetch(`${played.server.url}api/cloud/import/preview`, {
      method: "POST",
      body: "x".repeat(10_000_000),
    });
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([
      413,
      expect.stringContaining("import it in parts"),
    ]);
  });

  test("the checklist for an outage ticks itself, and remembers after a restart", async () => {
    await tab("Ready for an outage");
    const item = (text: RegExp) => page.locator(".checklist li", { hasText: text });
    await item(/box is online/)
      .locator(".tick", { hasText: "✓" })
      .waitFor(SOON);
    expect(await item(/emergency codes is printed/).getAttribute("class")).toBe("open");
    const saved = page.waitForEvent("download", { timeout: 60_000 });
    await page.getByRole("link", { name: /pack/i }).click();
    await saved;
    await item(/emergency codes is printed/)
      .locator(".tick", { hasText: "✓" })
      .waitFor(SOON);
    await page.getByRole("link", { name: "Save the list of keys (CSV)" }).click();
    await item(/list of keys is saved/)
      .locator(".tick", { hasText: "✓" })
      .waitFor(SOON);
    const { data, box } = played.desk;
    expect(data.read("prepared.json", PreparedSchema)?.boxes[box.id]).toMatchObject({ sheet: 1 });
    // The next sheet is not printed.
    played.loop.submit("cloud rotate");
    await expect.poll(() => item(/emergency codes is printed/).getAttribute("class"), SOON).toBe("open");
  });

  test("one more place and box; then an organisation from nothing", async () => {
    await tab("Organisation");
    const form = page.locator("form", { has: page.getByRole("button", { name: "Add place and box" }) });
    await form.getByLabel("Place").fill("Lyon Part-Dieu");
    await form.getByLabel("Time zone").fill("Mars/Olympus");
    await form.getByLabel("Name of the box").fill("MS5-LYON");
    await form.getByRole("button").click();
    await see(/That did not work: .*Mars/);
    await form.getByLabel("Time zone").fill("Europe/Paris");
    await form.getByRole("button").click();
    await expect.poll(() => played.desk.cloud.store.organisation.boxes.map(({ id }) => id), SOON).toContain("MS5-LYON");
    await page.locator(".settings select").first().selectOption("MS5-LYON");
    await expect.poll(() => played.desk.machine.name, SOON).toBe("MS5-LYON");
    let anew: WorldRecord | undefined;
    played.desk.onStartOver = (record) => {
      anew = record;
    };
    const fresh = page.locator("form", { has: page.getByRole("button", { name: "Begin with these alone" }) });
    await fresh.getByLabel("Place").fill("Kyoto");
    await fresh.getByLabel("Time zone").fill("Asia/Tokyo");
    await fresh.getByLabel("Name of the box").fill("MS4-KYOTO");
    await fresh.getByLabel("Model").selectOption("MS4");
    await fresh.getByRole("button").click();
    await expect.poll(() => anew?.box, SOON).toBe("MS4-KYOTO");
    const own = await openTheatre(anew);
    try {
      own.desk.pace = 60;
      await expect.poll(() => own.desk.cloud.store.boxState("MS4-KYOTO").online, SOON).toBe(true);
      expect(own.desk.cloud.store.organisation.keys).toEqual([]);
    } finally {
      await own.close();
    }
  });

  test("sees what passes the broker, sealed, and what is inside; and another box beside, to which a key goes along", async () => {
    await tab("Inside the box");
    const records = page.locator(".wire tbody tr", { hasText: /↑ *(hello|status|records)/ });
    await records.first().waitFor(SOON);
    expect(await page.locator(".wire tbody tr td:nth-child(4)").first().textContent()).toMatch(/^([0-9a-f]{2} ){24}…$/);
    await expect.poll(() => page.locator(".states").textContent(), SOON).toMatch(/running.*Ethernet.*yes.*yes.*idle/);
    played.loop.submit("135790");
    await expect.poll(() => played.desk.machine.bins.isOpen(0), SOON).toBe(true);
    await page.getByRole("button", { name: /^Take Rue de Rivoli/ }).click();
    await page.getByRole("button", { name: /Bin A-1, open/ }).click();
    await page.locator(".settings select").first().selectOption("MS4-TOKYO");
    const paris = page.locator(".neighbour", { hasText: "MS5-PARIS" });
    await paris.waitFor(SOON);
    await page.getByRole("button", { name: /^Choose 012ABC/ }).waitFor(SOON);
    await paris.getByRole("button", { name: "Stand in front of it" }).click();
    await page.locator(".neighbour", { hasText: "MS4-TOKYO" }).waitFor(SOON);
  });

  test("hears the box once the sound is on, and not before", async () => {
    await page.evaluate(COUNT_TONES);
    const refused = async () => {
      await page.getByRole("group", { name: "Screen of the box" }).focus();
      await page.keyboard.type("999999", { delay: 60 });
      await page.keyboard.press("Enter");
      await expect.poll(() => played.desk.machine.panel.view?.screen, SOON).toBe("refused");
      await page.keyboard.press("Escape");
      await expect.poll(() => played.desk.machine.panel.view?.screen, SOON).toBe("idle");
      return await page.evaluate<number>("globalThis.tones");
    };
    expect(await refused()).toBe(0);
    await page.getByRole("switch", { name: "Sound" }).click();
    expect(await refused()).toBe(1);
  });
});
