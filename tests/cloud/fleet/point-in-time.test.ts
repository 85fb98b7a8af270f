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
import { CloudRig, door, EPOCH, TestBox } from "../support/cloud-rig.js";

/** A drill: somebody deletes what they should not have, the server burns, and it is put back as of the moment before. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const BOX = "FLEET-1";

interface Opened {
  readonly rig: CloudRig;
  readonly engine: PostgresEngine;
  readonly committer: Committer;
}

async function open(database: Database): Promise<Opened> {
  // As after the process that had it was killed long ago.
  await database.pool.query("update lease set holder = null, expires = now() - interval '1 second'");
  const [held] = await new Leases(database, "only").take(1);
  const committer = new Committer(database, () => {});
  const engine = await PostgresEngine.load(database, held!, committer);
  return { rig: new CloudRig({ store: new CloudStore(engine), sample: false }), engine, committer };
}

const durable = ({ rig }: Opened): Promise<void> =>
  new Promise((resolve, reject) => rig.cloud.store.durable(resolve, reject));

/** Records of the box from number `first` on. */
function tell({ rig }: Opened, first: number, count: number): void {
  const records = Array.from({ length: count }, (_, i) => encodeRecord(door(first + i)));
  rig.cloud.ingest.take(BOX, { epoch: EPOCH, first, records, gapFrom: undefined });
}

/** The box is there, and has its welcome once what it promises is durable. */
async function hello(opened: Opened, fields: Parameters<TestBox["sendHello"]>[0]): Promise<void> {
  const box = new TestBox(opened.rig, BOX);
  box.session = new Uint8Array(8).fill(1);
  box.sendHello(fields);
  await durable(opened);
}

describe.skipIf(whyNoPostgres())("a database with its WAL kept", () => {
  let server: PostgresServer;
  let database: Database;
  beforeAll(async () => {
    server = await PostgresServer.start({ archives: true });
    database = await Database.open(server.url);
    await database.migrate();
    await createTenant(database, "one", organisationOf(1, 2));
  });
  afterAll(async () => {
    await server?.stop();
  });

  test("is put back as of the moment before a mistake, and the boxes go on with it", async () => {
    const cloud = await open(database);
    const { admin } = cloud.rig.cloud;
    admin.addUser({ name: "Amélie Girard" });
    tell(cloud, 1, 2);
    await hello(cloud, { next: 3 });
    const base = server.baseBackup();
    admin.addUser({ name: "Noor Haddad" });
    tell(cloud, 3, 1);
    await durable(cloud);
    const { rows } = await database.pool.query<{ moment: string }>("select clock_timestamp()::text as moment");
    for (const { id } of cloud.rig.cloud.store.organisation.users) admin.removeUser(id);
    tell(cloud, 4, 2);
    await hello(cloud, { next: 6 });
    const { version } = cloud.rig.cloud.store.boxState(BOX).snapshot;
    await database.pool.query("select pg_switch_wal()");
    await archived(database);
    cloud.committer.close();
    await database.close();
    await server.crash();

    const again = await server.asOf(base, rows[0]!.moment);
    const restored = await Database.open(again.url);
    try {
      await restored.checkSchema();
      const after = await open(restored);
      const { cloud: back } = after.rig;
      expect(back.store.organisation.users.map(({ name }) => name)).toContain("Noor Haddad");
      expect(back.ingest.through(BOX, "0102030405060708")).toBe(3);
      // The box knows more: it tells again what its journal has, its snapshots go on above what it holds, and somebody is told.
      await hello(after, { next: 6, acked: 5, version });
      expect(back.alerts.of(BOX).map(({ id }) => id)).toContain(`put-back/${BOX}`);
      expect(back.snapshot(BOX)!.version).toBeGreaterThan(version);
      tell(after, 4, 2);
      await durable(after);
      const lines = await after.engine.history.after(0, 100);
      const seqs = lines.flatMap(({ line }) => (line.kind === "event" ? [line.source.seq] : []));
      expect(seqs).toEqual([1, 2, 3, 4, 5]);
      after.committer.close();
    } finally {
      await restored.close();
      await again.stop();
    }
  });
});

/** Until the newest whole segment is in the archive. */
async function archived({ pool }: Database): Promise<void> {
  const ask = "select last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) as is from pg_stat_archiver";
  await expect.poll(async () => (await pool.query<{ is: boolean | null }>(ask)).rows[0]?.is).toBe(true);
}
