import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../../xs/bundle.js";

/** What of the root's manifest, or of a board's, is written by `npm run manifest`; the rest is left as it is. */
interface Part {
  readonly creation?: { readonly main?: string };
  modules?: Record<string, string>;
  /** mcconfig takes a single name as it is. */
  preload?: string | string[];
}
interface Manifest extends Part {
  readonly platforms: Record<"lin" | "esp32", Part>;
}

/** What an image begins with stands apart: the SDK's base manifest includes the board's and then names a main of its own. */
const MAINS = { ms5: "hal/moddable/targets/ms5/main.json", ms4: "hal/moddable/targets/ms4/main.json" } as const;
const FILES = {
  root: "manifest.json",
  ms5: "hal/moddable/targets/ms5/manifest.json",
  ms4: "hal/moddable/targets/ms4/manifest.json",
} as const;

/** A manifest file and what it ought to hold, as text. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The manifests with the folders and preloaded modules that their images really load: what every image loads stands in the root,
 * what both boards load under `esp32`, what one board loads in its own. Main modules are not preloaded: they call native code.
 */
export async function manifestFiles(): Promise<readonly ManifestFile[]> {
  const root = read(FILES.root) as Manifest;
  const ms5 = read(FILES.ms5);
  const ms4 = read(FILES.ms4);
  const replacements = Object.values(root.modules ?? {})
    .filter((path) => path.startsWith("./hal/") && !path.includes("*"))
    .map((path) => path.slice(2));
  const loads = async (main: string) => {
    const own = await closure([main, ...replacements]);
    return own.filter((name) => name !== main && !replacements.includes(name));
  };
  const lin = await loads(mainOf(root.platforms.lin));
  const mains = { ms5: mainOf(read(MAINS.ms5)), ms4: mainOf(read(MAINS.ms4)) };
  const onMs5 = await loads(mains.ms5);
  const onMs4 = await loads(mains.ms4);
  const everywhere = lin.filter((name) => onMs5.includes(name) && onMs4.includes(name));
  const onBoards = onMs5.filter((name) => onMs4.includes(name) && !everywhere.includes(name));
  const rest = (names: readonly string[]) =>
    names.filter((name) => !everywhere.includes(name) && !onBoards.includes(name));
  // The folder of a main module is named like those of the others.
  const inFolders = new Set(everywhere.map(folderOf));
  const shared = [...onBoards, mains.ms5, mains.ms4];
  write(root, everywhere, everywhere);
  write(root.platforms.lin, rest(lin), [...rest(lin), mainOf(root.platforms.lin)], inFolders);
  write(root.platforms.esp32, onBoards, [...shared, ...rest(onMs5), ...rest(onMs4)], inFolders);
  write(ms5, rest(onMs5), []);
  write(ms4, rest(onMs4), []);
  return [
    { path: FILES.root, text: print(root) },
    { path: FILES.ms5, text: print(ms5) },
    { path: FILES.ms4, text: print(ms4) },
  ];
}

function read(path: string): Part {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Part;
}

function print(manifest: Part): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Throws RangeError for a manifest without a main module: its image would die at the start. */
function mainOf(part: Part): string {
  const main = part.creation?.main;
  if (main === undefined) throw new RangeError("a manifest of an image names no creation.main");
  return main;
}

function folderOf(name: string): string {
  return dirname(name);
}

/** Modules of the project that the `roots` load, by their names in the manifest, sorted; imports of types load nothing. */
async function closure(roots: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: roots.map((root) => `${root}.ts`),
    bundle: true,
    write: false,
    outdir: "build",
    format: "esm",
    platform: "neutral",
    metafile: true,
    logLevel: "silent",
    plugins: [
      {
        name: "the SDK's modules and the packages stay outside",
        setup({ onResolve }) {
          onResolve({ filter: /^hal\// }, ({ path }) => ({ path: join(ROOT, `${path}.ts`) }));
          onResolve({ filter: /^[^.]/ }, ({ kind }) => (kind === "entry-point" ? undefined : { external: true }));
        },
      },
    ],
  });
  return Object.keys(metafile.inputs)
    .map((path) => path.replace(/\.ts$/, ""))
    .sort();
}

const isOwn = (name: string) => /^(?:firmware|hal)\//.test(name);

/** Replaces the project's own entries; the SDK's and the packages' stay where they are. */
function write(part: Part, names: readonly string[], loaded: readonly string[], elsewhere = new Set<string>()): void {
  const others = [part.preload ?? []].flat().filter((name) => !isOwn(name));
  const preload = [...others, ...names];
  if (preload.length > 0) part.preload = preload;
  else delete part.preload;
  if (loaded.length === 0) return;
  const folders = [...new Set(loaded.map(folderOf))].filter((folder) => !elsewhere.has(folder)).sort();
  const kept = Object.entries(part.modules ?? {}).filter(([name]) => !(isOwn(name) && name.endsWith("/*")));
  const at = kept.findIndex(([name]) => name.startsWith("embedded:"));
  const own = folders.map((folder): [string, string] => [`${folder}/*`, `./${folder}/*`]);
  part.modules = Object.fromEntries([...kept.slice(0, at), ...own, ...kept.slice(at)]);
}
