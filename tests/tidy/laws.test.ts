import { expect, test } from "vitest";
import { places, readSources, resolveImport, type Source } from "./sources.js";

/** What a machine can enforce of the laws: one firmware, determinism, budgets, no dead files. */

const sources = readSources();
const under = (...folders: string[]) => sources.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));
const isRelative = (specifier: string) => specifier.startsWith(".");
const BOX_PACKAGES = ["mqtt-packet", "cbor-x/encode", "cbor-x/decode", "tweetnacl"];
/** Code that runs on the box; hal/moddable is the glue to the SDK and may call it. */
const ON_THE_BOX = under("firmware/", "hal/").filter(({ path }) => !path.startsWith("hal/moddable/"));

test("there are sources to look at", () => {
  expect(under("firmware/").length).toBeGreaterThan(40);
  expect(under("hal/").length).toBeGreaterThan(10);
  expect(under("sim/").length).toBeGreaterThan(40);
});

test("firmware imports itself, bytes, ports and the three packages; the HAL imports itself", () => {
  const wrong = ON_THE_BOX.flatMap((source) =>
    source.imports.filter((one) => !isAllowed(source, one)).map((one) => `${source.path}: ${one}`),
  );
  expect(wrong).toEqual([]);
});

function isAllowed({ path }: Source, specifier: string): boolean {
  if (!isRelative(specifier)) return path.startsWith("firmware/") && BOX_PACKAGES.includes(specifier);
  const target = resolveImport(path, specifier);
  if (path.startsWith("firmware/"))
    return target.startsWith("firmware/") || target.startsWith("hal/ports/") || target.startsWith("hal/bytes/");
  return target.startsWith("hal/");
}

test("Node's modules are imported in the simulator, tests and scripts only, always as node:", () => {
  const wrong = sources.flatMap((source) =>
    source.imports
      .filter(
        (one) => one.startsWith("node:") && (source.path.startsWith("firmware/") || source.path.startsWith("hal/")),
      )
      .map((one) => `${source.path}: ${one}`),
  );
  expect(wrong).toEqual([]);
});

test.each([
  [
    "wall time, timers and chance outside the HAL",
    /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|performance\.)/g,
  ],
  ["promises: their order is the engine's business", /\b(async|await|Promise)\b/g],
  [
    "what XS does not have",
    /\b(Buffer|process|console|TextEncoder|TextDecoder|fetch|structuredClone|Intl|BigInt)\b[.(]/g,
  ],
  [
    "what is newer than ES2022",
    /\.(toSorted|toReversed|toSpliced|findLast|findLastIndex|groupBy|fromAsync|isSubsetOf|union|intersection)\(/g,
  ],
  ["what depends on the host's locale", /\.(toLocale\w+|localeCompare|normalize)\(/g],
  ["TypeScript that leaves code behind", /^\s*(export )?(const )?(enum|namespace) \w/gm],
])("on the box there is no use of %s", (_, pattern) => {
  expect(ON_THE_BOX.flatMap((source) => places(source, pattern))).toEqual([]);
});

/**
 * What a module makes lies in flash on a board. An expression there cannot note where it stopped, and XS of SDK 8.2.3 takes the memory for each of
 * its matches from the C heap, gives none back, and moves it like its own at a collection: a crash (`fxAllocateRegExpData` lacks an else).
 */
test("a regular expression on the box is used where it stands, and kept by no module", () => {
  const literal =
    /(?<=([\w.]*)(?:[=(,:[!&|?{;]|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*(\.\w+\(|)/g;
  const kept = under("firmware/", "hal/").flatMap((source) =>
    [...source.code.matchAll(literal)]
      .filter(
        ([, before, after]) => !/\.(replace|match|split|search)$/.test(before!) && !/^\.(test|exec)\($/.test(after!),
      )
      .map(({ 0: text, index }) => `${source.path}:${source.code.slice(0, index).split("\n").length} ${text}`),
  );
  expect(kept).toEqual([]);
});

test("a catch on the box names what it catches: anything else, a power cut above all, passes through", () => {
  const wrong = ON_THE_BOX.flatMap((source) =>
    [...source.code.matchAll(/\bcatch\b\s*(\([^)]*\))?\s*\{([\s\S]{0,400})/g)]
      .filter((match) => !/instanceof/.test(match[2]!.split("\n").slice(0, 8).join("\n")))
      .map((match) => `${source.path}:${source.code.slice(0, match.index).split("\n").length}`)
      .filter((place) => !PURE_DECODING.some((allowed) => place.startsWith(allowed))),
  );
  expect(wrong).toEqual([]);
});

/** Third-party decoders throw whatever they like; nothing but decoding stands in these try blocks. */
const PURE_DECODING = ["firmware/wire/cbor.ts", "firmware/sync/mqtt/"];

test("a task that may take a timer back has a Deadline: no second way to keep a timer's id", () => {
  const keepers = under("firmware/").filter(({ path }) => path !== "firmware/wiring/deadline.ts");
  expect(keepers.flatMap((source) => places(source, /\bTimerId\b|\btimers\.clear\b/gi))).toEqual([]);
});

test("files stay small", () => {
  const long = sources
    .filter(({ path }) => !path.startsWith("tests/") && !path.includes("/texts/"))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > 450);
  expect(long).toEqual([]);
});

test("no file is dead: each is imported by another, or is where a command, a board or a test begins", () => {
  const reached = new Set(
    sources.flatMap((source) => source.imports.filter(isRelative).map((one) => resolveImport(source.path, one))),
  );
  const isEntry = (path: string) =>
    /^tests\/.*\.test\.ts$/.test(path) ||
    /^sim\/cli\/[^/]+\.ts$/.test(path) ||
    path === "sim/page/web/main.tsx" ||
    /\.d\.ts$/.test(path) ||
    path === "vitest.config.ts" ||
    /^sim\/trials\/mutants\/(vitest\.config|setup|runner|worker)\.ts$/.test(path) ||
    path === "sim/trials/fuzz/on-xs.ts" ||
    path === "sim/cli/bench/sim-days.ts" ||
    path === "tests/support/summary-reporter.ts" ||
    path.startsWith("hal/boards/") ||
    path.startsWith("hal/moddable/") ||
    path.startsWith("sim/engines/xs/");
  expect(sources.map(({ path }) => path).filter((path) => !isEntry(path) && !reached.has(path))).toEqual([]);
});

test("no file is there for its tests only", () => {
  const isTest = (path: string) => path.startsWith("tests/");
  const usedBy = new Map<string, string[]>();
  for (const { path, imports } of sources) {
    for (const one of imports.filter(isRelative)) {
      const target = resolveImport(path, one);
      usedBy.set(target, [...(usedBy.get(target) ?? []), path]);
    }
  }
  const dead = [...usedBy].filter(([path, users]) => !isTest(path) && users.every(isTest)).map(([path]) => path);
  expect(dead.filter((path) => !FOR_TESTS.includes(path) && !path.startsWith("sim/cli/"))).toEqual([]);
});

/** A board that people copy; a chip of the glue's touch panel. */
const FOR_TESTS = ["hal/boards/template/board.ts", "sim/world/parts/ft6236.ts"];

/**
 * The floors of the box, from the ground; rooms on one floor do not see each other. A new room gets its place here.
 * `firmware` by itself is what stands right under it: the box and its start.
 */
const FLOORS: readonly (readonly string[])[] = [
  ["hal/bytes"],
  ["hal/ports"],
  ["hal/io", "hal/panel", "hal/boot", "hal/certificates", "firmware/wiring", "firmware/wire", "firmware/crypto"],
  ["hal/drivers", "firmware/identity", "firmware/journal", "firmware/snapshot", "firmware/records"],
  ["hal/boards", "firmware/state"],
  [
    "hal/bridge",
    "firmware/bins",
    "firmware/commands",
    "firmware/crash",
    "firmware/parts",
    "firmware/power",
    "firmware/update",
  ],
  ["firmware/codes"],
  ["firmware/exchange"],
  ["firmware/panel", "firmware/sync"],
  ["firmware"],
  ["hal/moddable"],
];

test("imports on the box go down only, those of types too", () => {
  const floorOf = (path: string): number => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));
  const box = under("firmware/", "hal/").filter(({ path }) => !path.endsWith(".d.ts"));
  expect(box.filter(({ path }) => floorOf(path) < 0).map(({ path }) => path)).toEqual([]);
  const upward = box.flatMap(({ path, imports }) =>
    imports
      .filter(isRelative)
      .map((one) => resolveImport(path, one))
      .filter((target) => roomOf(target) !== roomOf(path) && floorOf(target) >= floorOf(path))
      .map((target) => `${path} > ${target}`),
  );
  expect(upward).toEqual([]);
});

/** `firmware/sync/mqtt/packets.ts` is in `firmware/sync`, and `firmware/box.ts` in `firmware`. */
function roomOf(path: string): string {
  return path.split("/").slice(0, -1).slice(0, 2).join("/");
}

test("imports on the box go round in no circle, those of types neither", () => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" > "));
    if (done.has(path) || trail.includes(path)) return;
    const imports = byPath.get(path)?.imports.filter(isRelative) ?? [];
    for (const one of imports) visit(resolveImport(path, one), [...trail, path]);
    done.add(path);
  };
  for (const { path } of ON_THE_BOX) visit(path, []);
  expect(circles).toEqual([]);
});

test("nothing is left for later, and nothing is switched off", () => {
  const words = new RegExp(
    `\\b(${["TO", "FIX"].map((word) => `${word}${word === "TO" ? "DO" : "ME"}`).join("|")}|X{3})\\b`,
  );
  const wrong = sources
    .filter(({ path, text }) => path !== "tests/tidy/laws.test.ts" && words.test(text))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
  const skipped = under("tests/").flatMap((source) => places(source, /\b(?:it|test|describe)\.(?:skip|only|todo)\(/g));
  expect(skipped).toEqual([]);
});
