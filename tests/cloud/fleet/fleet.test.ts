import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { findMosquitto } from "../../../sim/broker/mosquitto.js";
import { findPostgres } from "../../../sim/trials/fleet/postgres-server.js";

vi.setConfig({ testTimeout: 600_000 });

const lacks = [findPostgres(), findMosquitto()].flatMap((found) => ("missing" in found ? [found.missing] : []));
const isSkipped = lacks.length > 0 && process.env.CI !== "true";
if (isSkipped) console.warn(`the fleet is skipped: ${lacks.join("; ")}`);

/** How long a record waited is the command's to judge, on a machine that has time for it; here nothing may be lost or doubled. */
test.skipIf(isSkipped)(
  "2000 boxes lose nothing and double nothing while service, broker and database are killed",
  async () => {
    const options = ["--boxes", "2000", "--kill", "--rate", "1000", "--seconds", "5"];
    const run = promisify(execFile)(process.execPath, ["--import", "tsx", "sim/cli/fleet.ts", ...options]);
    const { stdout } = await run.catch((error: { stdout: string; stderr: string }) => {
      if (error.stdout === "") throw new Error(error.stderr);
      return error;
    });
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ boxes: 2000, lost: 0, duplicated: 0 });
  },
);
