import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin, transform } from "esbuild";
import { ROOT } from "../../engines/xs/bundle.js";
import type { Target } from "./target.js";
import { GROUPS } from "./targets.js";

/** What istanbul-lib-instrument, which has no types of its own, is used for. */
interface Instrumenter {
  instrumentSync(code: string, file: string): string;
}
const { createInstrumenter } = createRequire(import.meta.url)("istanbul-lib-instrument") as {
  createInstrumenter(options: object): Instrumenter;
};

/** Where the counters of everything that is counted are, by file. */
const VARIABLE = "__fuzzed__";
interface FileCounts {
  /** By statement, from 0 without a gap. */
  readonly s: Record<number, number>;
  /** By branch, likewise, of each way. */
  readonly b: Record<number, number[]>;
}

/** Parsers whose every statement and branch is counted: what the firmware and the cloud have, and the packages that parse for them. */
const COUNTED =
  /[\\/](?:firmware|hal|sim[\\/]cloud)[\\/].*\.ts$|[\\/]node_modules[\\/](?:mqtt-packet|cbor-x|csv-parse|valibot)[\\/].*\.m?js$/;
/** Cryptography has no branches to find, and would be slow. */
const NOT_COUNTED = /[\\/](?:crypto|texts)[\\/]|ed25519/;

/** A target once more, with counters in all that it calls. */
export class CountedTarget {
  readonly target: Target;
  readonly #statements: readonly { readonly counts: Record<number, number>; readonly length: number }[];
  readonly #branches: readonly (readonly number[])[];

  private constructor(target: Target) {
    this.target = target;
    const files = Object.values((globalThis as Record<string, unknown>)[VARIABLE] as Record<string, FileCounts>);
    this.#statements = files.map(({ s }) => ({ counts: s, length: Object.keys(s).length }));
    this.#branches = files.flatMap(({ b }) => Object.values(b));
  }

  /** `name`: of one of the targets. */
  static async open(name: string): Promise<CountedTarget> {
    const group = Object.entries(GROUPS).find(([, targets]) => targets.some((one) => one.name === name))![0];
    const instrumenter = createInstrumenter({ esModules: true, compact: true, coverageVariable: VARIABLE });
    const result = await build({
      entryPoints: [join(ROOT, "sim", "trials", "fuzz", "targets", `${group}.ts`)],
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      target: "es2022",
      logLevel: "silent",
      // Packages of the cloud stay as they are, and find their own.
      packages: "bundle",
      external: [
        "pg",
        "pg-native",
        "kysely",
        "lowdb",
        "lowdb/*",
        "aedes",
        "mqtt",
        "nodemailer",
        "subset-font",
        "fontkit",
        "pdfkit",
      ],
      banner: { js: 'import { createRequire as r_ } from "node:module"; const require = r_(import.meta.url);' },
      plugins: [counting(instrumenter)],
    });
    const home = join(ROOT, "build");
    mkdirSync(home, { recursive: true });
    const folder = mkdtempSync(join(home, "fuzz-"));
    try {
      const path = join(folder, "targets.mjs");
      writeFileSync(path, result.outputFiles[0]!.text);
      const module = (await import(pathToFileURL(path).href)) as Record<string, readonly Target[]>;
      return new CountedTarget(
        Object.values(module)
          .flat()
          .find((one) => one.name === name)!,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Numbers of the places that `work` came by, each with how often: once, few times, many times. */
  of(work: () => void): Set<number> {
    for (const { counts, length } of this.#statements) for (let i = 0; i < length; i++) counts[i] = 0;
    for (const ways of this.#branches) (ways as number[]).fill(0);
    work();
    const places = new Set<number>();
    let place = 0;
    const see = (count: number): void => {
      if (count > 0) places.add(4 * place + (count === 1 ? 0 : count < 4 ? 1 : count < 32 ? 2 : 3));
      place++;
    };
    for (const { counts, length } of this.#statements) for (let i = 0; i < length; i++) see(counts[i]!);
    for (const ways of this.#branches) for (const count of ways) see(count);
    return places;
  }
}

function counting(instrumenter: Instrumenter): Plugin {
  return {
    name: "counting",
    setup(setup) {
      setup.onLoad({ filter: COUNTED }, async ({ path }) => {
        const isTypeScript = path.endsWith(".ts");
        const source = readFileSync(path, "utf8");
        const file = relative(ROOT, path);
        // What is CommonJS keeps its form, which esbuild then knows.
        const code = isTypeScript ? (await transform(source, { loader: "ts", target: "es2022" })).code : source;
        return { contents: NOT_COUNTED.test(file) ? code : instrumenter.instrumentSync(code, path), loader: "js" };
      });
    },
  };
}
