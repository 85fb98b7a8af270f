import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundleScript, ROOT } from "../../../sim/engines/xs/bundle.js";

/**
 * Of modules that are reached by a package alone. Were they not what they are when a module of this tree imports them, whoever esbuild came to
 * first would say what the bundle is: two programs by turns, 222 instructions of a code check apart.
 */
test("a shim is a strict module, whoever asks for it first", { timeout: 60_000 }, async () => {
  const { source, metafile } = await bundleScript("packages/mqtt-packet.js");
  const shims = Object.keys(metafile.inputs).filter((path) => path.includes("/shims/"));
  expect(shims.length).toBeGreaterThan(2);
  for (const shim of shims) {
    expect(readFileSync(join(ROOT, shim), "utf8")).not.toContain("use strict");
    const head = source.slice(source.indexOf(`"${shim}"(`)).split("\n")[1];
    expect(head?.trim(), shim).toBe('"use strict";');
  }
});
