import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Leases } from "../../../sim/cloud/fleet/leases.js";
import { Committer } from "../../../sim/cloud/store/postgres/committer.js";
import { Database } from "../../../sim/cloud/store/postgres/database.js";
import { createTenant, PostgresEngine } from "../../../sim/cloud/store/postgres/tenants.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { organisationOf } from "../../../sim/trials/fleet/organisations.js";
import { PostgresServer } from "../../../sim/trials/fleet/postgres-server.js";
import { whyNoPostgres } from "../../support/postgres.js";
import { CloudRig, door, EPOCH } from "../support/cloud-rig.js";

/** The log of a fleet on three servers, by configuration alone: `spread.sql` and postgres_fdw. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SPREAD = readFileSync(fileURLToPath(new URL("../../../sim/cloud/store/postgres/spread.sql", import.meta.url)));
const TENANTS = 16;
/** Partitions that go to the second and to the third server; the others stay. */
const MOVED = [[1, 4], [2]] as const;

interface Tenant {
  readonly name: string;
  readonly box: string;
  readonly rig: CloudRig;
  readonly engine: PostgresEngine;
}

describe.skipIf(whyNoPostgres())("a log on three servers", () => {
  const servers: PostgresServer[] = [];
  let database: Database;
  let committer: Committer;
  let tenants: readonly Tenant[];
  const problems: string[] = [];
  let told = 0;

  beforeAll(async () => {
    for (let i = 0; i < 3; i++) {
      const server = await PostgresServer.start();
      servers.push(server);
      const one = await Database.open(server.url);
      await one.migrate();
      if (i === 0) database = one;
      else await one.close();
    }
    for (let i = 1; i <= TENANTS; i++) await createTenant(database, `t${i}`, organisationOf(i, 1));
    committer = new Committer(database, (message) => problems.push(message));
    const held = await new Leases(database, "only").take(TENANTS);
    tenants = await Promise.all(
      held.map(async (one) => {
        const engine = await PostgresEngine.load(database, one, committer);
        const rig = new CloudRig({ store: new CloudStore(engine), sample: false });
        return { name: one.tenant, box: rig.cloud.store.organisation.boxes[0]!.id, rig, engine };
      }),
    );
  });
  afterAll(async () => {
    committer?.close();
    await database?.close();
    for (const server of servers) await server.stop();
  });

  /** Two records of each tenant's box. Resolves when they are durable. */
  async function tell(): Promise<void> {
    const first = 1 + 2 * told++;
    await Promise.all(
      tenants.map(async ({ rig, box }) => {
        const records = [door(first), door(first + 1)].map((one) => encodeRecord(one));
        rig.cloud.ingest.take(box, { epoch: EPOCH, first, records, gapFrom: undefined });
        await new Promise<void>((resolve, reject) => rig.cloud.store.durable(resolve, reject));
      }),
    );
  }

  async function isWhole(): Promise<void> {
    for (const { engine } of tenants) {
      const lines = await engine.history.after(0, 1_000);
      expect(lines.map(({ line }) => line.source.seq)).toEqual(Array.from({ length: 2 * told }, (_, i) => i + 1));
    }
  }

  const linesOn = (server: PostgresServer, table: string): number =>
    Number(server.run("psql", ["-At", "-d", server.url, "-c", `select count(*) from ${table}`]).toString());

  test("is moved there with what is in it, and read as before", async () => {
    await tell();
    for (const [i, parts] of MOVED.entries()) {
      const { hostname, port, username, password, pathname } = new URL(servers[i + 1]!.url);
      const where = { server: `s${i}`, host: hostname, port, dbname: pathname.slice(1), user: username, password };
      for (const part of parts) {
        const values = Object.entries({ ...where, part }).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
        servers[0]!.run("psql", ["-d", servers[0]!.url, ...values, "-f", "-"], SPREAD);
      }
    }
    await isWhole();
    for (const [i, parts] of MOVED.entries()) {
      for (const part of parts)
        expect(linesOn(servers[0]!, `line_${part}`)).toBe(linesOn(servers[i + 1]!, `line_${part}`));
    }
    const elsewhere = [1, 2].map((i) => linesOn(servers[i]!, "line"));
    for (const count of elsewhere) expect(count).toBeGreaterThan(0);
    expect(linesOn(servers[0]!, "line")).toBe(2 * TENANTS);
  });

  test("takes what is new, each line on its server; months are made where they lie", async () => {
    await tell();
    await database.pool.query("select make_month(date '2031-05-01')");
    await isWhole();
  });

  test("has no line twice where a group was committed there, cut off here, and is tried again", async () => {
    await tell();
    // What the second try writes, as committer.ts does.
    await database.pool.query(
      `insert into line (tenant, box, epoch, seq, part, month, number, stream, body)
       select tenant, box, epoch, seq, part, month, number, stream, body from line where tenant = any ($1)
       on conflict do nothing`,
      [tenants.map(({ name }) => name)],
    );
    await isWhole();
  });

  test("with one of the servers killed: nothing is acknowledged, and all of it goes on when that is back", async () => {
    await servers[1]!.crash();
    const waiting = tell();
    await expect.poll(() => problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(/nothing is acknowledged until it takes it/);
    await servers[1]!.restart();
    await waiting;
    await isWhole();
  });
});

test("every statement about lines and documents is of one tenant, and none needs what a distributed database lacks", () => {
  const files = [
    "store/postgres/committer.ts",
    "store/postgres/tenants.ts",
    "store/postgres/tokens.ts",
    "fleet/leases.ts",
  ];
  const source = files
    .map((name) => readFileSync(fileURLToPath(new URL(`../../../sim/cloud/${name}`, import.meta.url)), "utf8"))
    .join("\n");
  const statements = [...source.matchAll(/[`"]\s*((?:select|insert|update|delete)\s[^`"]+)[`"]/g)].map(
    ([, text]) => text!,
  );
  expect(statements.length).toBeGreaterThan(20);
  for (const statement of statements.filter((one) => /\b(line|document)\b/.test(one))) {
    expect(statement).toMatch(/\btenant\b/);
  }
  for (const statement of statements) {
    // Citus and YugabyteDB refuse these over several nodes, or do them slowly.
    expect(statement).not.toMatch(
      /\b(listen|notify|nextval|serial|create temp|merge into|recursive|lateral|returning \*)\b/i,
    );
  }
});
