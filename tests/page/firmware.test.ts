import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listenTo, openBrowser, whyNoBrowser } from "../../sim/cli/page/browser.js";
import { openTheatre, type Played } from "../../sim/cli/page/played.js";
import { signer } from "../../sim/trials/update-trial/releases.js";
import { FACTORY_KEYS, releaseFile } from "./support/releases.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const SOON = { timeout: 20_000 };

describe.skipIf(whyNoBrowser() !== undefined)("firmware, by clicks only", () => {
  let browser: Browser;
  let played: Played;
  let page: Page;
  let heard: readonly string[];
  beforeAll(async () => {
    browser = await openBrowser();
    played = await openTheatre();
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: "en-GB" });
    heard = listenTo(page);
    await page.goto(`${played.server.url}#firmware`);
  });
  afterAll(async () => {
    await page.close();
    await played.close();
    await browser.close();
    // 409: it is not taken, and the page says why.
    expect(heard.filter((text) => !/status of 409/.test(text))).toEqual([]);
  });
  const see = async (text: string | RegExp) => await page.getByText(text).first().waitFor(SOON);
  const add = async (name: string, buffer: Buffer) => {
    const chooser = page.waitForEvent("filechooser");
    await page.getByText("Add a file …").click();
    await (await chooser).setFiles({ name, mimeType: "application/octet-stream", buffer });
  };

  test("what no box would take is refused in words; a release is given out in waves, paused, and pinned to a box", async () => {
    const { desk } = played;
    await see("There is no release yet.");
    await add("MS5-8.release", releaseFile(8));
    await see(/add keys-1\.cbor first/);
    await add("keys-1.cbor", Buffer.from(FACTORY_KEYS));
    await add("MS5-9.release", releaseFile(9, [signer(0)]));
    await see(/1 of the keys of list 1 signed it, and 2 have to/);
    await add("MS5-8.release", releaseFile(8));
    await see("MS5 8 (0.8.0)");
    await expect.poll(() => desk.cloud.store.boxState("MS5-PARIS").image?.release, SOON).toBe(1);
    await page.getByRole("button", { name: "Give it to the boxes" }).click();
    await see("Release 8 to MS5 boxes");
    expect(await page.locator(".waves progress").count()).toBe(4);
    await page.getByRole("button", { name: "Pause" }).click();
    await see("paused");
    expect(desk.cloud.releases.rollouts.MS5).toMatchObject({ state: "paused" });
    await page.getByLabel("Fixed to, MS5-PARIS").selectOption("8");
    await expect.poll(() => desk.cloud.store.boxState("MS5-PARIS").pin, SOON).toBe(8);
    await page.getByLabel("Only boxes below release").fill("8");
    await see("boxes: 3");
    await page.getByLabel("Only boxes below release").fill("1");
    // Those that never told.
    await see("boxes: 2");
    expect(desk.director.section.canLookBack).toBe(false);
  });

  test("what is no change, or of no box, is refused", async () => {
    const post = (body: string) =>
      fetch(`${played.server.url}api/cloud/firmware`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      });
    expect((await post('{"change":"burn"}')).status).toBe(400);
    expect((await post('{"change":"pin","box":"NONE","release":8}')).status).toBe(409);
    expect((await post('{"change":"start","model":"MS4","release":8}')).status).toBe(409);
  });
});
