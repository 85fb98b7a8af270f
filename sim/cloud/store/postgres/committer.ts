import type pg from "pg";
import type { Change, Group } from "../engine.js";
import { type Line, streamOf } from "../lines.js";
import { type Database, explain } from "./database.js";

/** After a failure, ms; each one longer, up to the last. */
const RETRY_MS: readonly number[] = [100, 200, 500, 1_000];
/** Groups that one transaction takes. */
const GROUPS_MAX = 200;

/** Somebody else has the tenant now: what is in memory here is of no worth any more. */
export class LeaseLost extends Error {}

/** A tenant as this process holds it. */
export interface HeldTenant {
  readonly tenant: string;
  readonly generation: number;
}

interface Waiting extends HeldTenant {
  /** One above that of the tenant's group before. */
  readonly number: number;
  readonly lines: readonly Line[];
  readonly changes: readonly Change[];
  readonly firstLine: number;
  readonly done: (error?: Error) => void;
}

/**
 * Commits the groups of all of a process's tenants, those that wait together in one transaction. Each is fenced: where the lease has
 * another generation, nothing of that group is written. A group whose commit was not answered is tried again and found by its number.
 */
export class Committer {
  readonly #database: Database;
  readonly #onProblem: (message: string) => void;
  #waiting: Waiting[] = [];
  #isRunning = false;
  #isClosed = false;
  #failures = 0;

  constructor(database: Database, onProblem: (message: string) => void) {
    this.#database = database;
    this.#onProblem = onProblem;
  }

  /** `firstLine`: number of the group's first line in the tenant. `done` with LeaseLost: it will never be written. */
  commit(held: HeldTenant, number: number, firstLine: number, group: Group, done: (error?: Error) => void): void {
    this.#waiting.push({ ...held, number, firstLine, lines: group.lines, changes: group.changes(), done });
    if (!this.#isRunning) void this.#run();
  }

  /** Tries nothing again from here on. */
  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // What else has come by the end of this turn shares the transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const groups = this.#waiting.splice(0, GROUPS_MAX);
      const lost = await this.#commitAll(groups);
      for (const { tenant, generation, done } of groups) {
        done(lost.has(tenant) ? new LeaseLost(`${tenant} is not this process's any more (${generation})`) : undefined);
      }
    }
    this.#isRunning = false;
  }

  /** Answers the tenants that are somebody else's by now. Does not give up while the database cannot be reached. */
  async #commitAll(groups: readonly Waiting[]): Promise<ReadonlySet<string>> {
    for (;;) {
      try {
        const lost = await this.#transaction(groups);
        this.#failures = 0;
        return lost;
      } catch (error) {
        if (this.#isClosed) return new Set(groups.map(({ tenant }) => tenant));
        if (this.#failures === 0)
          this.#onProblem(
            `${explain(error as Error, this.#database.shown)}; nothing is acknowledged until it takes it`,
          );
        const waitMs = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]!;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #transaction(groups: readonly Waiting[]): Promise<ReadonlySet<string>> {
    const client = await this.#database.pool.connect();
    let isBroken = true;
    try {
      await client.query("begin");
      const taken = await fenced(client, groups);
      const ours = groups.filter(({ tenant }) => taken.has(tenant));
      await writeLines(client, ours);
      await writeDocuments(client, ours);
      await client.query("commit");
      const there = await alreadyThere(client, groups, taken);
      isBroken = false;
      return new Set(groups.flatMap(({ tenant }) => (taken.has(tenant) || there.has(tenant) ? [] : [tenant])));
    } finally {
      // Of one in which something went wrong nobody knows how far it is.
      client.release(isBroken);
    }
  }
}

/** The tenants of which this process still holds the lease, and whose group is the next; their number is moved on. */
async function fenced(client: pg.PoolClient, groups: readonly Waiting[]): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ tenant: string }>(
    `update lease set committed = next.number
     from unnest($1::text[], $2::bigint[], $3::bigint[]) as next (tenant, generation, number)
     where lease.tenant = next.tenant and lease.generation = next.generation and lease.committed = next.number - 1
     returning lease.tenant`,
    [groups.map((one) => one.tenant), groups.map((one) => one.generation), groups.map((one) => one.number)],
  );
  return new Set(rows.map(({ tenant }) => tenant));
}

/** Groups that an earlier try has committed, without an answer. */
async function alreadyThere(
  client: pg.PoolClient,
  groups: readonly Waiting[],
  taken: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const open = groups.filter(({ tenant }) => !taken.has(tenant));
  if (open.length === 0) return new Set();
  const { rows } = await client.query<{ tenant: string }>(
    `select lease.tenant from lease
     join unnest($1::text[], $2::bigint[], $3::bigint[]) as next (tenant, generation, number)
       on lease.tenant = next.tenant and lease.generation = next.generation and lease.committed = next.number`,
    [open.map((one) => one.tenant), open.map((one) => one.generation), open.map((one) => one.number)],
  );
  return new Set(rows.map(({ tenant }) => tenant));
}

async function writeLines(client: pg.PoolClient, groups: readonly Waiting[]): Promise<void> {
  const rows = groups.flatMap(({ tenant, lines, firstLine }) =>
    lines.map((line, i) => ({ tenant, line, number: firstLine + i })),
  );
  if (rows.length === 0) return;
  await client.query(
    `insert into line (tenant, box, epoch, seq, part, month, number, stream, body)
     select tenant, box, epoch, seq, part, date_trunc('month', now())::date, number, stream, body
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::bigint[], $7::text[], $8::text[])
       as row (tenant, box, epoch, seq, part, number, stream, body)
     on conflict do nothing`,
    [
      rows.map(({ tenant }) => tenant),
      rows.map(({ line }) => line.source.box),
      rows.map(({ line }) => line.source.epoch),
      rows.map(({ line }) => line.source.seq),
      rows.map(({ line }) => line.part),
      rows.map(({ number }) => number),
      rows.map(({ line }) => streamOf(line)),
      rows.map(({ line }) => bodyOf(line)),
    ],
  );
}

/** What the columns do not say. */
export function bodyOf({ source: _source, part: _part, ...telling }: Line): string {
  return JSON.stringify(telling);
}

async function writeDocuments(client: pg.PoolClient, groups: readonly Waiting[]): Promise<void> {
  const rows = groups.flatMap(({ tenant, changes }) => changes.map((change) => ({ tenant, ...change })));
  const there = rows.filter(({ json }) => json !== undefined);
  const gone = rows.filter(({ json }) => json === undefined);
  if (there.length > 0) {
    await client.query(
      `insert into document (tenant, key, body) select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict (tenant, key) do update set body = excluded.body`,
      [there.map(({ tenant }) => tenant), there.map(({ key }) => key), there.map(({ json }) => json)],
    );
  }
  if (gone.length > 0) {
    await client.query(
      `delete from document using unnest($1::text[], $2::text[]) as gone (tenant, key)
       where document.tenant = gone.tenant and document.key = gone.key`,
      [gone.map(({ tenant }) => tenant), gone.map(({ key }) => key)],
    );
  }
}
