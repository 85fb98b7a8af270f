import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { boardOf } from "../../hal/boards/index.js";
import type { Box } from "../cloud/domain.js";

const { resolve } = createRequire(import.meta.url);
const WEB = fileURLToPath(new URL("./web", import.meta.url));

interface Asset {
  readonly type: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** What the server hands to browsers. */
interface Built {
  /** Of the files: another one means that a page that is open is an old one. */
  readonly version: string;
  /** By path. */
  readonly files: Readonly<Record<string, Asset>>;
}

const FONT_PACKAGE = "@expo-google-fonts/biz-udpgothic";

const INDEX = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>SmartBox</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/app.css">
<script type="module" src="/app.js"></script>
</head>
<body></body>
</html>
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0d1220"/><circle cx="12" cy="12" r="6" fill="none" stroke="#f0e442" stroke-width="4"/><path d="M16 16l10 10m-4 0l4-4" stroke="#f0e442" stroke-width="4" stroke-linecap="round"/></svg>`;

/** The page and the panel's fonts, made when the first browser asks: a start that nobody looks at costs nothing. */
export class Assets {
  #built: Promise<Built> | undefined;
  readonly #fonts = new Map<number, Uint8Array<ArrayBuffer>>();

  /** Bundled from the sources: a fraction of a second, and never an old one. */
  get built(): Promise<Built> {
    this.#built ??= buildPage();
    return this.#built;
  }

  /** The panel's font file for the density of a box's panel. */
  async font(box: Box): Promise<Uint8Array<ArrayBuffer>> {
    const { pixelsPerMillimetre } = boardOf(box.model).profile.panel;
    const { fontFile } = await import("../engines/glyphs/font-file.js");
    const made = this.#fonts.get(pixelsPerMillimetre) ?? fontFile(pixelsPerMillimetre);
    this.#fonts.set(pixelsPerMillimetre, made);
    return made;
  }

  /** The second font file of a box's panel, as a board has it, with the letters in `names` only: all of them would take seconds. */
  async letters(box: Box, names: string): Promise<Uint8Array<ArrayBuffer>> {
    const { pixelsPerMillimetre } = boardOf(box.model).profile.panel;
    const { lettersFile } = await import("../engines/glyphs/letters-file.js");
    const { NAME_LETTERS } = await import("../engines/glyphs/letters.js");
    const asked = new Set([...names].map((letter) => letter.codePointAt(0)!));
    return lettersFile(
      pixelsPerMillimetre,
      NAME_LETTERS.filter((letter) => asked.has(letter)),
    );
  }
}

/** Names of the packages that browsers get. */
export async function pagePackages(): Promise<readonly string[]> {
  const { metafile } = await bundlePage();
  const names = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  );
  return [...new Set([...names, FONT_PACKAGE])].sort();
}

async function bundlePage() {
  const { build } = await import("esbuild");
  return await build({
    entryPoints: { app: `${WEB}/main.tsx` },
    bundle: true,
    write: false,
    outdir: "/",
    format: "esm",
    target: "es2022",
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "silent",
    external: ["/fonts/*"],
    metafile: true,
  });
}

async function buildPage(): Promise<Built> {
  const { outputFiles } = await bundlePage();
  const textOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))!.text;
  const files: Record<string, Asset> = {
    "/": { type: "text/html; charset=utf-8", body: INDEX },
    "/app.js": { type: "text/javascript; charset=utf-8", body: textOf("app.js") },
    "/app.css": { type: "text/css; charset=utf-8", body: textOf("app.css") },
    "/icon.svg": { type: "image/svg+xml", body: ICON },
    "/fonts/wide.ttf": { type: "font/ttf", body: fontOf("400Regular/BIZUDPGothic_400Regular.ttf") },
    "/fonts/wide-bold.ttf": { type: "font/ttf", body: fontOf("700Bold/BIZUDPGothic_700Bold.ttf") },
  };
  const hash = createHash("sha256").update(textOf("app.js")).update(textOf("app.css"));
  return { version: hash.digest("hex").slice(0, 16), files };
}

/** For Japanese where the browser's machine has no letters of its own: no network is asked. */
function fontOf(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(resolve(`${FONT_PACKAGE}/${file}`)));
}
