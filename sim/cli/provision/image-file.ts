import { readFileSync, writeFileSync } from "node:fs";
import { CloudError } from "../../cloud/domain.js";

/** Writes the image where nobody else can read it, and never over something else. Throws CloudError. */
export function keep(file: string, image: Uint8Array): void {
  try {
    writeFileSync(file, image, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new CloudError(`--out ${file}: ${message}`);
    if (Buffer.compare(readFileSync(file), image) === 0) return;
    throw new CloudError(`--out ${file} is there already and holds something else: delete it, or choose another name`);
  }
}
