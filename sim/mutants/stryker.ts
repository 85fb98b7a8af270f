import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { MutantResult, PartialStrykerOptions } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { ROOT } from "../xs/bundle.js";
import { isForPeople, isRepeated, KINDS, type Node, oneLine, type Path, placeOf, textOf } from "./changes.js";

/** A change to one place of the source. Place and texts tell it from every other, and outlive changes elsewhere in the file. */
export interface Mutant {
  /** From the root of the repository. */
  readonly file: string;
  /** The class, method, function or constant that it is in. */
  readonly place: string;
  readonly from: string;
  readonly to: string;
  /** Which of several with the same texts in the same place; from 1. */
  readonly nth: number;
  /** From 1. */
  readonly line: number;
}

export interface Tried {
  readonly mutant: Mutant;
  readonly survived: boolean;
}

/** Longer texts are cut: a whole function is known by its first words. */
const TEXT_MAX = 120;
/** A changed program that turns in a circle is stopped after this, ms, and some times what its tests take otherwise. */
const TIMEOUT_MS = 6_000;
const TIMEOUT_FACTOR = 4;

interface NodeMutator {
  readonly name: string;
  mutate(path: Path): Iterable<Node>;
}

interface Found {
  readonly path: string;
  readonly place: string;
  readonly from: string;
  readonly to: string | undefined;
}

/**
 * Stryker with the changes of `changes.ts` added. Its list of mutators is an array that nobody can add to from outside, so this
 * replaces what is in the array; the version is pinned for that reason.
 */
export class Changer {
  /** Every change in the order in which it is come across. */
  #found: Found[] = [];
  /** The changes to make, by their number within the file; all when there is none. */
  #chosen: ReadonlyMap<string, ReadonlySet<number>> | undefined;
  readonly #counts = new Map<string, number>();

  private constructor(mutators: NodeMutator[]) {
    const wrapped = [...mutators.map(ofStryker), ...KINDS].map((kind) => ({
      name: kind.name,
      mutate: (path: Path) => this.#mutate(kind, path),
    }));
    mutators.splice(0, mutators.length, ...wrapped);
  }

  static async open(): Promise<Changer> {
    const home = dirname(createRequire(import.meta.url).resolve("@stryker-mutator/instrumenter/package.json"));
    const { allMutators } = await import(pathToFileURL(join(home, "dist/src/mutators/mutate.js")).href);
    return new Changer(allMutators);
  }

  *#mutate(kind: (typeof KINDS)[number], path: Path): Iterable<Node> {
    if (isForPeople(path)) return;
    const file = path.hub.file.opts.filename;
    for (const { replacement, from, to } of kind.changes(path)) {
      if (isRepeated(path, replacement)) continue;
      const number = this.#counts.get(file) ?? 0;
      this.#counts.set(file, number + 1);
      if (this.#chosen?.get(file)?.has(number) === false) continue;
      this.#found.push({ path: file, place: placeOf(path), from: from ?? textOf(path, path.node), to });
      yield replacement;
    }
  }

  #begin(chosen: ReadonlyMap<string, ReadonlySet<number>> | undefined): void {
    this.#found = [];
    this.#counts.clear();
    this.#chosen = chosen;
  }

  /** Every change to these files, in the order of the source. The same sources give the same list. */
  async list(files: readonly string[]): Promise<readonly Mutant[]> {
    this.#begin(undefined);
    const silent = new Proxy({}, { get: () => () => false });
    const { mutants } = await new Instrumenter(silent as ConstructorParameters<typeof Instrumenter>[0]).instrument(
      files.map((file) => ({ name: join(ROOT, file), mutate: true, content: readFileSync(join(ROOT, file), "utf8") })),
      { ignorers: [], excludedMutations: [], plugins: ["typescript"] } as never,
    );
    return this.#named(mutants.map(({ replacement, location }) => [replacement, location.start.line + 1]));
  }

  #named(results: readonly (readonly [replacement: string, line: number])[]): readonly Mutant[] {
    const times = new Map<string, number>();
    return results.map(([replacement, line], index) => {
      const { path, place, from, to } = this.#found[index]!;
      const mutant = { file: relative(ROOT, path), place, from: cut(from), to: cut(to ?? replacement) };
      const key = JSON.stringify(mutant);
      const nth = (times.get(key) ?? 0) + 1;
      times.set(key, nth);
      return { ...mutant, nth, line };
    });
  }

  /**
   * Makes the changes `chosen` of `all`, one at a time, and runs the tests of the folders `tests` that come by it.
   * @throws {Error} the tests fail without any change
   */
  async run(parts: {
    readonly all: readonly Mutant[];
    readonly chosen: readonly Mutant[];
    readonly tests: readonly string[];
    readonly concurrency: number;
  }): Promise<readonly Tried[]> {
    const { all, chosen, tests, concurrency } = parts;
    const files = [...new Set(chosen.map(({ file }) => file))];
    const wanted = new Set(chosen);
    const numbers = (file: string) =>
      all.filter((mutant) => mutant.file === file).flatMap((mutant, number) => (wanted.has(mutant) ? [number] : []));
    this.#begin(new Map(files.map((file) => [join(ROOT, file), new Set(numbers(file))])));
    process.env.MUTANTS_TESTS = tests.join(",");
    const results = await new Stryker(options(files, concurrency)).runMutationTest();
    return chosen.map((mutant) => ({ mutant, survived: isAlive(this.#result(results, mutant, chosen)) }));
  }

  #result(results: readonly MutantResult[], mutant: Mutant, chosen: readonly Mutant[]): MutantResult {
    // Stryker numbers the changes as it comes across them, file by file; so does the list.
    const ofFile = (one: { readonly fileName: string }) => relative(ROOT, one.fileName) === mutant.file;
    const number = chosen.filter(({ file }) => file === mutant.file).indexOf(mutant);
    const inOrder = results.filter(ofFile).sort((a, b) => Number(a.id) - Number(b.id));
    return inOrder[number]!;
  }
}

function ofStryker({ name, mutate }: NodeMutator): (typeof KINDS)[number] {
  return {
    name,
    *changes(path) {
      for (const replacement of mutate(path)) yield { replacement };
    },
  };
}

function options(files: readonly string[], concurrency: number): PartialStrykerOptions {
  return {
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    coverageAnalysis: "perTest",
    mutate: [...files],
    vitest: { configFile: "sim/mutants/vitest.config.ts", related: true },
    concurrency,
    // TypeScript 7 has no API for Stryker to read the configuration with, and it is not needed.
    tsconfigFile: "none.json",
    checkers: [],
    reporters: ["progress-append-only"],
    logLevel: "warn" as never,
    tempDirName: "build/mutants",
    ignorePatterns: ["/build", "/.data"],
    timeoutMS: TIMEOUT_MS,
    timeoutFactor: TIMEOUT_FACTOR,
    warnings: false,
  } as PartialStrykerOptions;
}

function isAlive({ status }: MutantResult): boolean {
  return status === "Survived" || status === "NoCoverage";
}

function cut(text: string): string {
  const line = oneLine(text);
  return line.length <= TEXT_MAX ? line : `${line.slice(0, TEXT_MAX)}…`;
}
