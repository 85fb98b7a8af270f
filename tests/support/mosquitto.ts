import { findMosquitto } from "../../sim/broker/mosquitto.js";

/** Why tests against a real mosquitto cannot run here, or undefined. In CI they must: there it counts as a failure. */
export function whyNoMosquitto(): string | undefined {
  const found = findMosquitto();
  if (!("missing" in found)) return undefined;
  if (process.env.CI === "true") throw new Error(found.missing);
  console.warn(`skipped: ${found.missing}`);
  return found.missing;
}
