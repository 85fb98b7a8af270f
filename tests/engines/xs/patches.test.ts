import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../sim/engines/xs/bundle.js";
import { KEY_AGREEMENT, NEVER_SENT, PATCHES, PatchError, patched } from "../../../sim/engines/xs/patches.js";

test("a patch changes its place and nothing else", () => {
  const source = "a\nlet writeNumber = writeNumberCached\nlet toGenerate = true\nb";
  const patches = PATCHES.filter((patch) => /let (writeNumber|toGenerate)/.test(patch.pattern.source));
  expect(patched("mqtt-packet", "writeToStream.js", source, patches)).toBe(
    "a\nlet writeNumber = writeNumberGenerated\nlet toGenerate = false\nb",
  );
  expect(patched("mqtt-packet", "parser.js", source, patches)).toBe(source);
});

test.each(PATCHES.map((patch) => [`${patch.package}/${patch.file}`, patch] as const))(
  "%s: a version without the place stops the build, naming package, file and pattern",
  (_, patch) => {
    const apply = () => patched(patch.package, patch.file, "something else", [patch]);
    expect(apply).toThrow(PatchError);
    expect(apply).toThrow(`${patch.package}/${patch.file}`);
    expect(apply).toThrow(String(patch.pattern));
  },
);

test("a version that has the place twice stops the build as well", () => {
  const patch = PATCHES.find((one) => one.places === 1)!;
  const source = "const debug = require('debug')('x')\n".repeat(2);
  const debug = PATCHES.find((one) => one.pattern.source.includes("require\\('debug'\\)"))!;
  expect(patch.places).toBe(1);
  expect(() => patched(debug.package, debug.file, source, [debug])).toThrow(/2 times, not 1/);
});

test.each([
  ["mqtt-packet", "writeToStream.js", NEVER_SENT.map((name) => new RegExp(`\\b${name} ?\\(`))],
  [
    "tweetnacl",
    "nacl-fast.js",
    [...KEY_AGREEMENT, "nacl.box", "nacl.scalarMult"].map((name) => new RegExp(`\\b${name}\\b`)),
  ],
])("%s/%s: of what is cut out nothing is called by what stays", (name, file, cut) => {
  const left = patched(name, file, readFileSync(join(ROOT, "node_modules", name, file), "utf8"));
  const code = left.replace(/\/\/.*$/gm, "");
  expect(cut.filter((called) => called.test(code)).map(String)).toEqual([]);
});
