import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nacl from "tweetnacl";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { beginDownload, begunDownload, Download } from "../../firmware/update/download.js";
import { type BoxFacts, whyNot } from "../../firmware/update/fitness.js";
import { KeyStore } from "../../firmware/update/key-store.js";
import { Manifest, SignedEnvelope, signedBytes } from "../../firmware/update/manifest.js";
import { thresholdCheck } from "../../firmware/update/threshold.js";
import { openEnvelope, seal } from "../../firmware/wire/envelope.js";
import { Lane } from "../../firmware/wire/lanes.js";
import { ImagePiece, MAX_ENVELOPE_BYTES, Release } from "../../firmware/wire/update-messages.js";
import { updatePort } from "../../hal/boot/update-port.js";
import { crc32 } from "../../hal/bytes/crc32.js";
import { IMAGE_FILE, MANIFEST_FILE } from "../../sim/cli/release/build.js";
import { newKey, signRelease } from "../../sim/cli/release/sign.js";
import { digestOf, makeImage } from "../../sim/cloud/releases/image.js";
import { signKeys, signManifest } from "../../sim/cloud/releases/sign.js";
import { factoryFlash, OLD_RELEASE, ROUTE_PAYLOAD_BYTES } from "../../sim/trials/update-trial/box.js";
import {
  FIRST_KEYS,
  MODEL,
  NEXT_KEYS,
  NOW_S,
  ROTATION,
  signer,
  trialRelease,
} from "../../sim/trials/update-trial/releases.js";
import { outcomeOf } from "./support/outcome.js";

/** One attack for each threat of RFC 9124, section 4.2; the table is in SECURITY.md. */

const NEW = 8;
const good = trialRelease(NEW, ROUTE_PAYLOAD_BYTES);
const refused = (reason: string) => ({ told: [`refused ${reason}`], release: OLD_RELEASE });
const box: BoxFacts = {
  release: OLD_RELEASE,
  isTrial: false,
  floor: 1,
  returned: undefined,
  model: MODEL,
  room: 16_384,
  now: NOW_S,
};

test("the genuine release is taken: what follows is refused for its own reason", () => {
  expect(outcomeOf(good)).toEqual({ told: ["begun", "downloaded", "trial", "confirmed"], release: NEW });
});

test("THREAT.IMG.EXPIRED: an older release is not even asked for, and no newer number makes it new", () => {
  expect(outcomeOf(trialRelease(6, ROUTE_PAYLOAD_BYTES))).toEqual({ told: [], release: OLD_RELEASE });
  const old = trialRelease(6, ROUTE_PAYLOAD_BYTES);
  const asNew = { ...good, envelope: old.envelope };
  expect(outcomeOf(asNew)).toEqual(refused("malformed"));
  expect(whyNot({ ...good.manifest, floor: 1 }, { ...box, floor: 2 })).toBe("rollback");
  expect(whyNot(good.manifest, { ...box, release: NEW })).toBe("rollback");
});

test("THREAT.IMG.EXPIRED.OFFLINE: a release that was held back beyond its day, and one for a box that knows no day", () => {
  expect(outcomeOf(trialRelease(NEW, ROUTE_PAYLOAD_BYTES, { expires: NOW_S }))).toEqual(refused("expired"));
  expect(whyNot(good.manifest, { ...box, now: undefined })).toBe("expired");
});

test("THREAT.IMG.INCOMPATIBLE: a release of another model", () => {
  expect(outcomeOf(trialRelease(NEW, ROUTE_PAYLOAD_BYTES, { model: "MS4" }))).toEqual(refused("other-model"));
});

test("THREAT.IMG.FORMAT: a signed image in a format of later years is never started", () => {
  const image = good.image.slice();
  image[4] = 2;
  // Its sum is right: nothing but the format is another.
  new DataView(image.buffer).setUint32(60, crc32(image, 0, 60), true);
  const envelope = signManifest({ ...good.manifest, digest: digestOf(image) }, [signer(0), signer(1)]);
  expect(outcomeOf({ ...good, image, envelope })).toEqual({
    told: ["begun", "downloaded", "refused slot-fault"],
    release: OLD_RELEASE,
  });
});

test("THREAT.IMG.LOCATION: a piece for another place is dropped, and the running slot is out of reach", () => {
  const parts = factoryFlash(1);
  const port = updatePort({ partition: parts.update, slots: parts.slots, running: 0 });
  beginDownload(port.store, { envelope: good.envelope, failures: 0 });
  const download = new Download({ slot: parts.slots[1], store: port.store, total: good.image.length });
  const before = parts.slots[1].image();
  for (const offset of [1, 1_024, 4_096, 2 ** 31, 0xffff_ffff]) {
    expect(download.write(offset, good.image.slice(0, 1_024)), `${offset}`).toBe(false);
  }
  expect(parts.slots[1].image()).toEqual(before);
  const running = parts.slots[0].programs + parts.slots[0].erases;
  outcomeOf(good, {}, parts);
  // From slot 1 on trial and confirmed, slot 0 was never written.
  expect(parts.slots[0].programs + parts.slots[0].erases).toBe(running);
});

test("THREAT.NET.REDIRECT: bytes from elsewhere are not the image that was signed; after three times it is refused for good", () => {
  const elsewhere = trialRelease(9, ROUTE_PAYLOAD_BYTES).image;
  const parts = factoryFlash(1);
  expect(outcomeOf(good, { handedOut: elsewhere }, parts)).toEqual({
    told: ["begun", "refused digest"],
    release: OLD_RELEASE,
  });
  const port = updatePort({ partition: parts.update, slots: parts.slots, running: 0 });
  expect(begunDownload(port.store)?.failures).toBe(3);
  // The slot still has no header: nothing can start what lies there.
  expect(() => port.boot.tryOther(NEW)).toThrow(/no sound image/);
});

describe("on the way", () => {
  const key = new Uint8Array(32).fill(7);
  const session = new Uint8Array(8).fill(1);
  const challenge = new Uint8Array(8).fill(2);
  const body = ImagePiece.encode({ release: NEW, offset: 0, bytes: good.image.slice(0, 1_024) });
  const sealed = seal(key, Lane.image, session, challenge, 1, body);

  test("THREAT.NET.ONPATH: a piece with a bit turned over, or from another lane, does not open", () => {
    expect(openEnvelope(key, Lane.image, sealed)?.body).toEqual(body);
    expect(openEnvelope(key, Lane.snapshot, sealed)).toBeUndefined();
    for (let at = 0; at < sealed.length; at += 37) {
      const other = sealed.slice();
      other[at]! ^= 0x10;
      expect(openEnvelope(key, Lane.image, other), `byte ${at}`).toBeUndefined();
    }
  });

  test("THREAT.IMG.DISCLOSURE: no sixteen bytes of the image can be read there", () => {
    const seen = Buffer.from(sealed);
    for (let at = 0; at + 16 <= 1_024; at += 16) expect(seen.indexOf(good.image.slice(at, at + 16))).toBe(-1);
  });

  test("THREAT.MFST.EXPOSURE: nor of the manifest, which has no secret in it either", () => {
    const manifest = Release.encode({ release: NEW, manifest: good.envelope });
    const seen = Buffer.from(seal(key, Lane.release, session, challenge, 2, manifest));
    expect(seen.indexOf(good.envelope.slice(0, 16))).toBe(-1);
    expect(Object.keys(Manifest.decode(SignedEnvelope.decode(good.envelope).manifest)).sort()).toEqual(
      ["digest", "expires", "firmware", "floor", "formats", "model", "release", "total"].sort(),
    );
  });
});

test("THREAT.IMG.REPLACE: a slot that changes between download and switch is found out", () => {
  const parts = factoryFlash(1);
  const { slots } = parts;
  const image = good.image;
  let isSpoilt = false;
  slots[1].onOperation = ({ kind, offset }) => {
    // The digest's own reading of the second block: by then every sector was read back and found right.
    if (kind !== "read" || isSpoilt || offset !== 4_096) return;
    if (parts.update.image()[4 * 4_096 + 512 + 2] === 0) {
      slots[1].flipBits(offset + 5, 4);
      isSpoilt = true;
    }
  };
  const { told, release } = outcomeOf(good, {}, parts);
  expect(isSpoilt).toBe(true);
  // It was fetched once more, and was right then.
  expect({ told, release }).toEqual({ told: ["begun", "downloaded", "trial", "confirmed"], release: NEW });
  const found = new Uint8Array(image.length);
  slots[1].read(0, found);
  expect(found).toEqual(image);
});

test("THREAT.IMG.NON_AUTH: unsigned, signed by strangers, signed for another purpose", () => {
  const signedBy = (...signers: Parameters<typeof trialRelease>[3] & object) =>
    outcomeOf(trialRelease(NEW, ROUTE_PAYLOAD_BYTES, {}, signers));
  expect(signedBy()).toEqual(refused("signatures"));
  expect(signedBy(signer(4, 0), signer(5, 1))).toEqual(refused("signatures"));
  // The very bytes of a manifest, signed as if they were a key list.
  const { manifest } = SignedEnvelope.decode(good.envelope);
  const asKeys = ({ number, secretKey }: ReturnType<typeof signer>) =>
    Uint8Array.of(number, ...nacl.sign.detached(signedBytes("smartbox-keys", manifest), secretKey));
  const crossed = SignedEnvelope.encode({ manifest, signatures: [asKeys(signer(0)), asKeys(signer(1))] });
  expect(outcomeOf({ ...good, envelope: crossed })).toEqual(refused("signatures"));
});

test("THREAT.UPD.WRONG_PRECURSOR: a release that must not follow this one, or could not read what is there, or be gone back from", () => {
  const other = (manifest: Partial<Manifest>) => outcomeOf(trialRelease(NEW, ROUTE_PAYLOAD_BYTES, manifest));
  expect(other({ from: OLD_RELEASE + 1 })).toEqual(refused("stepping-stone"));
  for (const formats of [
    [2, 2, 1, 1],
    [2, 1, 1, 1],
    [1, 1, 2, 1],
    [1, 2, 1, 1],
    [1, 1, 2, 2],
    [1, 1, 1, 2],
  ] as const) {
    expect(other({ formats }), formats.join()).toEqual(refused("formats"));
  }
  expect(other({ from: OLD_RELEASE, formats: [0, 1, 1, 1] }).release).toBe(NEW);
});

test("THREAT.UPD.UNAPPROVED: one of the two who have to approve is not enough, nor one twice", () => {
  for (const signers of [[signer(1)], [signer(1), signer(1)], [signer(1), signer(4, 2)]]) {
    expect(outcomeOf(trialRelease(NEW, ROUTE_PAYLOAD_BYTES, {}, signers))).toEqual(refused("signatures"));
  }
});

test("THREAT.MFST.OVERRIDE: what comes beside the manifest overrides nothing of it", () => {
  // A piece counter, a number, a length: all are held against the signed ones.
  const seven = { ...good, envelope: trialRelease(9, ROUTE_PAYLOAD_BYTES).envelope };
  expect(outcomeOf(seven)).toEqual(refused("malformed"));
  const envelope = SignedEnvelope.decode(good.envelope);
  const longer = new Uint8Array([...envelope.manifest, ...envelope.manifest]);
  expect(
    outcomeOf({ ...good, envelope: SignedEnvelope.encode({ ...envelope, manifest: longer.subarray(0, 256) }) }),
  ).toEqual(refused("malformed"));
});

test("THREAT.IMG.EXTRA: bytes behind the image are neither asked for nor taken", () => {
  const extra = new Uint8Array(good.image.length + 3_000).fill(0x5a);
  extra.set(good.image);
  const parts = factoryFlash(1);
  expect(outcomeOf(good, { handedOut: extra }, parts).release).toBe(NEW);
  const behind = new Uint8Array(100);
  parts.slots[1].read(good.image.length, behind);
  expect(behind.every((byte) => byte === 0xff)).toBe(true);
});

describe("THREAT.KEY.EXPOSURE", () => {
  test("a key that was retired counts no more, and its list cannot be brought back", () => {
    const rotation = { list: NEXT_KEYS, envelope: ROTATION };
    // Key 0 is retired: in the new list its number is another key's.
    const byRetired = trialRelease(NEW, ROUTE_PAYLOAD_BYTES, {}, [signer(0), signer(2, 1)]);
    const parts = factoryFlash(1);
    expect(outcomeOf(byRetired, { rotation }, parts)).toEqual(refused("signatures"));
    const { store } = updatePort({ partition: parts.update, slots: parts.slots, running: 0 });
    expect(new KeyStore(store).read()?.version).toBe(2);
    const back = {
      list: { ...FIRST_KEYS, version: 9 },
      envelope: signKeys(FIRST_KEYS, [signer(1, 0), signer(3, 2)], [signer(0)]),
    };
    expect(outcomeOf(good, { rotation: back }, parts)).toEqual(refused("signatures"));
    expect(new KeyStore(store).read()?.version).toBe(2);
  });

  /** Version of the list that is in force at a box which was handed another one: refused for its own sake, it changes nothing. */
  function listAfter(rotation: NonNullable<Parameters<typeof outcomeOf>[1]>["rotation"]): number | undefined {
    const parts = factoryFlash(1);
    expect(outcomeOf(good, { ...(rotation && { rotation }) }, parts)).toEqual(refused("signatures"));
    return new KeyStore(updatePort({ partition: parts.update, slots: parts.slots, running: 0 }).store).read()?.version;
  }

  test("one exposed key rotates nothing, and a list that its own keys have not signed is no list", () => {
    for (const [before, own] of [
      [[signer(0)], [signer(1, 0), signer(3, 2)]],
      [
        [signer(0), signer(0)],
        [signer(1, 0), signer(3, 2)],
      ],
      [[signer(0), signer(1)], [signer(1, 0)]],
    ] as const) {
      expect(listAfter({ list: NEXT_KEYS, envelope: signKeys(NEXT_KEYS, before, own) })).toBe(1);
    }
  });

  test("a list that skips a version, or needs more keys than it has", () => {
    for (const list of [
      { ...NEXT_KEYS, version: 3 },
      { ...NEXT_KEYS, threshold: 4 },
    ]) {
      const envelope = signKeys(list, [signer(0), signer(1)], [signer(1, 0), signer(3, 2)]);
      expect(listAfter({ list, envelope })).toBe(1);
    }
  });
});

describe("THREAT.MFST.MODIFICATION", () => {
  let folder: string;
  let key: string;
  const at = (name: string) => join(folder, name);
  const payload = new Uint8Array(5_000).fill(3);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "smartbox-modified-"));
    key = at("key");
    newKey(key);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A release as `npm run release -- build` leaves it, without its lists of parts. */
  function built(name: string, changes: Partial<Manifest> = {}, program = payload): string {
    const image = makeImage({ release: NEW, security: 2, model: MODEL }, program);
    const { manifest } = good;
    const own: Manifest = { ...manifest, total: image.length, digest: digestOf(image), ...changes };
    mkdirSync(at(name));
    writeFileSync(join(at(name), IMAGE_FILE), image);
    writeFileSync(join(at(name), MANIFEST_FILE), Manifest.encode(own));
    return at(name);
  }

  test("whoever signs has built the same bytes; what is another in one field or byte is not signed, and named", () => {
    const own = built("own");
    expect(signRelease(built("same"), own, key, 0)).toBe(join(at("same"), "signature-0.bin"));
    const other = payload.slice();
    other[4_999] = 4;
    for (const [what, changes, program] of [
      ["expires", { expires: NOW_S * 2 }, payload],
      ["floor", { floor: 0 }, payload],
      ["from", { from: 1 }, payload],
      ["model", { model: "MS4" }, payload],
      ["release", { release: NEW + 1 }, payload],
      ["firmware", { firmware: "9.9.9" }, payload],
      ["formats", { formats: [0, 1, 1, 1] }, payload],
      ["digest", {}, other],
    ] as const) {
      const modified = built(`modified-${what}`, changes, program);
      expect(() => signRelease(modified, own, key, 0), what).toThrow(
        new RegExp(`is not what you have built: its ${what} is .*, yours .*; nothing was signed`),
      );
      expect(existsSync(join(modified, "signature-0.bin")), what).toBe(false);
    }
  });

  test("an image beside a manifest that names another, and the folder itself in place of one's own, are not signed", () => {
    const own = built("own-2");
    const swapped = built("swapped");
    writeFileSync(join(swapped, IMAGE_FILE), makeImage({ release: NEW, security: 2, model: MODEL }, payload.slice(1)));
    expect(() => signRelease(swapped, own, key, 0)).toThrow(/is not the image that the manifest names/);
    expect(() => signRelease(own, own, key, 0)).toThrow(
      /is the folder that is to be signed: build the release yourself/,
    );
  });

  test("the same source makes the same image and digest", () => {
    const facts = { release: NEW, security: 2, model: MODEL };
    expect(makeImage(facts, payload)).toEqual(makeImage(facts, payload.slice()));
    expect(digestOf(makeImage(facts, payload))).toEqual(digestOf(makeImage(facts, payload.slice())));
  });
});

test("THREAT.MFST.TOCTOU: a manifest that was changed on flash after it was verified is verified again", () => {
  const parts = factoryFlash(1);
  const { store } = updatePort({ partition: parts.update, slots: parts.slots, running: 0 });
  const forged = signManifest({ ...good.manifest, digest: new Uint8Array(32).fill(1) }, [signer(4, 0), signer(5, 1)]);
  // With a good checksum, as if the box had written it in the boot before.
  beginDownload(store, { envelope: forged, failures: 0 });
  expect(outcomeOf(good, {}, parts)).toEqual(refused("signatures"));
});

test("what is cut, oversized or noise is refused, and nothing is thrown", () => {
  for (const envelope of [
    good.envelope.slice(0, 40),
    new Uint8Array(MAX_ENVELOPE_BYTES).fill(0xff),
    Uint8Array.of(0xa0),
    SignedEnvelope.encode({ manifest: Uint8Array.of(1, 2, 3), signatures: [] }),
  ]) {
    expect(outcomeOf({ ...good, envelope })).toEqual(refused("malformed"));
  }
});

test("a manifest of two signatures, and the longest that can be, are at most 400 bytes", () => {
  expect(good.envelope.length).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
  const long = { ...good.manifest, firmware: "x".repeat(24), model: "y".repeat(16), from: 1, expires: 2 ** 40 };
  const four = [0, 1, 2, 3].map((number) => signer(number));
  expect(
    signManifest({ ...long, release: 0xffff_fffe, floor: 0xffff_ffff }, four.slice(0, 3)).length,
  ).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
  expect(ROTATION.length).toBeLessThanOrEqual(MAX_ENVELOPE_BYTES);
});

test("four signatures are verified as one is: all of those that are needed", () => {
  const list = { version: 1, threshold: 2, keys: FIRST_KEYS.keys };
  const check = thresholdCheck(TWEETNACL_HASH)(SignedEnvelope.decode(good.envelope), "smartbox-release", list, 0);
  let slices = 0;
  let verdict = check.step();
  while (verdict === undefined) {
    slices++;
    verdict = check.step();
  }
  expect(verdict).toBe(true);
  // 32 slices a signature, and one to begin each.
  expect(slices).toBe(66);
});
