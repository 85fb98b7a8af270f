import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "cbor-x";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KeyList, SignedEnvelope } from "../../firmware/update/manifest.js";
import { FolderShelf } from "../../sim/cloud/releases/folder-shelf.js";
import { encodeReleaseFile } from "../../sim/cloud/releases/release-file.js";
import { signKeys, signManifest } from "../../sim/cloud/releases/sign.js";
import { FIRST_KEYS, NEXT_KEYS, ROTATION, signer, trialRelease } from "../../sim/trials/update-trial/releases.js";

let folder: string;
let shelf: FolderShelf;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-shelf-"));
  shelf = new FolderShelf(join(folder, "shelf"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const FACTORY = SignedEnvelope.encode({ manifest: KeyList.encode(FIRST_KEYS), signatures: [] });

function put(name: string, bytes: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

function release(number: number, list = 1, signers = [signer(0), signer(2)], other: object = {}): string {
  const { image, manifest } = trialRelease(number, 5_000);
  const envelope = signManifest({ ...manifest, ...other }, signers);
  return put(`MS5-${number}.release`, encodeReleaseFile(list, envelope, image));
}

test("keys first, then releases; what is there is found, by this process and by another", () => {
  expect(shelf.all).toEqual([]);
  expect(() => shelf.add(release(8))).toThrow(/no release keys yet to hold it against: add keys-1\.cbor first/);
  expect(shelf.add(put("keys-1.cbor", FACTORY))).toBe("list 1 of release keys: 2 of 3 sign");
  expect(shelf.add(release(8))).toBe("release 8 of MS5, 0.8.0");
  shelf.add(release(9));
  const other = new FolderShelf(join(folder, "shelf"));
  expect(other.all.map(({ release: number }) => number)).toEqual([9, 8]);
  expect(other.facts("MS5", 8)).toMatchObject({ firmware: "0.8.0", security: 2, list: 1, imageBytes: 5_064 });
  expect(other.find("MS5", 8)!.image).toEqual(trialRelease(8, 5_000).image);
  expect(other.find("MS4", 8)).toBeUndefined();
  expect(other.keyList(1)).toEqual(FACTORY);
  expect(other.keyList(2)).toBeUndefined();
  // The same once more is nothing new.
  shelf.add(release(8));
  shelf.add(put("keys-1.cbor", FACTORY));
  expect(readdirSync(join(folder, "shelf")).sort()).toEqual(["MS5-8.release", "MS5-9.release", "keys-1.cbor"]);
});

test("a release that no box would take is told apart from one that boxes take", () => {
  shelf.add(put("keys-1.cbor", FACTORY));
  expect(() => shelf.add(release(8, 1, [signer(0)]))).toThrow(/1 of the keys of list 1 signed it, and 2 have to/);
  expect(() => shelf.add(release(8, 1, [signer(1), signer(1)]))).toThrow(/key 1 has signed twice, which counts once/);
  expect(() => shelf.add(release(8, 1, [signer(4, 0), signer(5, 7)]))).toThrow(
    /what stands for key 0 is not its signature of these bytes; list 1 has no key 7/,
  );
  expect(() => shelf.add(release(8, 1, [signer(0), signer(1, 2)]))).toThrow(
    /the signature of key 1 says that it is of key 2: sign with --number 1/,
  );
  expect(() => shelf.add(release(8, 2))).toThrow(/signed by keys of list 2, and list 1 is in force/);
  expect(() => shelf.add(release(8, 1, undefined, { digest: new Uint8Array(32) }))).toThrow(
    /the image in it is not the one that its manifest names/,
  );
  expect(() => shelf.add(release(8, 1, undefined, { floor: 7 }))).toThrow(/different security versions/);
  expect(() => shelf.add(put("x.release", new Uint8Array(40).fill(7)))).toThrow(/is no release: .*assemble writes one/);
  expect(() => shelf.add(put("x.release", new Uint8Array(0)))).toThrow(/is no release/);
  const newer = encode({ smartbox: "release", format: 2 });
  expect(() => shelf.add(put("x.release", newer))).toThrow(/of format 2, and this cloud reads 1: bring the cloud up/);
  expect(() => shelf.add(join(folder, "none"))).toThrow(/cannot be read: .*no such file/);
  expect(shelf.all).toEqual([]);
  shelf.add(release(8));
  const another = trialRelease(8, 6_000);
  const other = put("MS5-8.release", encodeReleaseFile(1, another.envelope, another.image));
  expect(() => shelf.add(other)).toThrow(/there is another MS5-8\.release on the shelf: .*gets another number/);
});

test("keys go on one list after the other, signed by both; what a retired key signed is called so", () => {
  expect(() => shelf.add(put("keys-2.cbor", ROTATION))).toThrow(/is list 2: add keys-1\.cbor first/);
  shelf.add(put("keys-1.cbor", FACTORY));
  shelf.add(release(8));
  for (const [before, own, fault] of [
    [[signer(0)], [signer(1, 0), signer(3, 2)], /1 of the keys of list 1 signed it, and 2 have to/],
    [[signer(0), signer(1)], [signer(1, 0)], /1 of the keys of list 2 signed it, and 2 have to/],
  ] as const) {
    expect(() => shelf.add(put("keys-2.cbor", signKeys(NEXT_KEYS, before, own)))).toThrow(fault);
  }
  const skipped = signKeys({ ...NEXT_KEYS, version: 3 }, [signer(0), signer(1)], [signer(1, 0), signer(3, 2)]);
  expect(() => shelf.add(put("keys-3.cbor", skipped))).toThrow(/list 3 does not follow list 1/);
  shelf.add(put("keys-2.cbor", ROTATION));
  const other = SignedEnvelope.encode({ ...SignedEnvelope.decode(ROTATION), signatures: [] });
  expect(() => shelf.add(put("keys-2.cbor", other))).toThrow(/another list 2 on the shelf: a list is never replaced/);
  expect(() => shelf.add(put("keys-x.cbor", new Uint8Array(9)))).toThrow(/is no list of release keys/);
  // Key 0 has gone; what it signed before stays on the shelf, for boxes that are not so far.
  expect(() => shelf.add(release(9, 2, [signer(0), signer(2, 1)]))).toThrow(
    /key 0 of list 1 was retired: it counts no more/,
  );
  shelf.add(release(9, 2, [signer(2, 1), signer(3, 2)]));
  expect(shelf.all.map(({ release: number, list }) => [number, list])).toEqual([
    [9, 2],
    [8, 1],
  ]);
});
