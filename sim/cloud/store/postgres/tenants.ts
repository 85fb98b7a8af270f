import type pg from "pg";
import { CloudError } from "../../domain.js";
import type { CloudDocument, EventEntry } from "../../state.js";
import { applyChange, emptyDocument, FORMAT } from "../document.js";
import type { Group, History, StoreEngine } from "../engine.js";
import {
  entryAfter,
  entryOf,
  type Line,
  type LineStream,
  type LogEntry,
  type Newest,
  type Placed,
  type Telling,
} from "../lines.js";
import { bodyOf, type Committer, type HeldTenant, LeaseLost } from "./committer.js";
import type { Database } from "./database.js";

/** Lines that one question brings. */
const LINES_AT_ONCE = 200;

/** One tenant in PostgreSQL, held by this process. */
export class PostgresEngine implements StoreEngine {
  readonly document: CloudDocument;
  readonly history: History;
  readonly held: HeldTenant;
  readonly #database: Database;
  readonly #committer: Committer;
  readonly #onLost: () => void;
  #committed: number;
  #nextLine: number;

  private constructor(
    held: HeldTenant,
    database: Database,
    committer: Committer,
    loaded: Loaded,
    history: History,
    onLost: () => void,
  ) {
    this.#database = database;
    this.#onLost = onLost;
    this.held = held;
    this.#committer = committer;
    this.document = loaded.document;
    this.history = history;
    this.#committed = loaded.committed;
    this.#nextLine = loaded.nextLine;
  }

  /** Reads the tenant's document. `onLost`: somebody else has the tenant by now. Throws CloudError where that is so already. */
  static async load(
    database: Database,
    held: HeldTenant,
    committer: Committer,
    onLost: () => void = () => {},
  ): Promise<PostgresEngine> {
    const history = new PostgresLog(database, held.tenant);
    return new PostgresEngine(held, database, committer, await load(database, held), history, onLost);
  }

  commit(group: Group, done: (error?: Error) => void): void {
    this.#committed++;
    const firstLine = this.#nextLine;
    this.#nextLine += group.lines.length;
    this.#committer.commit(this.held, this.#committed, firstLine, group, (error) => {
      done(error);
      if (error instanceof LeaseLost) this.#onLost();
    });
  }

  async edit(lines: readonly Placed[]): Promise<void> {
    const { tenant, generation } = this.held;
    await this.#database.ask(
      `update line set body = next.body
       from unnest($2::bigint[], $3::text[]) as next (number, body)
       where line.tenant = $1 and line.number = next.number
         and exists (select 1 from lease where lease.tenant = $1 and lease.generation = $4)`,
      [tenant, lines.map(({ at }) => at), lines.map(({ line }) => bodyOf(line)), generation],
    );
  }

  /** Nothing is kept of what was before. */
  async forget(): Promise<void> {}

  close(): void {}
}

interface Loaded {
  readonly document: CloudDocument;
  readonly committed: number;
  readonly nextLine: number;
}

async function load({ pool }: Database, { tenant, generation }: HeldTenant): Promise<Loaded> {
  const lease = await pool.query("select committed from lease where tenant = $1 and generation = $2", [
    tenant,
    generation,
  ]);
  if (lease.rows.length === 0) throw new CloudError(`tenant ${tenant} is another service's by now`);
  const { rows } = await pool.query<{ key: string; body: string }>("select key, body from document where tenant = $1", [
    tenant,
  ]);
  const document = emptyDocument();
  for (const { key, body } of rows) applyChange(document, { key, json: body });
  if (document.format !== FORMAT)
    throw new CloudError(`tenant ${tenant} has format ${document.format}: use the program that wrote it`);
  const last = await pool.query("select coalesce(max(number), 0) as last from line where tenant = $1", [tenant]);
  return { document, committed: Number(lease.rows[0].committed), nextLine: Number(last.rows[0].last) + 1 };
}

/** Adds a tenant with its boxes. Throws CloudError where there is such a tenant, or a box is another's. */
export async function createTenant(database: Database, tenant: string, document: CloudDocument): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query("insert into tenant (tenant) values ($1)", [tenant]);
    await client.query("insert into box (box, tenant) select box, $2 from unnest($1::text[]) as row (box)", [
      document.organisation.boxes.map(({ id }) => id),
      tenant,
    ]);
    await client.query("insert into lease (tenant) values ($1)", [tenant]);
    await client.query(
      "insert into document (tenant, key, body) select $1, key, body from unnest($2::text[], $3::text[]) as row (key, body)",
      [tenant, ...keysAndBodies(document)],
    );
    await client.query("commit");
  } catch (error) {
    await rollBack(client);
    const { code, detail } = error as { code?: string; detail?: string };
    if (code !== "23505") throw error;
    throw new CloudError(`${detail ?? "it is there already"}: give the tenant or the box another name`);
  } finally {
    client.release();
  }
}

async function rollBack(client: pg.PoolClient): Promise<void> {
  await client.query("rollback");
}

/** Each row of a table by itself, so that a change of one writes one. */
function keysAndBodies(document: CloudDocument): readonly [readonly string[], readonly string[]] {
  const rows: [string, string][] = [];
  for (const [name, part] of Object.entries(document)) {
    if (!TABLES.includes(name)) rows.push([name, JSON.stringify(part)]);
    else
      for (const [row, value] of Object.entries(part as object)) rows.push([`${name}/${row}`, JSON.stringify(value)]);
  }
  return [rows.map(([key]) => key), rows.map(([, body]) => body)];
}

const TABLES: readonly string[] = ["boxes", "bins", "holders", "alerts", "answers", "hooks", "mailed", "tokens"];

/** The log of one tenant, read by ranges; whoever holds it. */
export class PostgresLog implements History {
  readonly #database: Database;
  readonly #tenant: string;

  constructor(database: Database, tenant: string) {
    this.#database = database;
    this.#tenant = tenant;
  }

  async box(box: string, last = Number.POSITIVE_INFINITY): Promise<Newest<LogEntry>> {
    const changes = new Map<string, Telling>();
    return this.#newest(box, "log", last, (line) => {
      const id = entryOf(line);
      if (line.kind === "exchange" || line.kind === "emergency") return entryAfter(line, changes.get(id));
      if (!changes.has(id)) changes.set(id, line);
      return undefined;
    });
  }

  async power(box: string, last = Number.POSITIVE_INFINITY): Promise<Newest<EventEntry>> {
    return this.#newest(box, "power", last, (line) => (line.kind === "event" ? line.entry : undefined));
  }

  async after(after: number, most: number): Promise<readonly Placed[]> {
    const { rows } = await this.#database.ask<LineRow>(
      `select box, epoch, seq, part, number, body from line
       where tenant = $1 and number > $2 order by number limit $3`,
      [this.#tenant, after, most],
    );
    return rows.map((row) => ({ at: Number(row.number), line: lineOf(row) }));
  }

  async newest(): Promise<number> {
    const { rows } = await this.#database.ask<{ last: string }>(
      "select coalesce(max(number), 0) as last from line where tenant = $1",
      [this.#tenant],
    );
    return Number(rows[0]!.last);
  }

  async #newest<T>(
    box: string,
    stream: LineStream,
    last: number,
    entryIn: (line: Line) => T | undefined,
  ): Promise<Newest<T>> {
    const entries: T[] = [];
    let before: string | null = null;
    while (entries.length < last) {
      const answer: pg.QueryResult<LineRow> = await this.#database.ask<LineRow>(
        `select box, epoch, seq, part, number, body from line
         where tenant = $1 and box = $2 and stream = $3 and ($4::bigint is null or number < $4)
         order by number desc limit ${LINES_AT_ONCE}`,
        [this.#tenant, box, stream, before],
      );
      const { rows } = answer;
      for (const row of rows) {
        const entry = entries.length < last ? entryIn(lineOf(row)) : undefined;
        if (entry !== undefined) entries.push(entry);
      }
      if (rows.length < LINES_AT_ONCE) break;
      before = rows.at(-1)!.number;
    }
    const { rows } = await this.#database.ask<{ births: string }>(
      `select count(*) as births from line where tenant = $1 and box = $2 and stream = $3
       and body !~ '^{"kind":"(settled|emergencyNow)"'`,
      [this.#tenant, box, stream],
    );
    return { entries: entries.reverse(), older: Number(rows[0]!.births) - entries.length };
  }
}

function lineOf({ box, epoch, seq, part, body }: LineRow): Line {
  return { source: { box, epoch, seq: Number(seq) }, part, ...JSON.parse(body) } as Line;
}

interface LineRow {
  readonly box: string;
  readonly epoch: string;
  readonly seq: string;
  readonly part: 0 | 1;
  readonly number: string;
  readonly body: string;
}
