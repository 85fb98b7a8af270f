import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Leases } from "../../../sim/cloud/fleet/leases.js";
import { Committer } from "../../../sim/cloud/store/postgres/committer.js";
import { Database } from "../../../sim/cloud/store/postgres/database.js";
import { createTenant, PostgresEngine } from "../../../sim/cloud/store/postgres/tenants.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { organisationOf } from "../../../sim/trials/fleet/organisations.js";
import { findPostgres, PostgresServer } from "../../../sim/trials/fleet/postgres-server.js";
import { CloudRig, door, EPOCH } from "../support/cloud-rig.js";

/** A primary with a synchronous standby, which is promoted when the primary is killed; and what a copy is worth. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const found = findPostgres();
const isSkipped = "missing" in found && process.env.CI !== "true";
if (isSkipped) console.warn("tests of a standby are skipped: PostgreSQL is not installed");

const BOX = "FLEET-1";
/** Batches before the primary is killed, while it is gone, and after. */
const BATCHES = 60;
const UNAVAILABLE_MS = 30_000;

describe.skipIf(isSkipped)("a primary and its standby", () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let database: Database;
  let committer: Committer;
  beforeAll(async () => {
    primary = await PostgresServer.start();
    const alone = await Database.open(primary.url);
    await alone.migrate();
    await createTenant(alone, "one", organisationOf(1, 2));
    await alone.close();
    standby = await PostgresServer.follow(primary);
    // The standby first: it reads, and takes nothing.
    database = await Database.open(primary.url.replace(primary.address, `${standby.address},${primary.address}`));
  });
  afterAll(async () => {
    committer?.close();
    await database?.close();
    await primary?.stop();
    await standby?.stop();
  });

  test("the primary killed and the standby promoted: 0 lost, 0 doubled, and all goes on within 30 s", async () => {
    const problems: string[] = [];
    committer = new Committer(database, (message) => problems.push(message));
    const [held] = await new Leases(database, "only").take(1);
    const store = new CloudStore(await PostgresEngine.load(database, held!, committer));
    const { cloud } = new CloudRig({ store, sample: false });
    let acknowledged = 0;
    let longestMs = 0;
    const waiting: Promise<void>[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      const first = 1 + 2 * batch;
      const records = [door(first), door(first + 1)].map((one) => encodeRecord(one));
      cloud.ingest.take(BOX, { epoch: EPOCH, first, records, gapFrom: undefined });
      const fromMs = performance.now();
      const durable = new Promise<void>((resolve, reject) => cloud.store.durable(resolve, reject)).then(() => {
        acknowledged = Math.max(acknowledged, first + 1);
        longestMs = Math.max(longestMs, performance.now() - fromMs);
      });
      waiting.push(durable);
      if (batch === BATCHES / 2) {
        // What is under way then has no answer.
        await primary.crash();
        standby.promote();
      }
      if (batch % 10 === 9 && batch < BATCHES / 2) await durable;
    }
    await Promise.all(waiting);
    expect(acknowledged).toBe(2 * BATCHES);
    expect(longestMs).toBeLessThan(UNAVAILABLE_MS);
    expect(problems[0]).toMatch(/nothing is acknowledged until it takes it/);
    const { rows } = await database.pool.query<{ seq: string }>("select seq from line where box = $1 order by number", [
      BOX,
    ]);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 2 * BATCHES }, (_, i) => i + 1));
  });

  test("a copy by pg_dump, put into an empty database, is the organisation with all that its boxes told", async () => {
    const copy = standby.run("pg_dump", ["-Fc", "-d", standby.url]);
    standby.run("psql", ["-d", standby.url, "-c", "create database restored"]);
    const url = standby.url.replace(/postgres$/, "restored");
    standby.run("pg_restore", ["--no-owner", "-d", url], copy);
    const restored = await Database.open(url);
    try {
      await restored.checkSchema();
      await restored.pool.query("update lease set holder = null, expires = now() - interval '1 second'");
      const [held] = await new Leases(restored, "after").take(1);
      const again = new Committer(restored, () => {});
      const engine = await PostgresEngine.load(restored, held!, again);
      const { cloud } = new CloudRig({ store: new CloudStore(engine), sample: false });
      expect(cloud.ingest.through(BOX, "0102030405060708")).toBe(2 * BATCHES);
      expect(await engine.history.after(0, 1_000)).toHaveLength(2 * BATCHES);
      expect(cloud.store.organisation.boxes.map(({ id }) => id)).toEqual(["FLEET-1", "FLEET-2"]);
      again.close();
    } finally {
      await restored.close();
    }
  });
});

test("several servers that are all away are told as such, without a password", async () => {
  const error = await Database.open("postgres://me:secret@127.0.0.1:1,127.0.0.1:2/x").catch((reason: Error) => reason);
  expect((error as Error).message).toMatch(/the database at 127.0.0.1:1,127.0.0.1:2\/x: the connection was refused/);
  expect((error as Error).message).not.toContain("secret");
});
