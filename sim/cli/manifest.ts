import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { ROOT } from "../engines/xs/bundle.js";
import { manifestFiles } from "./firmware/image-modules.js";

const program = new Command("manifest")
  .description(
    "Writes into the manifests which modules each image loads. The last line is JSON; exit code 1 with --check: a manifest is not as it would be written.",
  )
  .option("--check", "change nothing", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program.parse();
const { check } = program.opts<{ readonly check: boolean }>();
const files = await manifestFiles();
const changed = files.filter(({ path, text }) => {
  const now: unknown = JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  return JSON.stringify(now) !== JSON.stringify(JSON.parse(text));
});
for (const { path, text } of changed) {
  if (!check) writeFileSync(join(ROOT, path), formatted(path, text));
  console.error(check ? `${path} is out of date: npm run manifest` : `${path} written`);
}
console.log(JSON.stringify({ manifests: files.length, changed: changed.map(({ path }) => path) }));

/** As `npm run check` wants it. */
function formatted(path: string, text: string): string {
  const biome = join(ROOT, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=${path}`], { cwd: ROOT, input: text, encoding: "utf8" });
}

process.exitCode = check && changed.length > 0 ? 1 : 0;
