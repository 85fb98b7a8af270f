import { findPostgres } from "../../sim/trials/fleet/postgres-server.js";

/** Why tests against a real PostgreSQL cannot run here, or undefined. In CI they must: there it counts as a failure. */
export function whyNoPostgres(): string | undefined {
  const found = findPostgres();
  if (!("missing" in found)) return undefined;
  if (process.env.CI === "true") throw new Error(found.missing);
  console.warn(`skipped: ${found.missing}`);
  return found.missing;
}
