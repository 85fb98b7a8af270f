import { Kysely, Migrator, PostgresDialect } from "kysely";
import pg from "pg";
import { CloudError, NotNow } from "../../domain.js";
import { clientsOf, hostsOf } from "./hosts.js";
import { MIGRATIONS } from "./migrations.js";

/** Connections of one process: one commits, the others read, renew leases and look around. */
const CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than any statement of the program takes: the server is not there any more, and did not say so. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** A PostgreSQL server and a database on it. */
export class Database {
  readonly pool: pg.Pool;
  readonly kysely: Kysely<unknown>;
  /** As it may be shown: without a password. */
  readonly shown: string;

  private constructor(pool: pg.Pool, shown: string) {
    this.pool = pool;
    this.shown = shown;
    this.kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
  }

  /**
   * Connects, once. `url`: `postgres://user:password@host:port/database`; with several hosts and commas between them, to whichever takes
   * commits. Throws CloudError.
   */
  static async open(address: string): Promise<Database> {
    const { hosts, url } = hostsOf(address);
    const shown = checkUrl(url).replace(/^[^/]*/, (one) => (hosts.length > 0 ? hosts.join(",") : one));
    const pool = new pg.Pool({
      ...(hosts.length > 0 && { Client: clientsOf(hosts) }),
      connectionString: url,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      application_name: "smartbox-cloud",
    });
    // A connection that ends while nobody uses it is replaced when the next is asked for.
    pool.on("error", () => {});
    // One that ends while somebody has it is told by the next query; without a listener it would end the program.
    pool.on("connect", (client) => client.on("error", () => {}));
    const database = new Database(pool, shown);
    for (let tries = 1; ; tries++) {
      try {
        await pool.query("select 1");
        return database;
      } catch (error) {
        if (tries < hosts.length) continue;
        await database.close();
        throw new CloudError(explain(error as Error, shown));
      }
    }
  }

  /** Throws CloudError where the schema is older or newer than this program. */
  async checkSchema(): Promise<void> {
    const missing = await this.#missing();
    if (missing.length === 0) return;
    throw new CloudError(
      `the database at ${this.shown} has an older schema (${missing.join(", ")} is missing): bring it up to date with --migrate, once, before the services`,
    );
  }

  /** Brings the schema up to date; answers what it did. Several at once wait for each other. Throws CloudError. */
  async migrate(): Promise<readonly string[]> {
    const missing = await this.#missing();
    const { error } = await this.#migrator().migrateToLatest();
    if (error !== undefined) throw new CloudError(explain(error as Error, this.shown));
    await this.makeMonths();
    return missing;
  }

  /** Partitions for this month and the next, where they are missing. To be called now and then by whoever runs. */
  async makeMonths(): Promise<void> {
    for (const months of [0, 1]) {
      await this.pool.query("select make_month((date_trunc('month', now()) + make_interval(months => $1))::date)", [
        months,
      ]);
    }
  }

  /** For whoever waits for the answer. Rejects with NotNow where the server is away. */
  async ask<T extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<pg.QueryResult<T>> {
    try {
      return await this.pool.query<T>(text, [...values]);
    } catch (error) {
      const { code = "" } = error as { code?: string };
      // The server's own words about a statement: what it refuses, by SQLSTATE; and what says that it is on its way up or down.
      if (/^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57)/.test(code)) throw error;
      throw new NotNow(explain(error as Error, this.shown));
    }
  }

  async close(): Promise<void> {
    // The pool ends with it.
    await this.kysely.destroy();
  }

  #migrator(): Migrator {
    return new Migrator({ db: this.kysely, provider: { getMigrations: async () => MIGRATIONS } });
  }

  async #missing(): Promise<readonly string[]> {
    const known = Object.keys(MIGRATIONS);
    const done = await this.#done();
    const newer = done.filter((name) => !known.includes(name));
    if (newer.length > 0) {
      throw new CloudError(
        `the database at ${this.shown} has the schema of a newer program (${newer.join(", ")}): use that program`,
      );
    }
    return known.filter((name) => !done.includes(name));
  }

  async #done(): Promise<readonly string[]> {
    const there = await this.pool.query("select to_regclass('kysely_migration') is not null as there");
    if (!there.rows[0].there) return [];
    const { rows } = await this.pool.query<{ name: string }>("select name from kysely_migration");
    return rows.map(({ name }) => name);
  }
}

/** Answers the address as it may be shown: without credentials. */
function checkUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isRight = parsed !== undefined && ["postgres:", "postgresql:"].includes(parsed.protocol);
  if (isRight && parsed.pathname.length > 1) return `${parsed.host}${parsed.pathname}`;
  throw new CloudError(
    "the database URL is not understood: write it as postgres://user:password@host:5432/database, or name a file such as cloud.json",
  );
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused: is the server running, and is that its port?",
  ENOENT: "there is no such socket: is the server running?",
  ENOTFOUND: "there is no such host: check the name",
  ETIMEDOUT: "it did not answer in time: check the address and the network",
  ECONNRESET: "it closed the connection: is that a PostgreSQL server?",
  "28P01": "user name or password is wrong",
  "28000": "this user may not log in from here: allow it in pg_hba.conf",
  "3D000": "there is no such database: create it, or name another",
  "42501": "this user may not do that: make it the owner of the database",
  "53100": "its disk is full: make room",
  "53300": "it has too many connections: raise max_connections, or run fewer services",
  "57P03": "it is starting up or shutting down: try again",
};

/** What went wrong with the database, for people. */
export function explain(error: Error, shown: string): string {
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = (first as { code?: string }).code ?? "";
  return `the database at ${shown}: ${CAUSES[code] ?? first.message}`;
}
