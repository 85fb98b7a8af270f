import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the processes of a run tell each other, as files in the folder that this variable of the environment names. */
export const FOLDER = "MUTANTS_FOLDER";

export interface Plan {
  /** By path from the root: the source with its changes behind switches. */
  readonly sources: Readonly<Record<string, string>>;
  /** Ids of the changes to try. */
  readonly chosen: readonly string[];
  /** Folders of tests. */
  readonly tests: readonly string[];
}

/** A line of the log: what has happened, each told before or as soon as it is known, so that a hang or a kill loses nothing. */
export type Line =
  /** A test, or all of them for a change that is made before they are read, is about to run and should not take longer. */
  | { readonly begun: string; readonly test: string; readonly msMax: number }
  | { readonly lived: string; readonly test: string }
  | { readonly killed: string; readonly test: string }
  /** Changes to what runs while the file `of` is read, once for all its tests; these take `ms` in all as they are. */
  | { readonly early: readonly string[]; readonly of: string; readonly ms: number }
  /** The test fails without any change; at once, or after changes were tried in it. */
  | { readonly broken: string; readonly at: "once" | "end" }
  /** A round of `ROUNDS_MS`, or everything. */
  | { readonly finished: number | "all" };

/** Quick tests are asked first, by what they take without a change, ms: what they see need not be tried in the slow ones. */
export const ROUNDS_MS = [40, 400, Number.POSITIVE_INFINITY];

export function readPlan(folder: string): Plan {
  return JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
}

export function writePlan(folder: string, plan: Plan): void {
  writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
  writeFileSync(join(folder, "log"), "");
}

export function tell(folder: string, line: Line): void {
  appendFileSync(join(folder, "log"), `${JSON.stringify(line)}\n`);
}

/** Another process may be in the middle of the last line: it counts when it is whole. */
export function readLog(folder: string): readonly Line[] {
  const lines = readFileSync(join(folder, "log"), "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}

/** The round that is on; the number of rounds: all are over. */
export function roundOf(log: readonly Line[]): number {
  return log.filter((line) => "finished" in line && line.finished !== "all").length;
}

/** The change that is made before the tests are read; undefined: each test tries its own. */
export function earlyChange(folder: string): string | undefined {
  const path = join(folder, "early");
  return existsSync(path) ? readFileSync(path, "utf8") || undefined : undefined;
}

export function setEarlyChange(folder: string, id: string | undefined): void {
  writeFileSync(join(folder, "early"), id ?? "");
}
