import { whyNoXs as why } from "../../sim/xs/compile.js";

/** Why tests on real XS cannot run here, or undefined. In CI they must: there it counts as a failure. Compiles XS if need be. */
export function whyNoXs(): string | undefined {
  const missing = why();
  if (missing === undefined) return undefined;
  if (process.env.CI === "true") throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return missing;
}
