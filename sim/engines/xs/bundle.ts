import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { PATCHES, PatchError, patched } from "./patches.js";

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, "..", "..", "..");
/** Where everything built for XS goes; not in git. */
export const BUILD_DIR = join(ROOT, "build", "xs");
const PACKAGES = ["mqtt-packet", "cbor-x", "tweetnacl"] as const;

const require = createRequire(import.meta.url);

/** Where the package stands that the project depends on. */
function packageDir(name: string): string {
  const main = require.resolve(name);
  return main.slice(
    0,
    main.lastIndexOf(`${sep}node_modules${sep}${name}${sep}`) + `${sep}node_modules${sep}${name}`.length,
  );
}

/**
 * In the place of Node's modules. As aliases and not by a plugin: a file that a plugin has found has no tsconfig, so that where it is also
 * imported by its path, who comes first would say whether it begins with "use strict".
 */
const SHIMS: Readonly<Record<string, string>> = {
  buffer: join(HERE, "shims", "buffer.ts"),
  bl: join(HERE, "shims", "bl.ts"),
  events: join(HERE, "shims", "events.ts"),
  "process-nextick-args": join(HERE, "shims", "process-nextick-args.ts"),
  crypto: join(HERE, "shims", "absent.ts"),
};

/** Puts patches into the packages. */
function forXs(): Plugin {
  return {
    name: "for-xs",
    setup(setup) {
      const applied = new Set<string>();
      // The package's own exports would give Node's build.
      setup.onResolve({ filter: /^cbor-x\/(encode|decode)$/ }, ({ path }) => ({
        path: join(packageDir("cbor-x"), `${basename(path)}.js`),
      }));
      for (const name of new Set(PATCHES.map((patch) => patch.package))) {
        const files = new Set(PATCHES.filter((patch) => patch.package === name).map((patch) => patch.file));
        const filter = new RegExp(
          `[\\\\/]node_modules[\\\\/]${name}[\\\\/](${[...files].join("|").replaceAll(".", "\\.")})$`,
        );
        setup.onLoad({ filter }, ({ path }) => {
          const file = basename(path);
          applied.add(`${name}/${file}`);
          return { contents: patched(name, file, readFileSync(path, "utf8")), loader: "js" };
        });
      }
      setup.onEnd((result) => {
        const inputs = Object.keys(result.metafile?.inputs ?? {}).filter((path) => path.includes("node_modules/"));
        for (const { package: name, file } of PATCHES) {
          const used = inputs.some((path) => path.includes(`node_modules/${name}/`));
          if (used && !applied.has(`${name}/${file}`)) {
            throw new PatchError(`${name}/${file} is not among what is bundled: the package has moved it`);
          }
        }
      });
    },
  };
}

const COMMON = {
  bundle: true,
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  alias: SHIMS,
  logLevel: "silent",
  metafile: true,
  // cbor-x compiles readers with it, and text goes its own way so that every engine encodes alike.
  define: { Function: "undefined", TextEncoder: "undefined", TextDecoder: "undefined", self: "undefined" },
} as const satisfies BuildOptions;

/** Writes each of the three packages as one ES module: `build/xs/modules/NAME.js`. Returns their paths. */
export async function bundlePackages(): Promise<Record<(typeof PACKAGES)[number], string>> {
  const outdir = join(BUILD_DIR, "modules");
  mkdirSync(outdir, { recursive: true });
  const paths = {} as Record<(typeof PACKAGES)[number], string>;
  for (const name of PACKAGES) {
    paths[name] = join(outdir, `${name}.js`);
    await build({
      ...COMMON,
      entryPoints: [join(HERE, "packages", `${name}.js`)],
      outfile: paths[name],
      format: "esm",
      plugins: [forXs()],
    });
  }
  return paths;
}

export interface ScriptBundle {
  readonly source: string;
  readonly metafile: Metafile;
}

/** One script of everything that `entry` (a file of this folder) needs, to be evaluated by an XS machine. */
export async function bundleScript(entry: string): Promise<ScriptBundle> {
  const result = await build({
    ...COMMON,
    entryPoints: [join(HERE, entry)],
    write: false,
    format: "iife",
    plugins: [forXs()],
  });
  return { source: result.outputFiles[0]!.text, metafile: result.metafile };
}
