import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";
import { MS4_PARTS } from "../../../hal/boards/ms4/parts.js";
import { MS5_PARTS } from "../../../hal/boards/ms5/parts.js";
import { ROOT } from "../../engines/xs/bundle.js";
import { type PinDefines, writePins } from "./image-pins.js";

/** What of the root's manifest, or of a board's, is written by `npm run manifest`; the rest is left as it is. */
interface Section {
  readonly creation?: { readonly main?: string };
  modules?: Record<string, string>;
  /** mcconfig takes a single name as it is. */
  preload?: string | string[];
  readonly defines?: PinDefines;
}
interface Manifest extends Section {
  readonly platforms: Record<"lin" | "esp32", Section>;
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
 * The manifests with the pins of their boards' parts, and the modules that their images really load: what every image loads stands in the root,
 * what both boards load under `esp32`, what one board loads in its own. Main modules are not preloaded: they call native code.
 */
export async function manifestFiles(): Promise<readonly ManifestFile[]> {
  const root = read(FILES.root) as Manifest;
  const ms5 = read(FILES.ms5);
  const ms4 = read(FILES.ms4);
  const replacements = Object.entries(root.modules ?? {})
    .filter(([name, path]) => !isOwn(name) && path.startsWith("./hal/"))
    .map(([, path]) => path.slice(2));
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
  const inPlaces = new Set(everywhere.map(placeOf));
  write(root, everywhere, everywhere);
  write(root.platforms.lin, rest(lin), [...rest(lin), mainOf(root.platforms.lin)], inPlaces);
  write(root.platforms.esp32, onBoards, onBoards, inPlaces);
  const onEsp32 = new Set([...inPlaces, ...onBoards.map(placeOf)]);
  write(ms5, rest(onMs5), [...rest(onMs5), mains.ms5], onEsp32, dirname(FILES.ms5));
  write(ms4, rest(onMs4), [...rest(onMs4), mains.ms4], onEsp32, dirname(FILES.ms4));
  writePins(definesOf(ms5), MS5_PARTS);
  writePins(definesOf(ms4), MS4_PARTS);
  return [
    { path: FILES.root, text: print(root) },
    { path: FILES.ms5, text: print(ms5) },
    { path: FILES.ms4, text: print(ms4) },
  ];
}

/** Throws RangeError for a manifest without them: the SDK's drivers would take pins of their own. */
function definesOf({ defines }: Section): PinDefines {
  if (defines === undefined) throw new RangeError("a board's manifest has no defines");
  return defines;
}

function read(path: string): Section {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Section;
}

function print(manifest: Section): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Throws RangeError for a manifest without a main module: its image would die at the start. */
function mainOf(section: Section): string {
  const main = section.creation?.main;
  if (main === undefined) throw new RangeError("a manifest of an image names no creation.main");
  return main;
}

/** What of the manifest brings a module in: its folder. Boards are named one by one: an image holds its own board only. */
function placeOf(name: string): string {
  return name.startsWith("hal/boards/") ? name : `${dirname(name)}/*`;
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

/**
 * Replaces the project's own entries; the SDK's and the packages' stay where they are. `folder` holds the manifest, whose paths
 * begin there.
 */
function write(
  section: Section,
  names: readonly string[],
  loaded: readonly string[],
  elsewhere = new Set<string>(),
  folder = ".",
): void {
  const others = [section.preload ?? []].flat().filter((name) => !isOwn(name));
  const preload = [...others, ...names];
  if (preload.length > 0) section.preload = preload;
  else delete section.preload;
  if (loaded.length === 0) return;
  const places = [...new Set(loaded.map(placeOf))].filter((place) => !elsewhere.has(place)).sort();
  const kept = Object.entries(section.modules ?? {}).filter(([name]) => !isOwn(name));
  const at = kept.findIndex(([name]) => name.startsWith("embedded:"));
  const own = places.map((place): [string, string] => [place, folder === "." ? `./${place}` : relative(folder, place)]);
  section.modules = Object.fromEntries([...kept.slice(0, at), ...own, ...kept.slice(at)]);
}
