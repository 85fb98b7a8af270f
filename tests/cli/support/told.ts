import { expect } from "vitest";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import type { TextId } from "../../../firmware/panel/texts/en.js";
import { findCommand } from "../../../sim/cli/front/commands.js";
import { DataDirectory } from "../../../sim/cli/front/data-directory.js";
import { Desk } from "../../../sim/cli/front/desk.js";

const MINUTE_MS = 60_000;
/** How to go on: what somebody is to do, or that it goes on by itself. */
const WAY_OUT = /the box says: .*(Have |tries again|Sign in|Tell support)/;

/** A desk of MS5-PARIS over that broker, with its data in `path`: in sync, and a minute of its time takes a second. */
export async function deskOver(path: string, broker: Parameters<typeof Desk.open>[0]["broker"]): Promise<Desk> {
  const data = new DataDirectory(path);
  const desk = await Desk.open({ data, box: "MS5-PARIS", seed: 1, broker, language: "en", onProblem: () => {} });
  await desk.untilInSync(30_000);
  desk.pace = 60;
  return desk;
}

/** What the terminal's command `status` prints. */
export function status(desk: Desk): string {
  const { command } = findCommand(["status"])!;
  const context = { desk, columns: 200 } as Parameters<typeof command.run>[0];
  return (command.run(context, { words: ["status"], rest: "" }) as string[]).join("\n");
}

/** One of the texts is in what `status` prints, with the line of the trace below it, and what it says is how to go on. */
export async function isTold(desk: Desk, ids: readonly TextId[], reason: RegExp): Promise<void> {
  const wanted = ids.map((id) => formatText("en", { id, params: { cause: "\u0000" } }).split("\u0000")[0]!);
  let seen = "";
  const isThere = () => {
    seen = status(desk);
    return wanted.some((words) => seen.includes(`the box says: ${words}`)) && reason.test(seen);
  };
  if (!(await desk.until(isThere, 10 * MINUTE_MS)))
    throw new Error(`none of ${wanted.join(" / ")}, or no ${reason}, in\n${seen}`);
  expect(seen).toMatch(WAY_OUT);
}

/** The box is back, and nothing is said of a last try. */
export async function isBack(desk: Desk): Promise<void> {
  expect(await desk.until(() => !status(desk).includes("the box says"), 10 * MINUTE_MS)).toBe(true);
}
