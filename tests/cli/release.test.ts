import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { KeyStore } from "../../firmware/update/key-store.js";
import { SignedEnvelope } from "../../firmware/update/manifest.js";
import { chooseImage } from "../../hal/boot/stub.js";
import { updatePort } from "../../hal/boot/update-port.js";
import { SlotFlash } from "../../hal/moddable/esp32/slot-flash.js";
import { appPayload } from "../../sim/cli/release/board-image.js";
import { BOX_PACKAGES, buildRelease } from "../../sim/cli/release/build.js";
import { factoryImages } from "../../sim/cli/release/factory.js";
import { listIn, newList, signList } from "../../sim/cli/release/key-lists.js";
import { assemble, newKey, signRelease } from "../../sim/cli/release/sign.js";
import { trialRelease } from "../../sim/cli/release/trial.js";
import { decodeReleaseFile } from "../../sim/cloud/releases/release-file.js";
import { pagePackages } from "../../sim/page/build.js";
import { NorFlash } from "../../sim/world/devices/nor-flash.js";
import { ROOT } from "../tidy/sources.js";

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-release-"));
  writeFileSync(at("program"), new Uint8Array(9_000).fill(3));
  build("built");
});
afterAll(() => rmSync(folder, { recursive: true }));

const publicOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const PAGE_PACKAGES = [
  "@expo-google-fonts/biz-udpgothic",
  "@preact/signals",
  "@preact/signals-core",
  "preact",
  "uplot",
];
const PACKAGES = { image: BOX_PACKAGES, page: PAGE_PACKAGES };

function build(out: string): void {
  const facts = { release: 8, model: "MS5", firmware: "0.8.0", security: 1, expires: 1_900_000_000 };
  buildRelease(facts, new Uint8Array(9_000).fill(3), PACKAGES, at(out));
}

/** It takes npm seconds to list all parts: once is enough. */
function copy(out: string): void {
  cpSync(at("built"), at(out), { recursive: true });
}

test("the same bytes each time; two people sign, one is not enough, and nobody signs another image", () => {
  copy("a");
  build("b");
  for (const file of [
    "image.bin",
    "manifest.cbor",
    "release.json",
    "image.cdx.json",
    "cloud.cdx.json",
    "page.cdx.json",
  ]) {
    expect(readFileSync(at(`a/${file}`)), file).toEqual(readFileSync(at(`b/${file}`)));
  }
  const partsOf = (what: string): readonly { readonly name: string; readonly purl: string }[] => {
    const bom = JSON.parse(readFileSync(at(`a/${what}.cdx.json`), "utf8"));
    expect(bom).toMatchObject({ bomFormat: "CycloneDX" });
    return bom.components;
  };
  const namesOf = (what: string) => partsOf(what).map(({ name }) => name);
  expect(namesOf("image").sort()).toEqual(BOX_PACKAGES);
  expect(namesOf("page").sort()).toEqual(PAGE_PACKAGES);
  // The cloud's has all that runs, each with its version, and nothing that only builds or tests.
  expect(namesOf("cloud")).toEqual(
    expect.arrayContaining([...BOX_PACKAGES, ...PAGE_PACKAGES, "pg", "mqtt", "valibot"]),
  );
  expect(namesOf("cloud")).not.toEqual(expect.arrayContaining(["vitest"]));
  expect(partsOf("cloud").filter(({ purl }) => !/^pkg:npm\/.+@\d/.test(purl))).toEqual([]);

  const keys = ["k0", "k1"].map((name) => publicOf(newKey(at(name))));
  expect(statSync(at("k0")).mode & 0o077).toBe(0);
  expect(() => newKey(at("k0"))).toThrow(/never written over/);
  const put = () => assemble(at("a"), { version: 1, threshold: 2, keys });
  signRelease(at("a"), at("built"), at("k0"), 0);
  expect(put).toThrow(/1 of the keys of list 1 signed it, and 2 have to; npm run release -- sign/);
  // Under the number of somebody else's key it counts for nothing.
  signRelease(at("a"), at("built"), at("k0"), 1);
  expect(put).toThrow(/the signature of key 0 says that it is of key 1: sign with --number 0/);
  signRelease(at("a"), at("built"), at("k1"), 1);
  const { file, envelopeBytes } = put();
  expect(file).toBe(at("a/MS5-8.release"));
  const release = decodeReleaseFile("it", new Uint8Array(readFileSync(file)));
  expect(release).toMatchObject({ release: 8, model: "MS5", imageBytes: 9_064, list: 1, security: 1 });
  expect(release.envelope.length).toBe(envelopeBytes);
  expect(SignedEnvelope.decode(release.envelope).signatures.length).toBe(2);

  writeFileSync(at("b/image.bin"), new Uint8Array(9_064));
  expect(() => signRelease(at("b"), at("built"), at("k0"), 0)).toThrow(/not the image that the manifest names/);
  expect(() => signRelease(at("a"), at("built"), at("program"), 0)).toThrow(/is no key/);
  expect(() => signRelease(at("a"), at("built"), at("nothing"), 0)).toThrow(/no such file/);
  writeFileSync(at("a/signature-2.bin"), Uint8Array.of(2, 3));
  expect(put).toThrow(/signature-2\.bin is cut: have it signed again/);
  rmSync(at("a/signature-2.bin"));
});

test("a list of parts with a package that the lock file has not is not made", async () => {
  // What browsers get is what the page's bundle has, and its font.
  expect(await pagePackages()).toEqual(PAGE_PACKAGES);
  const facts = { release: 8, model: "MS5", firmware: "0.8.0", security: 1, expires: 1_900_000_000 };
  const packages = { image: BOX_PACKAGES, page: ["uplot", "left-pad"] };
  expect(() => buildRelease(facts, Uint8Array.of(1), packages, at("none"))).toThrow(
    /the lock file has of uplot, left-pad only uplot/,
  );
});

test("key lists: the next one counts when enough of both have signed, and each step says what is missing", () => {
  const [c0, c1, c2, c3] = ["c0", "c1", "c2", "c3"].map((name) => publicOf(newKey(at(name))));
  const [first, second] = [at("keys-1.cbor"), at("keys-2.cbor")];
  newList({ version: 1, threshold: 2, keys: [c0!, c1!, c2!] }, first);
  expect(() => newList({ version: 1, threshold: 2, keys: [c0!] }, first)).toThrow(/never written over/);
  expect(() => newList({ version: 1, threshold: 3, keys: [c0!, c1!] }, at("x"))).toThrow(
    /3 have to sign, and there are 2/,
  );
  expect(() => newList({ version: 1, threshold: 2, keys: [c0!, c0!] }, at("x"))).toThrow(/stands there twice/);
  newList({ version: 2, threshold: 2, keys: [c1!, c2!, c3!] }, second);
  expect(signList(second, first, at("c0")).missing).toMatch(/^1 of the keys of list 1 signed it, and 2 have to/);
  expect(signList(second, first, at("c1"))).toMatchObject({
    signatures: 3,
    missing: "1 of the keys of list 2 signed it, and 2 have to",
  });
  expect(() => signList(second, first, at("k0"))).toThrow(/is a key of neither list 1 nor list 2/);
  // Once more changes nothing.
  expect(signList(second, first, at("c1")).signatures).toBe(3);
  expect(signList(second, first, at("c3"))).toEqual({ list: 2, signatures: 4, missing: null });
  expect(() => listIn(at("program"))).toThrow(/is no list of release keys: .*npm run release -- keys/);

  // A key that was retired is called so.
  copy("d");
  signRelease(at("d"), at("built"), at("c0"), 0);
  signRelease(at("d"), at("built"), at("c1"), 0);
  expect(() => assemble(at("d"), listIn(second), [listIn(first)])).toThrow(/1 of the keys of list 2 signed it/);
  signRelease(at("d"), at("built"), at("c0"), 2);
  signRelease(at("d"), at("built"), at("c1"), 0);
  expect(() => assemble(at("d"), listIn(second), [listIn(first)])).toThrow(
    /key 0 of list 1 was retired: it counts no more/,
  );
});

test("what the factory writes is a box that takes the next release, and boots this one", () => {
  const out = at("factory");
  const list = at("keys-f.cbor");
  newList({ version: 1, threshold: 1, keys: [publicOf(newKey(at("f0")))] }, list);
  copy("f");
  signRelease(at("f"), at("built"), at("f0"), 0);
  const { file } = assemble(at("f"), listIn(list));
  expect(factoryImages(file, list, out)).toMatchObject({ release: 8, list: 1, updateBytes: 6 * 4_096 });
  const flash = (name: string, seed: number) => {
    const image = new Uint8Array(4_096 * 6).fill(0xff);
    if (name !== "") image.set(readFileSync(join(out, name)));
    return new NorFlash({ sizeBytes: image.length, sectorBytes: 4_096, alignBytes: 1, seed, image }).look(1);
  };
  const [update, slots] = [flash("update.bin", 1), [flash("slot-0.bin", 2), flash("", 3)] as const];
  expect(chooseImage(update, slots)).toMatchObject({ slot: 0, isTrial: false, image: { release: 8, model: "MS5" } });
  const port = updatePort({ partition: update, slots, running: 0 });
  expect(port.boot.facts()).toEqual({ release: 8, isTrial: false, floor: 1, returned: undefined });
  expect(new KeyStore(port.store).read()).toEqual(listIn(list));
  const other = at("keys-g.cbor");
  newList({ version: 1, threshold: 1, keys: [publicOf(newKey(at("g0")))] }, other);
  expect(() => factoryImages(file, other, out)).toThrow(/0 of the keys of list 1 signed it, and 1 have to/);
});

test("onto a board: each byte where its partition table, its bootloader and its firmware look for it", () => {
  // Longer than a sector, and no byte of padding in it.
  const app = Uint8Array.from({ length: 9_000 }, (_, i) => (i === 0 ? 0xe9 : 1 + (i % 200)));
  expect(() => appPayload("x", app.subarray(1))).toThrow(/x is no program of a board: npm run firmware/);
  const facts = { release: 9, model: "MS5", firmware: "0.9.0", security: 3, expires: 1_900_000_000 };
  const { file, keys } = trialRelease(at("board"), facts, appPayload("app", app), PACKAGES);
  const out = at("onto");
  const told = at("told");
  const script = [
    "#!/bin/sh",
    `echo "$@" > ${told}`,
    "shift 3",
    `while [ $# -gt 0 ]; do cp "$2" ${at("at-")}$1; shift 2; done`,
  ];
  writeFileSync(at("esptool"), script.join("\n"), { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  try {
    const { esptool } = factoryImages(file, keys, out, "/dev/ttyUSB7");
    const names = ["0xf000 otadata", "0x12000 head_0", "0x13000 head_1", "0x20000 ota_0", "0xff0000 update"];
    const places = names.map((name) => `${name.replace(" ", ` ${out}/`)}.bin`);
    expect(esptool).toBe(`esptool --port /dev/ttyUSB7 write_flash ${places.join(" ")}`);
  } finally {
    process.env.PATH = PATH;
  }
  expect(readFileSync(told, "utf8")).toMatch(/^--port \/dev\/ttyUSB7 write_flash 0xf000 /);
  // What lies on the chip then.
  const chip = new Uint8Array(16 * 1024 * 1024).fill(0x55);
  for (const offset of [0xf000, 0x12000, 0x13000, 0x20000, 0xff0000]) {
    chip.set(readFileSync(at(`at-0x${offset.toString(16)}`)), offset);
  }
  expect(chip.slice(0x20000, 0x20000 + app.length)).toEqual(app);
  expect(chip.slice(0xf000, 0x11000).every((byte) => byte === 0xff)).toBe(true);
  const part = (offset: number, sizeBytes: number) => {
    const image = chip.slice(offset, offset + sizeBytes);
    return new NorFlash({ sizeBytes, sectorBytes: 4_096, alignBytes: 1, image });
  };
  const slot = (head: number, ota: number) => new SlotFlash(part(head, 0x1000), part(ota, 0x560000));
  const slots = [slot(0x12000, 0x20000), slot(0x13000, 0x580000)] as const;
  const update = part(0xff0000, 0x10000);
  expect(chooseImage(update, slots)).toMatchObject({ slot: 0, isTrial: false, image: { release: 9, model: "MS5" } });
  const port = updatePort({ partition: update, slots, running: 0 });
  expect(port.boot.facts()).toEqual({ release: 9, isTrial: false, floor: 3, returned: undefined });
  expect(new KeyStore(port.store).read()).toEqual(listIn(keys));
  expect(() => factoryImages(at("f/MS5-8.release"), at("keys-f.cbor"), out, "/dev/ttyUSB7")).toThrow(
    /MS5-8\.release holds no program of a board/,
  );
});

test("the command: what makes no sense ends with 2, the cause and the way out", () => {
  const release = (...args: string[]) => {
    const command = ["--import", "tsx", "sim/cli/release.ts", ...args];
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: ROOT });
    return { status, error: stderr.toString() };
  };
  const out = ["--release", "8", "--out", at("c"), "--payload", at("program")];
  const soon = release("build", ...out, "--expires", "soon");
  expect(soon.status).toBe(2);
  expect(soon.error).toContain("write it as 2027-03-31");
  const long = release("build", ...out, "--expires", "2027-03-31", "--model", "a model of more than sixteen");
  expect(long.status).toBe(2);
  expect(long.error).toContain("model: 1 to 16 bytes");
});
