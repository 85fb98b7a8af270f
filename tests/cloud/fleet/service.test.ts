import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Leases } from "../../../sim/cloud/fleet/leases.js";
import { Committer, LeaseLost } from "../../../sim/cloud/store/postgres/committer.js";
import { Database } from "../../../sim/cloud/store/postgres/database.js";
import { createTenant, PostgresEngine, PostgresLog } from "../../../sim/cloud/store/postgres/tenants.js";
import { CloudStore } from "../../../sim/cloud/store.js";
import { organisationOf } from "../../../sim/trials/fleet/organisations.js";
import { findPostgres, PostgresServer } from "../../../sim/trials/fleet/postgres-server.js";
import { settled } from "../store/abstract-suite.js";
import { CloudRig, door, EPOCH } from "../support/cloud-rig.js";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

const found = findPostgres();
const isSkipped = "missing" in found && process.env.CI !== "true";
if (isSkipped) console.warn("tests of the service on PostgreSQL are skipped: it is not installed");
const BOX = "FLEET-1";

describe.skipIf(isSkipped)("on PostgreSQL", () => {
  let server: PostgresServer;
  let database: Database;
  beforeAll(async () => {
    server = await PostgresServer.start();
    database = await Database.open(server.url);
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  const problems: string[] = [];
  const hold = async (worker: string) => {
    const [held] = await new Leases(database, worker).take(1);
    const committer = new Committer(database, (message) => problems.push(message));
    const store = new CloudStore(await PostgresEngine.load(database, held!, committer));
    return { held: held!, committer, cloud: new CloudRig({ store, sample: false }).cloud };
  };
  const expire = () => database.pool.query("update lease set expires = now() - interval '1 second'");
  let next = 1;
  const tell = ({ cloud }: Awaited<ReturnType<typeof hold>>, first = next, count = 2) => {
    cloud.ingest.take(BOX, {
      epoch: EPOCH,
      first,
      records: Array.from({ length: count }, (_, i) => encodeRecord(door(first + i))),
    });
    next = Math.max(next, first + count);
  };
  const seqs = async () => {
    const { rows } = await database.pool.query<{ seq: string }>("select seq from line where box = $1 order by number", [
      BOX,
    ]);
    return rows.map(({ seq }) => Number(seq));
  };

  test("a schema that is older or newer than the program is refused, with what to do", async () => {
    await expect(database.checkSchema()).rejects.toThrow(/has an older schema .*: bring it up to date with --migrate/);
    expect(await database.migrate()).toEqual([
      "001-tenants-documents-lines",
      "002-tokens-addresses-order",
      "003-partitions-elsewhere",
    ]);
    expect(await database.migrate()).toEqual([]);
    await database.checkSchema();
    await database.pool.query("insert into kysely_migration (name, timestamp) values ('999-later', 'now')");
    await expect(database.checkSchema()).rejects.toThrow(
      /the schema of a newer program \(999-later\): use that program/,
    );
    await database.pool.query("delete from kysely_migration where name = '999-later'");
    await createTenant(database, "one", organisationOf(1, 2));
  });

  test("a tenant or a box that is there already is not added a second time, by nobody", async () => {
    await expect(createTenant(database, "one", organisationOf(7, 1))).rejects.toThrow(
      /\(one\) already exists.*another name/,
    );
    await expect(createTenant(database, "two", organisationOf(2, 1))).rejects.toThrow(
      /\(FLEET-2\) already exists.*another name/,
    );
    const { rows } = await database.pool.query("select tenant from tenant");
    expect(rows).toEqual([{ tenant: "one" }]);
  });

  test("a lease is one process's until it ends, and what the one before commits then is refused, all of it", async () => {
    const first = await hold("first");
    expect(await new Leases(database, "second").take(5)).toEqual([]);
    tell(first);
    await settled(first.cloud.store);
    await expire();
    const second = await hold("second");
    expect(second.held.generation).toBe(first.held.generation + 1);
    tell(first);
    next -= 2;
    await expect(settled(first.cloud.store)).rejects.toThrow(/not this process's any more/);
    tell(second, 3, 3);
    await settled(second.cloud.store);
    expect(await seqs()).toEqual([1, 2, 3, 4, 5]);
  });

  test("a group whose commit was not answered is not written twice", async () => {
    await expire();
    const worker = await hold("third");
    const { pool } = database;
    const connect = pool.connect.bind(pool);
    // The server commits, and the answer is lost on the way.
    vi.spyOn(pool, "connect").mockImplementationOnce(async () => {
      const client = await connect();
      const query = client.query.bind(client);
      vi.spyOn(client, "query").mockImplementation((async (text: string, values: unknown[]) => {
        const answer = await query(text, values);
        if (text === "commit") throw Object.assign(new Error("connection lost"), { code: "ECONNRESET" });
        return answer;
      }) as never);
      return client;
    });
    tell(worker);
    await settled(worker.cloud.store);
    expect(await seqs()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(problems.at(-1)).toMatch(/it closed the connection.*nothing is acknowledged until it takes it/);
    // And none is written before the one before it.
    const { rows } = await pool.query("select committed from lease where tenant = $1", [worker.held.tenant]);
    const group = { lines: [], changes: () => [{ key: "told", json: "4711" }] };
    const answer = await new Promise<Error | undefined>((resolve) => {
      new Committer(database, () => {}).commit(worker.held, Number(rows[0].committed) + 2, 1, group, resolve);
    });
    expect(answer).toBeInstanceOf(LeaseLost);
  });

  test("a server that is killed and comes back keeps what was acknowledged, and takes the rest then", async () => {
    await expire();
    const worker = await hold("fourth");
    tell(worker);
    await settled(worker.cloud.store);
    await server.crash();
    tell(worker);
    const waiting = settled(worker.cloud.store);
    await server.restart();
    await waiting;
    expect(await seqs()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect((await new PostgresLog(database, "one").box(BOX)).entries).toEqual([]);
  });

  test("lines go to the partition of their month, which is there before it begins", async () => {
    await database.makeMonths();
    await database.makeMonths();
    const count = async (tables: string) =>
      Number((await database.pool.query<{ count: string }>(`select count(*) as count from ${tables}`)).rows[0]!.count);
    // Eight partitions by tenant, each with this month, the next, and the rest.
    expect(await count("pg_partition_tree('line') where isleaf")).toBe(24);
    expect(await count("line where tableoid::regclass::text like '%_rest'")).toBe(0);
  });

  test.each([
    ["mysql://x/y", "the database URL is not understood: write it as postgres://user:password@host:5432/database"],
    ["postgres://127.0.0.1:1", "the database URL is not understood"],
    [
      "postgres://me:secret@127.0.0.1:1/x",
      "the database at 127.0.0.1:1/x: the connection was refused: is the server running",
    ],
  ])("an address that is wrong is told without its password: %s", async (url, message) => {
    const error = await Database.open(url).catch((reason: Error) => reason);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("secret");
  });

  test("a password, and a database, that are wrong are told by what to do", async () => {
    await expect(Database.open(server.url.replace("only-here", "wrong"))).rejects.toThrow(
      /user name or password is wrong/,
    );
    await expect(Database.open(`${server.url}x`)).rejects.toThrow(
      /there is no such database: create it, or name another/,
    );
  });

  test("the command ends with what it could not do: 2 for a wrong call, 1 for what cannot be reached", async () => {
    const database = ["--database", server.url];
    const cases: [string[], number, string][] = [
      [["--database", "postgres://127.0.0.1"], 2, "not understood"],
      [["--database", "postgres://a:secret@127.0.0.1:1/x", "--broker", "mqtt://127.0.0.1:1"], 1, "refused"],
      [[...database], 2, "--broker is missing"],
      [[...database, "--broker", "mqtt://127.0.0.1:1"], 1, "the broker at 127.0.0.1:1: the connection was refused"],
      [["--database", "/nowhere/cloud.json", "--broker", "mqtt://127.0.0.1:1"], 2, "there is no file"],
    ];
    const ends = await Promise.all(cases.map(([options]) => run(options)));
    for (const [i, [options, code, text]] of cases.entries()) {
      expect(ends[i]!.out, options.join(" ")).toContain(text);
      expect(ends[i]!.out).not.toContain("secret");
      expect([options, ends[i]!.code]).toEqual([options, code]);
    }
  });
});

function run(options: readonly string[]): Promise<{ code: number | null; out: string }> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", "sim/cli/cloud.ts", ...options]);
  let out = "";
  child.stdout!.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr!.on("data", (bytes) => {
    out += bytes;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out })));
}
