import type { HeldTenant } from "../store/postgres/committer.js";
import type { Database } from "../store/postgres/database.js";

/** How long a tenant stays with a process that does not say that it is there, s. */
export const LEASE_SECONDS = 7;
/** A process that was not seen for so long is not counted any more, s. */
const WORKER_SECONDS = 7;

/**
 * Who answers for which tenant, as the database says, by the database's clock. A tenant belongs to one process at a time; whoever takes it
 * makes its `generation` one higher, and what the process before still commits is refused (`committer.ts`).
 */
export class Leases {
  readonly #database: Database;
  readonly #worker: string;
  readonly #address: string | undefined;

  /** `worker`: one in the whole fleet. `address`: of its API, for the other processes; absent: it has none. */
  constructor(database: Database, worker: string, address?: string) {
    this.#database = database;
    this.#worker = worker;
    this.#address = address;
  }

  /** What a process of the same name had before this one nobody has. */
  async forget(): Promise<void> {
    await this.#database.pool.query("update lease set holder = null, expires = now() where holder = $1", [
      this.#worker,
    ]);
  }

  /** Says that this process is there, and keeps what it has; answers that. */
  async renew(): Promise<ReadonlyMap<string, number>> {
    await this.#database.pool.query(
      `insert into worker (worker, seen, address) values ($1, now(), $2)
       on conflict (worker) do update set seen = now(), address = excluded.address`,
      [this.#worker, this.#address ?? null],
    );
    const { rows } = await this.#database.pool.query<{ tenant: string; generation: string }>(
      "update lease set expires = now() + make_interval(secs => $2) where holder = $1 returning tenant, generation",
      [this.#worker, LEASE_SECONDS],
    );
    return new Map(rows.map(({ tenant, generation }) => [tenant, Number(generation)]));
  }

  /** How many tenants each process should have, so that all have about the same. */
  async share(): Promise<number> {
    const { rows } = await this.#database.pool.query<{ tenants: string; workers: string }>(
      `select (select count(*) from lease) as tenants,
              (select count(*) from worker where seen > now() - make_interval(secs => $1)) as workers`,
      [WORKER_SECONDS],
    );
    return Math.ceil(Number(rows[0]!.tenants) / Math.max(1, Number(rows[0]!.workers)));
  }

  /** Takes at most `count` tenants that nobody answers for. */
  async take(count: number): Promise<readonly HeldTenant[]> {
    const { rows } = await this.#database.pool.query<{ tenant: string; generation: string }>(
      `update lease set holder = $1, generation = generation + 1, expires = now() + make_interval(secs => $2)
       where tenant in (select tenant from lease where expires < now() order by expires limit $3 for update skip locked)
       returning tenant, generation`,
      [this.#worker, LEASE_SECONDS, count],
    );
    return rows.map(({ tenant, generation }) => ({ tenant, generation: Number(generation) }));
  }

  /** Where the process that answers for the tenant is asked; undefined: nobody does, or it has no API. */
  async addressOf(tenant: string): Promise<string | undefined> {
    const { rows } = await this.#database.ask<{ address: string | null }>(
      `select worker.address from lease join worker on worker.worker = lease.holder
       where lease.tenant = $1 and lease.expires > now()`,
      [tenant],
    );
    return rows[0]?.address ?? undefined;
  }

  /** Gives a tenant away: the next one need not wait. */
  async release({ tenant, generation }: HeldTenant): Promise<void> {
    await this.#database.pool.query(
      "update lease set holder = null, expires = now() where tenant = $1 and generation = $2 and holder = $3",
      [tenant, generation, this.#worker],
    );
  }

  /** This process is not counted any more. */
  async leave(): Promise<void> {
    await this.#database.pool.query("delete from worker where worker = $1", [this.#worker]);
  }
}
