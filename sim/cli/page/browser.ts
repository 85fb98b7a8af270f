import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Why tests in a browser cannot run here, or undefined. In CI they must: there it counts as a failure. */
export function whyNoBrowser(): string | undefined {
  if (programOf() !== undefined) return undefined;
  const missing = "no Chromium is installed: on Debian, apt-get install chromium, or name one in CHROMIUM";
  if (process.env.CI === "true") throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return missing;
}

function programOf(): string | undefined {
  return [process.env.CHROMIUM ?? "", ...PROGRAMS].find((path) => path !== "" && existsSync(path));
}

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: programOf()!, args: ["--no-sandbox"] });
}

/** What a page said that it should not have: errors in its console, and what it threw. */
export function listenTo(page: Page): readonly string[] {
  const heard: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") heard.push(message.text());
  });
  page.on("pageerror", (error) => heard.push(error.message));
  return heard;
}
