import { whyNoXs as why } from "../../sim/engines/xs/compile.js";
import { whyNoMcu as whyNot } from "../../sim/engines/xs/mcu-image.js";

/** Why tests on real XS cannot run here, or undefined. In CI they must: there it counts as a failure. Compiles XS if need be. */
export function whyNoXs(): string | undefined {
  return told(why());
}

/** The same of the emulated microcontroller. */
export function whyNoMcu(): string | undefined {
  return told(whyNot());
}

function told(missing: string | undefined): string | undefined {
  if (missing === undefined) return undefined;
  if (process.env.CI === "true") throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return missing;
}
