import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Source {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments and the insides of strings blanked out, line for line. */
  readonly code: string;
  readonly imports: readonly string[];
}

/** Every TypeScript file that git tracks or would track. */
export function readSources(): Source[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\n"))]
    .filter((path) => path !== "" && existsSync(join(ROOT, path)))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      return { path, text, code: withoutComments(text), imports: importsOf(text) };
    });
}

function importsOf(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s+(?:type\s+)?(?:[\w*{][^;"']*?\sfrom\s+)?"([^"]+)"/gm);
  const calls = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)|new URL\(\s*["'](\.[^"']+\.ts)["']/g);
  return [...[...statements].map((match) => match[1]!), ...[...calls].map((match) => (match[1] ?? match[2])!)];
}

/** Where a relative import leads, relative to the root. */
export function resolveImport(from: string, specifier: string): string {
  const path = normalize(join(dirname(from), specifier)).replace(/\.js$/, ".ts");
  return existsSync(join(ROOT, `${path}x`)) ? `${path}x` : path;
}

function withoutComments(text: string): string {
  const blank = (match: string) => match.replace(/[^\n]/g, " ");
  return text
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/(^|[^:])\/\/.*$/gm, (match, before: string) => before + blank(match.slice(before.length)))
    .replace(/"(?:[^"\\\n]|\\.)*"/g, (match) => `"${" ".repeat(Math.max(0, match.length - 2))}"`);
}

/** `path:line` of every match of `pattern` in the code. */
export function places(source: Source, pattern: RegExp): string[] {
  return [...source.code.matchAll(pattern)].map(
    (match) => `${source.path}:${source.code.slice(0, match.index).split("\n").length} ${match[0].trim()}`,
  );
}
