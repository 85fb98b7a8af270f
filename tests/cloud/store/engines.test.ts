import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, vi } from "vitest";
import { Leases } from "../../../sim/cloud/fleet/leases.js";
import { Committer } from "../../../sim/cloud/store/postgres/committer.js";
import { Database } from "../../../sim/cloud/store/postgres/database.js";
import { createTenant, PostgresEngine, PostgresLog } from "../../../sim/cloud/store/postgres/tenants.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { findPostgres, PostgresServer } from "../../../sim/trials/fleet/postgres-server.js";
import { type EngineRig, engineSuite } from "./abstract-suite.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

engineSuite("embedded", async (): Promise<EngineRig> => {
  const folder = mkdtempSync(join(tmpdir(), "smartbox-engine-"));
  const path = join(folder, "cloud.json");
  let store: CloudStore | undefined;
  return {
    create: async (document) => {
      const log = { exchanges: [], emergencies: [], events: [], gaps: [] };
      writeFileSync(path, JSON.stringify({ ...document, ...log }));
    },
    open: async () => {
      store = CloudStore.inFile(path);
      return store;
    },
    box: async (box, last) => store!.log.box(box, last),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

const missing = (found: ReturnType<typeof findPostgres>) => ("missing" in found ? found.missing : undefined);
const lacks = missing(findPostgres());
const isSkipped = lacks !== undefined && process.env.CI !== "true";
if (isSkipped) console.warn(`tests against PostgreSQL are skipped: ${lacks}`);

describe.skipIf(isSkipped)("on a real server", () => {
  engineSuite("PostgreSQL", async (): Promise<EngineRig> => {
    const server = await PostgresServer.start();
    const database = await Database.open(server.url);
    await database.migrate();
    let committer = new Committer(database, () => {});
    return {
      create: (document) => createTenant(database, "one", document),
      open: async () => {
        committer.close();
        committer = new Committer(database, () => {});
        await database.pool.query("update lease set expires = now() - interval '1 second'");
        const [held] = await new Leases(database, "suite").take(1);
        return new CloudStore(await PostgresEngine.load(database, held!, committer));
      },
      box: (box, last) => new PostgresLog(database, "one").box(box, last),
      close: async () => {
        await database.close();
        await server.stop();
      },
    };
  });
});
