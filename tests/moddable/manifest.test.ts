import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { manifestFiles } from "../../sim/cli/firmware/image-modules.js";
import { WRITTEN_FOR } from "../../sim/cli/firmware/sdk.js";
import { ROOT, readSources, resolveImport } from "../tidy/sources.js";

/** What mcconfig would only tell where there is an SDK: the manifest names what the image is made of. */

interface Part {
  readonly modules?: Readonly<Record<string, string>>;
  readonly preload?: readonly string[] | string;
  readonly creation?: { readonly main?: string };
  readonly include?: readonly string[];
}
interface Manifest extends Part {
  readonly platforms: Readonly<Record<string, Part>>;
}

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Manifest;
const manifest = read("manifest.json");
/** Paths in a manifest begin in its folder. */
const targets = ["ms5", "ms4"].map((name) => {
  const folder = `hal/moddable/targets/${name}`;
  const target = read(`${folder}/manifest.json`);
  const modules = Object.entries(target.modules ?? {}).map(([own, path]) => [own, `./${join(folder, path)}`]);
  return { ...target, modules: Object.fromEntries(modules) as Record<string, string> };
});
const sources = new Map(readSources().map((source) => [source.path, source]));

test("the manifests are as npm run manifest writes them", async () => {
  for (const { path, text } of await manifestFiles())
    expect(JSON.parse(readFileSync(join(ROOT, path), "utf8")), path).toEqual(JSON.parse(text));
});

/** What the SDK's manifest_base.json sets, after the board's own manifest, which it includes. */
const SDK_BASE: Part = { creation: { main: "main" } };
/** Of a board, `main.json`: included by the root's manifest, if it is at all, after the SDK's base. */
const mainOf = (board: string): Part[] =>
  (manifest.platforms.esp32!.include ?? []).includes("$(SUBPLATFORMDIRECTORY)/main.json")
    ? [read(`hal/moddable/targets/${board}/main.json`)]
    : [];

/**
 * Every image: its main module, and what it may load. Parts in the order in which mcconfig merges them: what a manifest includes comes
 * before it, in the order of its list, and what it says for a platform comes after it.
 */
const images = [
  { name: "sim", parts: [SDK_BASE, manifest, manifest.platforms.lin!] },
  { name: "ms5", parts: [targets[0]!, SDK_BASE, ...mainOf("ms5"), manifest, manifest.platforms.esp32!] },
  { name: "ms4", parts: [targets[1]!, SDK_BASE, ...mainOf("ms4"), manifest, manifest.platforms.esp32!] },
].map(({ name, parts }) => ({
  name,
  main: parts.map((part) => part.creation?.main).findLast((main) => main !== undefined)!,
  modules: Object.assign({}, ...parts.map((part) => part.modules ?? {})) as Record<string, string>,
  preload: parts.flatMap((part) => part.preload ?? []),
}));

test.each(images)("$name: begins with a module of its own", ({ name, main }) => {
  expect(main).toBe(name === "sim" ? "hal/moddable/lin/main" : `hal/moddable/esp32/${name}`);
});

test("the MS5's manifest asks for the components that its glue was written for", () => {
  const { platforms } = read("hal/moddable/targets/ms5/manifest.json") as unknown as {
    platforms: Readonly<Record<string, { dependency: readonly { idf?: string; name?: string; version?: string }[] }>>;
  };
  const asked = platforms["esp32/ms5"]!.dependency.filter(({ name }) => name !== undefined);
  expect(Object.fromEntries(asked.map(({ name, version }) => [name, version]))).toEqual(WRITTEN_FOR.components);
  expect(platforms["esp32/ms5"]!.dependency).toContainEqual({ idf: "esp_eth" });
});

/** Modules of ours in the place of the SDK's: the SDK loads them. */
const replacements = Object.entries(manifest.modules ?? {})
  .filter(([name, path]) => !/^(?:firmware|hal)\//.test(name) && path.startsWith("./hal/"))
  .map(([, path]) => path.slice(2));
const isReplacement = (path: string) => replacements.includes(path.replace(/\.ts$/, ""));

/** Values that are imported; types leave nothing behind. */
function valueImports(path: string): string[] {
  const { text } = sources.get(path)!;
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[\w*{][^;"']*?\sfrom\s+)?"([^"]+)"/gm)].map(
    (one) => one[1]!,
  );
}

/** All that a module loads, itself included: paths of sources, and names of other modules. */
function closure(main: string): { own: Set<string>; others: Set<string> } {
  const own = new Set<string>();
  const others = new Set<string>();
  const visit = (path: string) => {
    if (own.has(path)) return;
    own.add(path);
    for (const specifier of valueImports(path)) {
      if (specifier.startsWith(".")) visit(resolveImport(path, specifier));
      else if (specifier.startsWith("hal/")) visit(`${specifier}.ts`);
      else others.add(specifier);
    }
  };
  for (const root of [main, ...replacements]) visit(`${root}.ts`);
  return { own, others };
}

test.each(images)("$name: every source it loads has a module of the same name", ({ main, modules }) => {
  const { own } = closure(main);
  expect(own.size).toBeGreaterThan(90);
  const isNamed = (name: string) =>
    modules[name] === `./${name}` || modules[`${dirname(name)}/*`] === `./${dirname(name)}/*`;
  const lost = [...own].filter((path) => !isReplacement(path) && !isNamed(path.replace(/\.ts$/, "")));
  expect(lost, "missing from modules: npm run manifest").toEqual([]);
});

test.each(images)("$name: holds no board but its own", ({ name, modules }) => {
  const boards = Object.keys(modules).flatMap((module) => /^hal\/boards\/([^/]+)\//.exec(module)?.[1] ?? []);
  expect([...new Set(boards)]).toEqual([name === "sim" ? "ms5" : name]);
  expect(Object.keys(modules)).not.toContain("hal/boards/*");
});

test.each(images)("$name: every source it loads is preloaded, but its main module", ({ main, preload }) => {
  const { own } = closure(main);
  const names = [...own]
    .map((path) => path.replace(/\.ts$/, ""))
    .filter((name) => name !== main && !isReplacement(name));
  expect(
    names.filter((name) => !preload.includes(name)),
    "missing from preload: npm run manifest",
  ).toEqual([]);
});

test.each(images)("$name: what is preloaded exists, once, and is not a main module", ({ main, preload }) => {
  const own = preload.filter((name) => /^(firmware|hal)\//.test(name));
  expect(own.filter((name) => !existsSync(join(ROOT, `${name}.ts`)))).toEqual([]);
  expect(own.filter((name, at) => own.indexOf(name) !== at)).toEqual([]);
  expect(own).not.toContain(main);
});

test("every image has the memory that the simulator's tests run in: fixed, and of the same size", () => {
  const { chunk, heap, stack } = manifest.creation as Readonly<Record<string, unknown>>;
  expect([chunk, heap]).toEqual([
    { initial: 65_536, incremental: 0 },
    { initial: 4_096, incremental: 0 },
  ]);
  expect(stack).toBe(1_280);
  for (const part of [...Object.values(manifest.platforms), ...targets])
    expect(Object.keys(part.creation ?? {}).filter((name) => name !== "main")).toEqual([]);
});

test.each(images)("$name: the three packages come from the bundles for XS", ({ main, modules, preload }) => {
  const packages = [...closure(main).others].filter((name) =>
    ["mqtt-packet", "cbor-x/encode", "tweetnacl"].includes(name),
  );
  expect(packages.sort()).toEqual(["cbor-x/encode", "mqtt-packet", "tweetnacl"]);
  for (const name of packages) {
    expect(modules[name]).toBe(`./build/xs/modules/${name.replace("/encode", "")}`);
    expect(preload).toContain(name);
  }
});

test("nothing of Moddable's is imported outside hal/moddable", () => {
  const sdk = /^(embedded:|commodetto\/|mc\/|timer$|crypt$|net$|preference$|instrumentation$|debug$|Resource$)/;
  const wrong = [...sources.values()]
    .filter(({ path }) => !path.startsWith("hal/moddable/"))
    .flatMap(({ path, imports }) => imports.filter((one) => sdk.test(one)).map((one) => `${path}: ${one}`));
  expect(wrong).toEqual([]);
});

test("nothing of hal/moddable is dead: every image together loads all of it", () => {
  const loaded = new Set(images.flatMap(({ main }) => [...closure(main).own]));
  // For the task that will take updates over the air; nothing calls it yet.
  const hooks = ["hal/moddable/esp32/update.ts"];
  const files = [...sources.keys()].filter((path) => path.startsWith("hal/moddable/") && !path.endsWith(".d.ts"));
  const types = ["hal/moddable/net/stream.ts", "hal/moddable/lin/happening.ts"];
  expect(files.filter((path) => !loaded.has(path) && !hooks.includes(path) && !types.includes(path))).toEqual([]);
});

test("the partitions do not overlap, and hold what the firmware asks for", () => {
  const lines = readFileSync(join(ROOT, "hal/moddable/esp32/partitions.csv"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const rows = lines.map((line) => line.split(",").map((field) => field.trim()));
  const parts = rows.map(([name, , , at, size]) => ({ name: name!, at: Number(at), size: Number(size) }));
  for (const [i, part] of parts.entries()) {
    const before = parts[i - 1];
    if (before !== undefined) expect(part.at, part.name).toBeGreaterThanOrEqual(before.at + before.size);
    expect(part.size % 4_096, part.name).toBe(0);
    if (part.name.startsWith("ota_")) expect(part.at % 0x10000, part.name).toBe(0);
  }
  const last = parts.at(-1)!;
  const unused = 16 * 1_048_576 - (last.at + last.size);
  expect(unused).toBeGreaterThanOrEqual(0);
  // Both images get what there is: another step of 64 KiB for each would not fit.
  expect(unused).toBeLessThan(2 * 0x10000);
  const sizes = Object.fromEntries(parts.map(({ name, size }) => [name, size]));
  expect(sizes).toMatchObject({ journal: 1_048_576, snapshot: 2_097_152 });
  expect(sizes.identity).toBeGreaterThanOrEqual(16_384);
  expect(sizes.ota_0).toBe(sizes.ota_1);
});
