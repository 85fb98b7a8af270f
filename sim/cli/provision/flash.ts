import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudError } from "../../cloud/domain.js";
import { keep } from "./image-file.js";

/** The board did not take the image, or nothing could write it. */
export class FlashingError extends CloudError {}

/** Version 5 has the first name, and still takes the command's older spelling; version 4 has both. */
const NAMES = ["esptool", "esptool.py"];

/** An image, and where it goes on the flash. */
export interface Write {
  readonly name: string;
  readonly offset: number;
  readonly image: Uint8Array;
}

/**
 * Writes the images to the board on `port`; esptool reads the flash back by a digest of its own. Throws FlashingError when it is not
 * there, or fails.
 */
export function flash(port: string, writes: readonly Write[]): void {
  const folder = mkdtempSync(join(tmpdir(), "smartbox-identity-"));
  try {
    const places = writes.flatMap(({ name, offset, image }) => {
      const file = join(folder, `${name}.bin`);
      keep(file, image);
      return [`0x${offset.toString(16)}`, file];
    });
    const args = ["--port", port, "write_flash", ...places];
    for (const name of NAMES) {
      // What it prints is for whoever stands at the board; standard output is this program's own.
      const { error, status } = spawnSync(name, args, { stdio: ["ignore", 2, 2] });
      if (error !== undefined && (error as NodeJS.ErrnoException).code === "ENOENT") continue;
      if (error === undefined && status === 0) return;
      throw new FlashingError(`${name} did not write to ${port}: see above; nothing is lost by running this again`);
    }
    throw new FlashingError("there is no esptool: `pip install esptool`, or write the file of --out by another way");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
