import { createHmac } from "node:crypto";
import type { HashPort } from "../../../hal/ports/hash.js";
import { buildSnapshot } from "../../../sim/cloud/snapshot/build.js";
import type { CodeModel, SnapshotModel } from "../../../sim/cloud/snapshot/model.js";
import { Random } from "../../../sim/world/random.js";

export const BOX = "BOX-7";

export const nodeHash: HashPort = {
  sha512: () => {
    throw new Error("not needed");
  },
  hmacSha512: (key, message) => new Uint8Array(createHmac("sha512", key).update(message).digest()),
};

export interface Sizes {
  readonly bins: number;
  readonly keys: number;
  readonly users: number;
  readonly accesses: number;
}

const NAME_PIECES = ["Van", "鍵", "é", "🔑", " ", "B-12", "Clé", "'", "\u0000", "Ω"];

function names(random: Random): string {
  let name = "";
  for (let i = random.int(7); i > 0; i--) name += random.pick(NAME_PIECES);
  return name;
}

/** `count` different whole numbers from 1 to 2^32-1, both ends among them, in no order. */
function ids(random: Random, count: number): number[] {
  const found = new Set([1, 2 ** 32 - 1].slice(0, count));
  while (found.size < count) found.add(1 + random.int(2 ** 32 - 1));
  return shuffled(random, [...found]);
}

function shuffled<T>(random: Random, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}

/** Different texts of `alphabet`, `min` to `max` characters. */
function texts(random: Random, count: number, alphabet: string, min: number, max: number): string[] {
  const found = new Set<string>();
  while (found.size < count) {
    let text = "";
    for (let i = min + random.int(max - min + 1); i > 0; i--) text += alphabet[random.int(alphabet.length)];
    found.add(text);
  }
  return [...found];
}

const SERIAL = " !0123456789ABCDEFabcdef~";

/** A model without contradictions; everything in it is drawn from `seed`. */
export function randomModel(seed: number, sizes: Sizes): SnapshotModel {
  const random = new Random(seed);
  const keyIds = ids(random, sizes.keys);
  const userIds = ids(random, sizes.users);
  const accessIds = sizes.keys > 0 && sizes.users > 0 ? ids(random, sizes.accesses) : [];
  const serials = texts(random, sizes.keys + sizes.users + sizes.bins, SERIAL, 1, 16);
  const codes = texts(random, accessIds.length + sizes.keys, "0123456789", 4, 16);
  const keys = keyIds.map((id) => ({
    id,
    name: names(random),
    fob: random.int(5) > 0 ? serials.pop() : undefined,
    roaming: random.int(2) === 0,
    homeLocation: 1 + random.int(3),
    homeLocationName: random.pick(["Paris", "東京", "Leeds"]),
  }));
  const toPlace = shuffled(random, [...keyIds]);
  return {
    box: BOX,
    version: 1 + random.int(2 ** 32 - 1),
    epoch: random.bytes(8),
    asOf: random.int(2 ** 21) * 2 ** 32 + random.int(2 ** 32),
    sheet: random.int(1_000),
    lookupKey: random.bytes(32),
    location: {
      id: 1 + random.int(9),
      name: names(random),
      language: random.pick(["en", "fr", "ja"]),
      offsets: Array.from({ length: random.int(17) }, (_, i) => ({
        from: i * 1e8,
        offsetMinutes: random.int(2_881) - 1_440,
      })),
    },
    bins: shuffled(
      random,
      Array.from({ length: sizes.bins }, (_, bin) => {
        const what = random.int(3);
        const key = what === 0 ? toPlace.pop() : undefined;
        return {
          bin,
          enabled: random.int(4) > 0,
          key,
          fob: what === 1 ? serials.pop() : undefined,
          uncertain: random.int(4) === 0,
          taken: random.int(4) === 0,
        };
      }),
    ),
    keys,
    users: userIds.map((id) => ({ id, name: names(random) })),
    accesses: accessIds.map((id) => {
      const from = random.int(2 ** 32 - 1);
      const window = random.int(3) === 0 ? undefined : { from, until: from + 1 + random.int(2 ** 32 - 1 - from) };
      return { id, user: random.pick(userIds), key: random.pick(keyIds), window };
    }),
    codes: shuffled(random, [
      ...accessIds.map((access): CodeModel => ({ text: codes.pop()!, target: { kind: "booking", access } })),
      ...keyIds.map((key): CodeModel => ({ text: codes.pop()!, target: { kind: "key", key } })),
    ]),
    badges: userIds.flatMap((user) => (random.int(2) === 0 ? [{ serial: serials.pop()!, user }] : [])),
  };
}

/** Small, with a row in every section; for forging. */
export const SMALL: SnapshotModel = {
  box: BOX,
  version: 6,
  epoch: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  asOf: 3 * 2 ** 32 + 9,
  sheet: 2,
  lookupKey: new Uint8Array(32).fill(7),
  location: {
    id: 4,
    name: "Paris",
    language: "fr",
    offsets: [
      { from: 0, offsetMinutes: 60 },
      { from: 1_774_746_000, offsetMinutes: -120 },
    ],
  },
  bins: [
    { bin: 1, enabled: false, fob: "0FF" },
    { bin: 0, enabled: true, key: 20 },
  ],
  keys: [
    { id: 20, name: "Van", fob: "012ABC", roaming: true, homeLocation: 4, homeLocationName: "Paris" },
    { id: 10, name: "Flat 鍵", roaming: false, homeLocation: 5, homeLocationName: "Lyon" },
    { id: 30, name: "Truck", fob: "012ABD", roaming: false, homeLocation: 4, homeLocationName: "Paris" },
  ],
  users: [
    { id: 2, name: "Ana" },
    { id: 1, name: "Bo" },
  ],
  accesses: [
    { id: 200, user: 1, key: 20 },
    { id: 100, user: 2, key: 10, window: { from: 1_000, until: 2_000 } },
    { id: 150, user: 1, key: 10 },
  ],
  codes: [
    { text: "123456", target: { kind: "booking", access: 100 } },
    { text: "0000", target: { kind: "key", key: 10 } },
  ],
  badges: [
    { serial: "BADGE 1", user: 2 },
    { serial: "BADGE 2", user: 1 },
  ],
};

/** `SMALL` with users, and nothing for them, whose file has `totalBytes`: each takes a row of 8 bytes and its name. */
export function modelOfBytes(totalBytes: number): SnapshotModel {
  const bare = { ...SMALL, users: [], accesses: [], codes: [], badges: [] };
  const missing = totalBytes - buildSnapshot(bare).length;
  const count = Math.ceil(missing / (8 + 64));
  const nameBytes = missing - 8 * count;
  const users = Array.from({ length: count }, (_, i) => {
    const length = Math.floor(nameBytes / count) + (i < nameBytes % count ? 1 : 0);
    return { id: i + 1, name: `${i} `.padEnd(length, "x") };
  });
  return { ...bare, users };
}
