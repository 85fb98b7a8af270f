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
  /** A test, or a file's tests for a change that is made before they are read, is about to run and should not take longer. */
  | { readonly begun: string; readonly test: string; readonly msMax: number }
  | { readonly lived: string; readonly test: string }
  | { readonly killed: string; readonly test: string }
  | FileSeen
  /** The test fails without any change; at once, or after changes were tried in it. */
  | { readonly broken: string; readonly at: "once" | "end" }
  /** A round of `ROUNDS_MS`, or everything. */
  | { readonly finished: number | "all" };

/** A file of tests without a change. */
export interface FileSeen {
  /** From the root. */
  readonly of: string;
  /** Changes to what runs while the file is read, once for all its tests. */
  readonly early: readonly string[];
  /** Changes that tests come by which take too long for the round that was on. */
  readonly leftOut: readonly string[];
  /** All its tests, and the one that takes longest, ms. */
  readonly ms: number;
  readonly longestMs: number;
}

/** Quick tests are asked first, by what they take without a change, ms: what they see need not be tried in the slow ones. */
export const ROUNDS_MS = [100, Number.POSITIVE_INFINITY];

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

/** What is known of each file of tests, by its path from the root: what was told last. */
export function filesSeen(log: readonly Line[]): ReadonlyMap<string, FileSeen> {
  return new Map(log.flatMap((line) => ("of" in line ? [[line.of, line] as const] : [])));
}

/** What some test has killed. Kills by one that was out of order afterwards are in doubt, unless another has seen the change too. */
export function killsIn(log: readonly Line[]): {
  readonly killed: ReadonlySet<string>;
  /** The file of the test, by change. */
  readonly doubtful: ReadonlyMap<string, string>;
} {
  const broken = new Set(log.flatMap((line) => ("broken" in line && line.at === "end" ? [line.broken] : [])));
  const kills = log.flatMap((line) => ("killed" in line ? [line] : []));
  const killed = new Set(kills.filter(({ test }) => !broken.has(test)).map((line) => line.killed));
  const doubts = kills.filter((line) => !killed.has(line.killed));
  return { killed, doubtful: new Map(doubts.map((line) => [line.killed, fileOf(line.test)])) };
}

/** Tests are told as `file > which`. */
export function fileOf(test: string): string {
  return test.split(" > ")[0]!;
}

/** Changes that are made before a file of tests is read, to be tried one after another. */
export interface Early {
  readonly ids: readonly string[];
  /** What the tests are told as. */
  readonly test: string;
  /** No file takes longer with a change, and no test that does not say how long itself, ms. */
  readonly msMax: number;
  readonly testMsMax: number;
}

/** Undefined: each test tries its own. */
export function earlyChanges(folder: string): Early | undefined {
  const path = join(folder, "early.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) ?? undefined) : undefined;
}

export function setEarlyChanges(folder: string, early: Early | undefined): void {
  writeFileSync(join(folder, "early.json"), JSON.stringify(early ?? null));
}
