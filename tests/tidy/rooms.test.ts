import { expect, test } from "vitest";
import { readSources, resolveImport } from "./sources.js";

/** Who may know whom: the nine rooms of the simulator, and the cloud, which is a product of its own. */

const sources = readSources();

/** From a room, the rooms of which it may import. A room that is missing on the right is a stranger. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  world: [],
  engines: ["world"],
  cloud: [],
  broker: ["cloud", "world"],
  samples: ["cloud", "world"],
  trials: ["broker", "cloud", "engines", "samples", "world"],
  bench: ["broker", "cloud", "engines", "samples", "trials", "world"],
  page: ["cloud", "engines", "trials", "world"],
  cli: ["bench", "cloud", "engines", "page", "samples", "trials", "world"],
};

/**
 * What the cloud shares with the box: the formats of what passes between them, on the wire and on paper. It knows the models
 * that there are, and of the ports the two that it needs itself.
 */
const SHARED_WITH_CLOUD = [
  // Messages and their sealing.
  /^firmware\/wire\//,
  "firmware/crypto/tweetnacl-hash.ts",
  // Records and the snapshot, with its checksum.
  /^firmware\/records\//,
  "firmware/snapshot/layout.ts",
  "firmware/snapshot/contract.ts",
  // Manifests and images of releases.
  "firmware/update/manifest.ts",
  "hal/boot/image-header.ts",
  /^hal\/bytes\//,
  // Printed codes, and what a wrong one costs.
  "firmware/codes/hotp.ts",
  "firmware/codes/sheet.ts",
  "firmware/codes/ladder.ts",
  "hal/boards/index.ts",
  "hal/ports/bin-label.ts",
  "hal/ports/clock.ts",
  "hal/ports/hash.ts",
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const imports: readonly Import[] = sources.flatMap(({ path, imports }) =>
  imports.filter((one) => one.startsWith(".")).map((one) => ({ from: path, to: resolveImport(path, one) })),
);
const room = (path: string): string | undefined => /^sim\/(\w+)\//.exec(path)?.[1];
const said = ({ from, to }: Import): string => `${from} -> ${to}`;
const of = (folder: string) => imports.filter(({ from }) => from.startsWith(folder));

test("there are nine rooms, and each knows only those that it may", () => {
  expect([...new Set(sources.map(({ path }) => room(path)))].filter((one) => one !== undefined).sort()).toEqual(
    Object.keys(ARROWS).sort(),
  );
  const wrong = of("sim/").filter(({ from, to }) => {
    const [here, there] = [room(from)!, room(to)];
    return there !== undefined && here !== there && !ARROWS[here]!.includes(there);
  });
  expect(wrong.map(said)).toEqual([]);
});

test("no arrow between rooms is only on paper, and they go round in no circle", () => {
  const drawn = new Set(imports.map(({ from, to }) => `${room(from)} -> ${room(to)}`));
  const allowed = Object.entries(ARROWS).flatMap(([from, to]) => to.map((one) => `${from} -> ${one}`));
  expect(allowed.filter((one) => !drawn.has(one))).toEqual([]);
  const below = (name: string, trail: readonly string[]): readonly string[] =>
    trail.includes(name)
      ? [[...trail, name].join(" > ")]
      : ARROWS[name]!.flatMap((one) => below(one, [...trail, name]));
  expect(Object.keys(ARROWS).flatMap((name) => below(name, []))).toEqual([]);
});

test("the cloud knows of the box the formats of what passes between them, and nothing else", () => {
  const isShared = (path: string): boolean =>
    SHARED_WITH_CLOUD.some((one) => (typeof one === "string" ? one === path : one.test(path)));
  const outside = of("sim/cloud/").filter(({ to }) => !to.startsWith("sim/cloud/"));
  expect(outside.filter(({ to }) => !isShared(to)).map(said)).toEqual([]);
});

test("what the cloud shares with the box needs no journal, no state, no task and no panel", () => {
  const shared = new Set(["firmware/codes/hotp.ts", "firmware/codes/sheet.ts", "firmware/codes/ladder.ts"]);
  const tasks = /^firmware\/(box|main|journal|state|exchange|codes|bins|commands|sync|power|panel|parts|identity)\b/;
  const wrong = imports.filter(({ from, to }) => shared.has(from) && tasks.test(to) && !shared.has(to));
  expect(wrong.map(said)).toEqual([]);
});

test("the simulated world knows neither the firmware nor a cloud: it is what a box meets", () => {
  expect(
    of("sim/world/")
      .filter(({ to }) => to.startsWith("firmware/"))
      .map(said),
  ).toEqual([]);
});

test("the judge and the reader of journals are independent: nothing of the box's code is in them, nor do they get it from the tests", () => {
  const wrong = ["sim/trials/judge/", "sim/trials/journal-reader/"]
    .flatMap(of)
    .filter(({ to }) => to.startsWith("firmware/") || to.startsWith("hal/drivers/") || to.startsWith("tests/"));
  expect(wrong.map(said)).toEqual([]);
});

test("the judge reads what the cloud has by itself: nothing of the cloud is in it, shapes neither", () => {
  const wrong = of("sim/trials/judge/").filter(({ to }) => to.startsWith("sim/cloud/"));
  expect(wrong.map(said)).toEqual([]);
});
