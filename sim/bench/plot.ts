import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

export const FONT = "Atkinson Hyperlegible";
const FONT_PACKAGE = "@expo-google-fonts/atkinson-hyperlegible";
const FONT_FILES = ["400Regular/AtkinsonHyperlegible_400Regular.ttf", "700Bold/AtkinsonHyperlegible_700Bold.ttf"];

/** Draws `spec` without a browser, as `NAME.svg` and `NAME.png` (twice the size) in the folder `out`: answers their paths. */
export async function drawPlot(spec: TopLevelSpec, out: string, name: string): Promise<readonly string[]> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  const require = createRequire(import.meta.url);
  const fontFiles = FONT_FILES.map((file) => require.resolve(`${FONT_PACKAGE}/${file}`));
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: FONT };
  const png = new Resvg(svg, { font, background: "#ffffff", fitTo: { mode: "zoom", value: 2 } }).render().asPng();
  mkdirSync(out, { recursive: true });
  const paths = [`${name}.svg`, `${name}.png`].map((file) => join(out, file));
  writeFileSync(paths[0]!, svg);
  writeFileSync(paths[1]!, png);
  return paths;
}
