import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { ROOT } from "../../engines/xs/bundle.js";
import { isForPeople, isRepeated, KINDS, type Node, oneLine, type Path, placeOf, textOf } from "./changes.js";

/** A change to one place of the source. Place and texts tell it from every other, and outlive changes elsewhere in the file. */
export interface Mutant {
  /** In the order of the list; what the changed source is switched with. */
  readonly id: string;
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

export interface Changed {
  readonly mutants: readonly Mutant[];
  /** By file: the source with all its changes in it, each behind a switch. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Longer texts are cut: a whole function is known by its first words. */
const TEXT_MAX = 120;

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
 * Stryker's instrumenter with the changes of `changes.ts` added. Its list of mutators is an array that nobody can add to from
 * outside, so this replaces what is in the array; the version is pinned for that reason.
 */
export class Changer {
  /** Every change in the order in which it is come across. */
  #found: Found[] = [];

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
      this.#found.push({ path: file, place: placeOf(path), from: from ?? textOf(path, path.node), to });
      yield replacement;
    }
  }

  /** Every change to these files, in the order of the source. The same sources give the same list. */
  async change(files: readonly string[]): Promise<Changed> {
    this.#found = [];
    const silent = new Proxy({}, { get: () => () => false });
    const { mutants, files: changed } = await new Instrumenter(
      silent as ConstructorParameters<typeof Instrumenter>[0],
    ).instrument(
      files.map((file) => ({ name: join(ROOT, file), mutate: true, content: readFileSync(join(ROOT, file), "utf8") })),
      { ignorers: [], excludedMutations: [], plugins: null },
    );
    return {
      mutants: this.#named(mutants),
      sources: Object.fromEntries(changed.map(({ name, content }) => [relative(ROOT, name), content])),
    };
  }

  #named(
    mutants: readonly {
      readonly id: string;
      readonly replacement: string;
      readonly location: { readonly start: { readonly line: number } };
    }[],
  ): readonly Mutant[] {
    const times = new Map<string, number>();
    return mutants.map(({ id, replacement, location }, index) => {
      const { path, place, from, to } = this.#found[index]!;
      const texts = { file: relative(ROOT, path), place, from: cut(from), to: cut(to ?? replacement) };
      const key = JSON.stringify(texts);
      const nth = (times.get(key) ?? 0) + 1;
      times.set(key, nth);
      return { id, ...texts, nth, line: location.start.line + 1 };
    });
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

function cut(text: string): string {
  const line = oneLine(text);
  return line.length <= TEXT_MAX ? line : `${line.slice(0, TEXT_MAX)}…`;
}
