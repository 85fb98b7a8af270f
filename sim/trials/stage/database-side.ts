import { Leases } from "../../cloud/fleet/leases.js";
import type { CloudDocument } from "../../cloud/state.js";
import type { Group, History, StoreEngine } from "../../cloud/store/engine.js";
import type { Placed } from "../../cloud/store/lines.js";
import { Committer } from "../../cloud/store/postgres/committer.js";
import { Database } from "../../cloud/store/postgres/database.js";
import { createTenant, PostgresEngine } from "../../cloud/store/postgres/tenants.js";
import type { Scheduler } from "../../world/clock/scheduler.js";
import { PostgresServer } from "../fleet/postgres-server.js";
import { CloudRecord } from "../judge/cloud-record.js";

const TENANT = "stage";

/** A real PostgreSQL with a synchronous standby, and the organisation of a story in it. */
export class DatabaseSide {
  /** Problems that the cloud told of it, the oldest first. */
  readonly problems: readonly string[];
  readonly engine: StoreEngine;
  /** Groups that were asked for and not yet answered. */
  readonly #inTime: InWorldTime;
  readonly #primary: PostgresServer;
  readonly #standby: PostgresServer;
  readonly #database: Database;
  readonly #committer: Committer;

  private constructor(needs: {
    primary: PostgresServer;
    standby: PostgresServer;
    database: Database;
    committer: Committer;
    engine: InWorldTime;
    problems: readonly string[];
  }) {
    this.#primary = needs.primary;
    this.#standby = needs.standby;
    this.#database = needs.database;
    this.#committer = needs.committer;
    this.#inTime = needs.engine;
    this.engine = needs.engine;
    this.problems = needs.problems;
  }

  /** Both servers, with `document` as it is now in them. Throws CloudError where PostgreSQL is missing or does not start. */
  static async open(document: CloudDocument, scheduler: Scheduler): Promise<DatabaseSide> {
    const primary = await PostgresServer.start();
    const alone = await Database.open(primary.url);
    await alone.migrate();
    await createTenant(alone, TENANT, document);
    await alone.close();
    const standby = await PostgresServer.follow(primary);
    const database = await Database.open(primary.url.replace(primary.address, `${primary.address},${standby.address}`));
    const problems: string[] = [];
    const committer = new Committer(database, (message) => problems.push(message));
    const [held] = await new Leases(database, "the stage's cloud").take(1);
    const engine = new InWorldTime(await PostgresEngine.load(database, held!, committer), scheduler);
    return new DatabaseSide({ primary, standby, database, committer, engine, problems });
  }

  /** Groups that wait for an answer. */
  get waiting(): number {
    return this.#inTime.waiting;
  }

  /** As by a power cut of the machine that the primary runs on. */
  async killPrimary(): Promise<void> {
    await this.#primary.crash();
  }

  /** The standby takes the primary's place. */
  promote(): void {
    this.#standby.promote();
  }

  /** What is in the database now, for the judge. */
  async record(): Promise<CloudRecord> {
    const record = new CloudRecord();
    const documents = await this.#database.ask<{ key: string; body: string }>(
      "select key, body from document where tenant = $1",
      [TENANT],
    );
    const lines = await this.#database.ask<{ box: string; epoch: string; seq: string; body: string }>(
      "select box, epoch, seq, body from line where tenant = $1 order by number",
      [TENANT],
    );
    const told = lines.rows.map(({ box, epoch, seq, body }) => ({
      source: { box, epoch, seq: Number(seq) },
      ...JSON.parse(body),
    }));
    record.committed(
      JSON.stringify(told),
      documents.rows.map(({ key, body }) => ({ key, json: body })),
    );
    return record;
  }

  /** Ends both servers, with what is in them. */
  async close(): Promise<void> {
    this.#committer.close();
    await this.#database.close();
    await this.#primary.stop();
    await this.#standby.stop();
  }
}

/** The database answers when it likes; the cloud sees that as an event of the world's clock. */
class InWorldTime implements StoreEngine {
  waiting = 0;
  readonly document: CloudDocument;
  readonly history: History;
  readonly #inner: StoreEngine;
  readonly #scheduler: Scheduler;

  constructor(inner: StoreEngine, scheduler: Scheduler) {
    this.#inner = inner;
    this.#scheduler = scheduler;
    this.document = inner.document;
    this.history = inner.history;
  }

  commit(group: Group, done: (error?: Error) => void): void {
    this.waiting++;
    this.#inner.commit(group, (error) => {
      this.#scheduler.post(() => {
        this.waiting--;
        done(error);
      });
    });
  }

  edit(lines: readonly Placed[]): Promise<void> {
    return this.#inner.edit(lines);
  }

  forget(name: string): Promise<void> {
    return this.#inner.forget(name);
  }

  close(): void {
    this.#inner.close();
  }
}
