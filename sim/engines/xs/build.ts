/** `npm run build:xs`: the packages and the firmware bundle for XS, and XS itself for the tests, into build/xs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BUILD_DIR, bundlePackages, bundleScript, ROOT } from "./bundle.js";
import { compileXs, NoXsError } from "./compile.js";

const shown = (path: string) => relative(ROOT, path);

for (const [name, path] of Object.entries(await bundlePackages())) console.log(`${name}: ${shown(path)}`);
mkdirSync(BUILD_DIR, { recursive: true });
const firmware = join(BUILD_DIR, "firmware.js");
const { source } = await bundleScript("machine.ts");
writeFileSync(firmware, source);
console.log(`firmware: ${shown(firmware)}, ${source.length} characters`);
try {
  console.log(`XS worker: ${shown(compileXs().worker)}`);
} catch (error) {
  if (!(error instanceof NoXsError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
