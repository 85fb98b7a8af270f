import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Manifest, SignedEnvelope } from "../../firmware/update/manifest.js";
import { buildRelease } from "../../sim/cli/release/build.js";
import { assemble, newKey, signRelease } from "../../sim/cli/release/sign.js";
import { ROOT } from "../tidy/sources.js";

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "smartbox-release-"));
  writeFileSync(at("program"), new Uint8Array(9_000).fill(3));
});
afterAll(() => rmSync(folder, { recursive: true }));

const BOX_PACKAGES = ["cbor-x", "mqtt-packet", "tweetnacl"];

function build(out: string): void {
  const facts = { release: 8, model: "MS5", firmware: "0.8.0", security: 1, expires: 1_900_000_000 };
  buildRelease(facts, new Uint8Array(9_000).fill(3), BOX_PACKAGES, at(out));
}

test("the same bytes each time; two people sign, one is not enough, and nobody signs another image", () => {
  build("a");
  build("b");
  for (const file of ["image.bin", "manifest.cbor", "release.json", "image.cdx.json", "cloud.cdx.json"]) {
    expect(readFileSync(at(`a/${file}`)), file).toEqual(readFileSync(at(`b/${file}`)));
  }
  const bom = JSON.parse(readFileSync(at("a/image.cdx.json"), "utf8"));
  expect(bom).toMatchObject({ bomFormat: "CycloneDX" });
  expect(bom.components.map(({ name }: { name: string }) => name).sort()).toEqual(BOX_PACKAGES);

  const keys = ["k0", "k1"].map((name) => new Uint8Array(Buffer.from(newKey(at(name)), "hex")));
  expect(statSync(at("k0")).mode & 0o077).toBe(0);
  expect(() => newKey(at("k0"))).toThrow(/never written over/);
  const put = () => assemble(at("a"), { version: 1, threshold: 2, keys });
  signRelease(at("a"), at("k0"), 0);
  expect(put).toThrow(/1 of 1 signatures/);
  // Under the number of somebody else's key it counts for nothing.
  signRelease(at("a"), at("k0"), 1);
  expect(put).toThrow(/1 of 2 signatures/);
  signRelease(at("a"), at("k1"), 1);
  const envelope = SignedEnvelope.decode(put());
  expect(Manifest.decode(envelope.manifest)).toMatchObject({ release: 8, model: "MS5", total: 9_064 });
  expect(envelope.signatures.length).toBe(2);

  writeFileSync(at("b/image.bin"), new Uint8Array(9_064));
  expect(() => signRelease(at("b"), at("k0"), 0)).toThrow(/not the image that the manifest names/);
  expect(() => signRelease(at("a"), at("program"), 0)).toThrow(/is no key/);
  expect(() => signRelease(at("a"), at("nothing"), 0)).toThrow(/no such file/);
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
