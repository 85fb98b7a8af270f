import { parseTopic, UP_FILTER } from "../../../firmware/wire/lanes.js";
import type { TimersPort } from "../../../hal/ports/clock.js";
import type { SendLetter } from "../outward/mailer.js";
import type { Shelf } from "../releases/shelf.js";
import type { CloudService } from "../service.js";
import { Committer, type HeldTenant } from "../store/postgres/committer.js";
import { type Database, explain } from "../store/postgres/database.js";
import { PostgresEngine } from "../store/postgres/tenants.js";
import type { BrokerLine } from "../transport-mqttjs.js";
import { LEASE_SECONDS, Leases } from "./leases.js";
import type { ServiceLog } from "./service-log.js";
import { TenantHost } from "./tenant-host.js";

const TICK_MS = 1_000;
/** Tenants that are taken at a time: loading them must not keep the lease of the others from being renewed. */
const TAKEN_AT_ONCE = 32;
/** After the database was away, nobody takes anything for so long, ticks: whoever had it is as much there as this process. */
const GRACE_TICKS = LEASE_SECONDS + 1;

export interface WorkerNeeds {
  readonly database: Database;
  readonly line: BrokerLine;
  /** One in the whole fleet. */
  readonly name: string;
  /** Of its API, for the other processes; absent: it has none. */
  readonly address?: string;
  /** Webhooks may lead to this machine and to private networks. */
  readonly reachesInside?: boolean;
  /** Absent: nobody is written to of alerts. */
  readonly send?: SendLetter | undefined;
  /** Firmware, the same for all tenants. Absent: boxes keep what they have. */
  readonly shelf?: Shelf | undefined;
  /** Told of each group that was committed, with how many lines. */
  readonly onCommitted?: (lines: number) => void;
  readonly timers: TimersPort;
  readonly log: ServiceLog;
}

/** How often it is seen to that the months to come have their partitions, ms. */
const MONTHS_MS = 86_400_000;
/** A box that is handed over notices by an acknowledgement that does not come: a tenant stays at least so long, ms. */
const STAY_MS = 60_000;

interface Place {
  readonly held: HeldTenant;
  readonly host: TenantHost;
  readonly sinceMs: number;
}

/**
 * One process of a fleet. It answers for the tenants whose lease it has, and hears what their boxes say and nothing else: a filter for each
 * box, which every broker of MQTT 3.1.1 can do. It may die at any instruction: its leases end, and others take its tenants.
 */
export class Worker {
  readonly #needs: WorkerNeeds;
  readonly #leases: Leases;
  readonly #committer: Committer;
  readonly #places = new Map<string, Place>();
  readonly #byBox = new Map<string, TenantHost>();
  #monthsDueMs = 0;
  #loops: readonly Promise<void>[] = [];
  #taking = false;
  #grace = 0;
  #isReachable = true;
  #isClosed = false;

  constructor(needs: WorkerNeeds) {
    this.#needs = needs;
    this.#leases = new Leases(needs.database, needs.name, needs.address);
    this.#committer = new Committer(needs.database, (message) => needs.log.warn("database", { message }));
    needs.line.onMessage = (topic, payload) => this.#receive(topic, payload);
  }

  /** Takes its first tenants, and goes on by itself. */
  async start(): Promise<void> {
    await this.#leases.forget();
    await this.#once(() => this.#renew());
    await this.#once(() => this.#balance());
    this.#again();
  }

  /** Whether it can do its work now: the database and the broker are there. */
  get ready(): boolean {
    return this.#isReachable && (this.#needs.line.hears?.() ?? true);
  }

  get tenants(): number {
    return this.#places.size;
  }

  get boxes(): number {
    return this.#byBox.size;
  }

  get clouds(): readonly CloudService[] {
    return [...this.#places.values()].map(({ host }) => host.cloud);
  }

  /** The cloud of a tenant, where that is in this process, or the address of the process that has it; undefined: nobody has, or says so. */
  async find(tenant: string): Promise<{ readonly cloud: CloudService } | { readonly address: string } | undefined> {
    const place = this.#places.get(tenant);
    if (place !== undefined) return { cloud: place.host.cloud };
    const address = await this.#leases.addressOf(tenant);
    return address === undefined || address === this.#needs.address ? undefined : { address };
  }

  /** Gives everything away, so that nobody need wait for its leases to end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#loops);
    for (const place of [...this.#places.values()]) await this.#giveAway(place);
    this.#committer.close();
    await this.#leases.leave();
  }

  /** Keeps what it has, and looks for more: each by itself, for what takes long must not cost the leases. */
  #again(): void {
    this.#loops = [this.#loop(() => this.#renew()), this.#loop(() => this.#balance())];
  }

  async #loop(act: () => Promise<void>): Promise<void> {
    while (!this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      if (!this.#isClosed) await this.#once(act);
    }
  }

  /** Does not throw for a database that is not there: it will be. */
  async #once(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      if (!this.#isReachable) this.#needs.log.info("database", { message: "it is there again" });
      this.#isReachable = true;
    } catch (error) {
      if (this.#isReachable) {
        this.#needs.log.warn("database", { message: explain(error as Error, this.#needs.database.shown) });
      }
      this.#isReachable = false;
      this.#grace = GRACE_TICKS;
    }
  }

  async #renew(): Promise<void> {
    const kept = await this.#leases.renew();
    for (const { held } of [...this.#places.values()]) {
      // Taken by this process while the answer was under way: the next one tells.
      const generation = kept.get(held.tenant);
      if (generation === undefined ? !this.#taking : generation > held.generation)
        this.#drop(held, "its lease is another's");
    }
  }

  async #balance(): Promise<void> {
    if (performance.now() > this.#monthsDueMs) {
      await this.#needs.database.makeMonths();
      this.#monthsDueMs = performance.now() + MONTHS_MS;
    }
    if (this.#grace > 0) {
      this.#grace--;
      return;
    }
    const share = await this.#leases.share();
    const settled = [...this.#places.values()].filter(({ sinceMs }) => performance.now() - sinceMs > STAY_MS);
    const over = settled.slice(0, Math.max(0, this.#places.size - share));
    for (const place of over) await this.#giveAway(place);
    const room = Math.min(TAKEN_AT_ONCE, share - this.#places.size);
    if (room <= 0) return;
    this.#taking = true;
    try {
      await Promise.all((await this.#leases.take(room)).map((held) => this.#begin(held)));
    } finally {
      this.#taking = false;
    }
  }

  async #begin(held: HeldTenant): Promise<void> {
    const { database, timers, line, log, reachesInside = false, send, shelf, onCommitted } = this.#needs;
    const { tenant, generation } = held;
    const engine = await PostgresEngine.load(database, held, this.#committer, () =>
      this.#drop(held, "another process has taken it"),
    );
    const host = new TenantHost({
      tenant,
      engine,
      timers,
      line,
      reachesInside,
      send,
      shelf,
      onCommitted,
      onProblem: (message) => log.warn("cloud", { tenant, message }),
      onAlert: (message) => log.info("alert", { tenant, message }),
    });
    this.#places.set(tenant, { held, host, sinceMs: performance.now() });
    for (const box of host.boxes) this.#byBox.set(box, host);
    await line.subscribe(host.boxes.map(filterOf));
    // Only now: what they say is heard.
    host.cloud.tookOver();
    log.info("tenant", { tenant, generation, boxes: host.boxes.length, message: "answers for it" });
  }

  #receive(topic: string, payload: Uint8Array): void {
    const box = parseTopic(topic)?.box;
    if (box !== undefined) this.#byBox.get(box)?.receive(topic, payload);
  }

  async #giveAway({ held, host }: Place): Promise<void> {
    this.#forget(held, host);
    await host.close();
    await this.#leases.release(held);
    this.#needs.log.info("tenant", { tenant: held.tenant, message: "given away" });
  }

  /** Somebody else answers for it by now. */
  #drop(held: HeldTenant, message: string): void {
    const place = this.#places.get(held.tenant);
    if (place === undefined || place.held.generation !== held.generation) return;
    this.#forget(held, place.host);
    void place.host.close();
    this.#needs.log.warn("tenant", { tenant: held.tenant, message });
  }

  #forget({ tenant }: HeldTenant, host: TenantHost): void {
    this.#places.delete(tenant);
    for (const box of host.boxes) if (this.#byBox.get(box) === host) this.#byBox.delete(box);
    const filters = host.boxes.map(filterOf);
    if (filters.length > 0) this.#needs.line.unsubscribe(filters);
  }
}

/** What one box says. */
function filterOf(box: string): string {
  return UP_FILTER.replace("+", box);
}
