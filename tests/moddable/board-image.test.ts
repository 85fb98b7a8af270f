import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildImage } from "../../sim/cli/firmware/build.js";
import { findSdk } from "../../sim/cli/firmware/sdk.js";

const sdk = findSdk(process.env);

/** An image whose makefile ends in `main,0` links without a word, and dies at its start with `module "main" not found`. */
test.skipIf("missing" in sdk).each(["ms5", "ms4"] as const)(
  "%s: linked, it begins with its board's module",
  {
    timeout: 300_000,
  },
  async (board) => {
    const out = mkdtempSync(join(tmpdir(), `smartbox-${board}-`));
    try {
      const { linked } = await buildImage({
        sdk: sdk as Exclude<typeof sdk, { missing: string }>,
        board,
        out,
        instruments: false,
      });
      const makefile = readFileSync(join(linked, "..", "makefile"), "utf8");
      expect(/^CREATION = .*,([^,]+),0$/m.exec(makefile)?.[1]).toBe(`hal/moddable/esp32/${board}`);
      const content = readFileSync(linked, "utf8");
      expect(content).toContain(`"hal/moddable/esp32/${board}", {`);
      // Two are cbor-x's, for what is not used of it; more of them would be used from flash (tests/tidy/laws.test.ts says why not).
      expect(content.match(/XS_REGEXP_KIND/g)).toHaveLength(2);
    } finally {
      rmSync(out, { recursive: true });
    }
  },
);
