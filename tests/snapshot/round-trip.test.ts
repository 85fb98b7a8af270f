import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { lookupHash } from "../../firmware/snapshot/lookup-hash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import { makeFlash } from "./support/flash.js";
import { nodeHash, randomModel, SMALL } from "./support/models.js";
import { expectSame } from "./support/same.js";
import { download, slotsOn } from "./support/slots.js";

vi.setConfig({ testTimeout: 60_000 });

test("random models of every size come back, through any geometry and any pieces", () => {
  const size = (max: number) =>
    fc.oneof({ weight: 1, arbitrary: fc.constantFrom(0, 1, 2) }, { weight: 3, arbitrary: fc.nat(max) });
  fc.assert(
    fc.property(
      fc.nat(),
      fc.record({ bins: size(200), keys: size(60), users: size(40), accesses: size(150) }),
      fc.constantFrom(1, 4, 8, 16, 32),
      fc.constantFrom(4_096, 16_384),
      fc.integer({ min: 1, max: 1_024 }),
      fc.constantFrom<0 | 1>(0, 1),
      (seed, sizes, alignBytes, sectorBytes, pieceBytes, slot) => {
        const model = randomModel(seed, sizes);
        const flash = makeFlash({ sectors: 33, sectorBytes, alignBytes, fill: 0x55 });
        const file = buildSnapshot(model);
        const finished = download(slotsOn(flash), slot, model.version, file, pieceBytes);
        expectSame(finished, model);
        expectSame(slotsOn(flash).open(slot, model.version), model);
        const { slotBytes } = slotsOn(flash);
        const other = flash.image().subarray((1 - slot) * slotBytes, (2 - slot) * slotBytes);
        expect(other.every((byte) => byte === 0x55)).toBe(true);
      },
    ),
    { seed: 20_261_123, numRuns: 40 },
  );
});

test("a model of full size comes back", () => {
  const model = randomModel(7, { bins: 200, keys: 2_500, users: 2_500, accesses: 6_000 });
  const flash = makeFlash({ sectors: 400 });
  expectSame(download(slotsOn(flash), 1, model.version, buildSnapshot(model)), model);
}, 60_000);

test("names longer than 64 bytes lose their middle, between characters", () => {
  const model = {
    ...SMALL,
    users: [
      { id: 1, name: "鍵".repeat(30) },
      { id: 2, name: "🔑".repeat(16) },
    ],
  };
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot(model));
  expect(view.userName(1)).toBe(`${"鍵".repeat(6)}…${"鍵".repeat(14)}`);
  expect(view.userName(2)).toBe("🔑".repeat(16));
});

test("keys whose names differ in the middle have names that differ on the panel", () => {
  const long = (x: string) => `東京都渋谷区桜丘町第一レジデンス${x}号棟東館管理組合共用鍵箱の鍵束`;
  const model = {
    ...SMALL,
    keys: SMALL.keys.map((key, i) => ({ ...key, name: long("一二三四五六七八九"[i]!) })),
  };
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot(model));
  const names = SMALL.keys.map(({ fob }) => fob && view.keyByFob(fob)?.name).filter((name) => name !== undefined);
  expect(names.length).toBeGreaterThan(1);
  names.forEach((name, i) => {
    expect(name).toMatch(/^東京都渋谷…[一二三四五六七八九]号棟/);
    expect(names.indexOf(name)).toBe(i);
  });
});

test("a fob in a bin that belongs to a key reads as that key", () => {
  const model = { ...SMALL, bins: [{ bin: 3, enabled: true, fob: "012ABC" }] };
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot(model));
  expect(view.bin(3)).toEqual({ enabled: true, key: 20, fob: undefined, uncertain: false, taken: false });
});

test("pages of accesses are of 1 to 32, from 0 on", () => {
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot(SMALL));
  for (const [skip, limit] of [
    [0, 0],
    [0, 33],
    [-1, 1],
    [Number.NaN, 1],
    [0, Number.NaN],
  ] as const) {
    expect(() => view.accessesOf(1, skip, limit)).toThrow(RangeError);
  }
});

test("the look-up hash is HMAC-SHA-512 cut to 10 bytes (RFC 4231, test case 2)", () => {
  const hash = lookupHash(nodeHash, Buffer.from("Jefe"), "what do ya want for nothing?");
  expect(Buffer.from(hash).toString("hex")).toBe("164b7a7bfcf819e2e395");
});

test("a key that may have been left behind in one bin hangs in another", () => {
  const bins = [
    { bin: 1, enabled: true, key: 20, taken: true },
    { bin: 2, enabled: true, key: 20 },
  ];
  const view = download(slotsOn(makeFlash()), 0, 6, buildSnapshot({ ...SMALL, bins }));
  expect(view.bin(1)).toMatchObject({ key: 20, taken: true, uncertain: false });
  expect(view.bin(2)).toMatchObject({ key: 20, taken: false, uncertain: false });
});
