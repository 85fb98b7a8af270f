import { expect, test } from "vitest";
import { lookupHash } from "../../firmware/snapshot/lookup-hash.js";
import { FlashError } from "../../hal/ports/flash.js";
import { buildSnapshot } from "../../sim/cloud/snapshot/build.js";
import { forgetReads, makeFlash } from "./support/flash.js";
import { nodeHash, randomModel } from "./support/models.js";
import { download, slotsOn } from "./support/slots.js";

const model = randomModel(3, { bins: 200, keys: 2_000, users: 2_000, accesses: 5_000 });
const file = buildSnapshot(model);
const flash = makeFlash({ sectors: 400 });
download(slotsOn(flash), 0, model.version, file);
const view = slotsOn(flash).open(0, model.version);

/** The most reads and bytes that any of `lookups` takes. */
function worst<T>(items: readonly T[], lookup: (item: T) => void): { reads: number; bytes: number } {
  let reads = 0;
  let bytes = 0;
  for (const item of items) {
    forgetReads(flash);
    lookup(item);
    reads = Math.max(reads, flash.reads);
    bytes = Math.max(bytes, flash.bytesRead);
  }
  return { reads, bytes };
}

const hashes = model.codes.map(({ text }) => lookupHash(nodeHash, model.lookupKey, text));

test("a code among 7,000", () => {
  expect(hashes).toHaveLength(7_000);
  const { reads, bytes } = worst(hashes, (hash) => view.code(hash));
  expect(reads).toBeLessThanOrEqual(14);
  expect(bytes).toBeLessThanOrEqual(146);
});

test("a booking code, its access, its key and its user's name", () => {
  const { reads, bytes } = worst(hashes, (hash) => {
    const code = view.code(hash);
    if (code?.kind !== "booking") return;
    const access = view.access(code.access)!;
    expect(view.keyById(access.key)).toBeDefined();
    expect(view.userName(access.user)).toBeDefined();
  });
  expect(reads).toBeLessThanOrEqual(56);
  expect(bytes).toBeLessThanOrEqual(550);
});

test("a key by its fob among 2,000", () => {
  const fobs = model.keys.flatMap(({ fob }) => fob ?? []);
  const { reads, bytes } = worst(fobs, (fob) => expect(view.keyByFob(fob)).toBeDefined());
  expect(reads).toBeLessThanOrEqual(16);
  expect(bytes).toBeLessThanOrEqual(368);
});

test("every bin once, as the search for a key or for a free bin does", () => {
  forgetReads(flash);
  const fresh = slotsOn(flash).open(0, model.version);
  const opening = flash.reads;
  for (let bin = 0; bin < 200; bin++) expect(fresh.bin(bin)).toBeDefined();
  expect(flash.reads - opening).toBeLessThanOrEqual(13);
  expect(flash.bytesRead).toBeLessThanOrEqual(364 + 200 * 28);
});

test("one bin of 200", () => {
  const bins = model.bins.map(({ bin }) => bin);
  const { reads, bytes } = worst(bins, (bin) => slotsOn(flash).open(0, model.version).bin(bin));
  // Header, location, its name and offsets come with every opening.
  const opening = worst([0], () => slotsOn(flash).open(0, model.version));
  expect(reads - opening.reads).toBe(1);
  expect(bytes - opening.bytes).toBeLessThanOrEqual(16 * 28);
});

test("a read that failed leaves nothing behind that passes for rows", () => {
  const fresh = slotsOn(flash).open(0, model.version);
  const expected = fresh.bin(0);
  fresh.bin(199);
  const read = flash.read;
  flash.read = (_, into) => {
    into.fill(0);
    throw new FlashError("bus fault");
  };
  try {
    expect(() => fresh.bin(0)).toThrow(FlashError);
  } finally {
    flash.read = read;
  }
  expect(fresh.bin(0)).toEqual(expected);
  expect(expected).toBeDefined();
});

test("32 accesses of a user take no more than their rows and one search", () => {
  const { reads, bytes } = worst(model.users, ({ id }) => view.accessesOf(id, 0, 32));
  expect(reads).toBeLessThanOrEqual(13 + 1 + 2 * 32);
  expect(bytes).toBeLessThanOrEqual(13 * 4 + 8 + 28 * 32);
});

test("opening reads the header, the location and its offsets", () => {
  forgetReads(flash);
  slotsOn(flash).open(0, model.version);
  expect(flash.bytesRead).toBeLessThanOrEqual(364);
});

test("checking a download reads the file at most twice, and its header and location", () => {
  const slots = slotsOn(flash);
  const writer = slots.begin(1, model.version, file.length);
  for (let at = 0; at < file.length; at += 1_024) writer.write(file.subarray(at, at + 1_024));
  forgetReads(flash);
  writer.finish();
  expect(flash.bytesRead).toBeLessThanOrEqual(2 * file.length + 364);
});
