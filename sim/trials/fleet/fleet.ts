import { RealTimers } from "../../cloud/fleet/real-timers.js";
import { Database } from "../../cloud/store/postgres/database.js";
import { createTenant, PostgresLog } from "../../cloud/store/postgres/tenants.js";
import { FleetBox } from "./fleet-box.js";
import { BINS, BOXES_A_TENANT, fleetIdentity, organisationOf } from "./organisations.js";
import { PlainMosquitto } from "./plain-mosquitto.js";
import { PostgresServer } from "./postgres-server.js";
import { type Cost, costOf } from "./process-cost.js";
import { ServiceProcess } from "./service-process.js";

export interface FleetOptions {
  readonly boxes: number;
  /** The file of `npm run cloud`. */
  readonly command: string;
  /** Services, each a process of its own. */
  readonly services: number;
  /** Records that all boxes together write in a second. */
  readonly rate: number;
  /** How long the rate is measured, s. */
  readonly seconds: number;
  /** A service, the broker and the database are killed, one after the other. */
  readonly kill: boolean;
  readonly progress: (text: string) => void;
}

export interface FleetResult {
  readonly boxes: number;
  readonly records: number;
  readonly recordsPerSecond: number;
  /** Written at a box, and not in the database. */
  readonly lost: number;
  /** In the database more than once. */
  readonly duplicated: number;
  /** The longest that a record waited for its acknowledgement. */
  readonly unavailableSeconds: number;
  readonly connectSeconds: number;
  readonly bytesARecord: number;
  /** Processor time of a record while the rate was measured, µs, and memory then, MB. */
  readonly costs: Readonly<
    Record<"services" | "broker" | "database" | "boxes", { microsARecord: number; residentMB: number }>
  >;
}

/** Exchanges that a box has at a time: what a batch is made of. */
const EXCHANGES_AT_ONCE = 4;
/** Boxes that begin to connect in a second. */
const CONNECTS_A_SECOND = 400;
const STEP_MS = 100;
const LOOKED_AT = 50;
const CONNECT_LIMIT_MS = 300_000;
/** After a kill, everything must have gone on by then. */
const RECOVERY_LIMIT_MS = 120_000;
const DOWN_MS = 2_000;

/** Boxes by the thousand, a broker, a database and services, all on this machine and all real. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #server: PostgresServer;
  readonly #broker: PlainMosquitto;
  readonly #database: Database;
  readonly #boxes: FleetBox[] = [];
  readonly #services: ServiceProcess[] = [];
  #acknowledged = 0;
  #longestMs = 0;
  #writing: NodeJS.Timeout | undefined;
  #started = 0;

  private constructor(options: FleetOptions, server: PostgresServer, broker: PlainMosquitto, database: Database) {
    this.#options = options;
    this.#server = server;
    this.#broker = broker;
    this.#database = database;
  }

  static async run(options: FleetOptions): Promise<FleetResult> {
    const server = await PostgresServer.start();
    const broker = await PlainMosquitto.start();
    const database = await Database.open(server.url);
    const fleet = new Fleet(options, server, broker, database);
    try {
      return await fleet.#run();
    } finally {
      await fleet.#stop();
    }
  }

  async #run(): Promise<FleetResult> {
    const { kill, progress, seconds, boxes } = this.#options;
    await this.#database.migrate();
    // Before there is anything to do, so that each takes its share.
    await Promise.all(Array.from({ length: this.#options.services }, () => this.#startService()));
    await this.#makeTenants();
    await this.#spread();
    const connectSeconds = await this.#connect();
    progress(`${boxes} boxes are online after ${connectSeconds} s`);
    this.#write();
    const { recordsPerSecond, costs } = await this.#measure(seconds);
    progress(`${recordsPerSecond} records a second are committed`);
    if (kill) await this.#killEverything();
    clearInterval(this.#writing);
    await this.#until(() => this.#boxes.every((box) => box.isDone), RECOVERY_LIMIT_MS, "the last acknowledgements");
    return { boxes, connectSeconds, recordsPerSecond, costs, ...(await this.#verdict()) };
  }

  async #makeTenants(): Promise<void> {
    const { boxes, progress } = this.#options;
    const timers = new RealTimers();
    for (let first = 1; first <= boxes; first += BOXES_A_TENANT) {
      const document = organisationOf(first, Math.min(BOXES_A_TENANT, boxes + 1 - first));
      await createTenant(this.#database, `tenant-${Math.ceil(first / BOXES_A_TENANT)}`, document);
      for (const box of document.organisation.boxes) {
        const identity = fleetIdentity(box, { host: "127.0.0.1", port: this.#broker.port });
        const acknowledged = (count: number, oldestMs: number) => {
          this.#acknowledged += count;
          this.#longestMs = Math.max(this.#longestMs, oldestMs);
        };
        this.#boxes.push(new FleetBox({ identity, timers, bins: BINS, acknowledged }));
      }
    }
    progress(`${Math.ceil(boxes / BOXES_A_TENANT)} tenants with ${boxes} boxes are in the database`);
  }

  async #startService(): Promise<void> {
    this.#started++;
    const service = new ServiceProcess(
      this.#options.command,
      `service-${this.#started}`,
      this.#server.url,
      this.#broker.url,
    );
    this.#services.push(service);
    await service.ready();
  }

  /** Until each service has its share of the tenants: a box that is handed over has to find that out. */
  async #spread(): Promise<void> {
    const { boxes, services } = this.#options;
    const tenants = Math.ceil(boxes / BOXES_A_TENANT);
    const share = Math.ceil(tenants / services);
    const until = performance.now() + CONNECT_LIMIT_MS;
    for (;;) {
      const { rows } = await this.#database.pool.query<{ tenants: string }>(
        "select count(*) as tenants from lease where holder is not null and expires > now() group by holder",
      );
      const counts = rows.map((row) => Number(row.tenants));
      if (counts.reduce((sum, one) => sum + one, 0) === tenants && Math.max(...counts) <= share) return;
      if (performance.now() > until) throw new Error(`the tenants do not spread over the services: ${counts}`);
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }

  async #connect(): Promise<number> {
    const before = performance.now();
    const perStep = Math.ceil((CONNECTS_A_SECOND * STEP_MS) / 1_000);
    for (let next = 0; next < this.#boxes.length; next += perStep) {
      for (const box of this.#boxes.slice(next, next + perStep)) box.start();
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
    await this.#until(
      () => this.#boxes.every((box) => box.isOnline && box.isDone),
      CONNECT_LIMIT_MS,
      "all boxes online",
    );
    return Math.round((performance.now() - before) / 100) / 10;
  }

  /** Each box in turn, so that all together write at the rate. */
  #write(): void {
    const { rate } = this.#options;
    const burst = EXCHANGES_AT_ONCE * FleetBox.recordsAnExchange;
    const beganMs = performance.now();
    let bursts = 0;
    this.#writing = setInterval(() => {
      const due = Math.floor(((performance.now() - beganMs) * rate) / 1_000 / burst);
      for (; bursts < due; bursts++) this.#boxes[bursts % this.#boxes.length]!.exchange(EXCHANGES_AT_ONCE);
    }, STEP_MS / 4);
  }

  async #measure(seconds: number): Promise<Pick<FleetResult, "recordsPerSecond" | "costs">> {
    // What piles up at the beginning is not what it can do.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const [before, fromMs, costBefore] = [this.#acknowledged, performance.now(), this.#costs()];
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const [records, costAfter] = [this.#acknowledged - before, this.#costs()];
    const costOfOne = (who: keyof typeof costAfter) => ({
      microsARecord: Math.round(
        ((costAfter[who].cpuSeconds - costBefore[who].cpuSeconds) * 1e6) / Math.max(1, records),
      ),
      residentMB: costAfter[who].residentMB,
    });
    return {
      recordsPerSecond: Math.round((records * 1_000) / (performance.now() - fromMs)),
      costs: {
        services: costOfOne("services"),
        broker: costOfOne("broker"),
        database: costOfOne("database"),
        boxes: costOfOne("boxes"),
      },
    };
  }

  #costs(): Record<keyof FleetResult["costs"], Cost> {
    const services = this.#services.map(({ pid }) => costOf(pid));
    const { user, system } = process.cpuUsage();
    const sum = (of: (one: Cost) => number) => services.reduce((total, one) => total + of(one), 0);
    return {
      services: { cpuSeconds: sum((one) => one.cpuSeconds), residentMB: sum((one) => one.residentMB) },
      broker: costOf(this.#broker.pid),
      database: costOf(this.#server.pid),
      boxes: { cpuSeconds: (user + system) / 1e6, residentMB: Math.round(process.memoryUsage().rss / 1e6) },
    };
  }

  async #killEverything(): Promise<void> {
    await this.#killed("a service", async () => {
      await this.#services.shift()!.kill();
      await this.#startService();
    });
    await this.#killed("the broker", async () => {
      await this.#broker.crash();
      await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
      await this.#broker.restart();
    });
    await this.#killed("the database", async () => {
      await this.#server.crash();
      await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
      await this.#server.restart();
    });
  }

  /** Until every record that was written by the end of it is acknowledged. */
  async #killed(what: string, kill: () => Promise<void>): Promise<void> {
    const before = performance.now();
    await kill();
    const written = this.#boxes.map((box) => box.written);
    const isOver = () => this.#boxes.every((box, i) => box.journal.acknowledged >= written[i]!);
    await this.#until(isOver, RECOVERY_LIMIT_MS, `everything to go on after ${what} was killed`);
    const seconds = Math.round((performance.now() - before) / 100) / 10;
    this.#options.progress(`${what} was killed: all goes on after ${seconds} s`);
  }

  async #verdict(): Promise<
    Pick<FleetResult, "records" | "lost" | "duplicated" | "unavailableSeconds" | "bytesARecord">
  > {
    const { rows } = await this.#database.pool.query<{ box: string; lines: string; records: string }>(
      "select box, count(*) as lines, count(distinct (epoch, seq)) as records from line where part = 0 group by box",
    );
    const found = new Map(
      rows.map(({ box, lines, records }) => [box, { lines: Number(lines), records: Number(records) }]),
    );
    let lost = 0;
    let duplicated = 0;
    let records = 0;
    for (const { identity, written } of this.#boxes) {
      const there = found.get(identity.box) ?? { lines: 0, records: 0 };
      records += there.records;
      lost += Math.max(0, written - there.records);
      duplicated += there.lines - there.records + Math.max(0, there.records - written);
    }
    lost += await this.#withoutEnd();
    const size = await this.#database.pool.query<{ bytes: string }>(
      "select sum(pg_total_relation_size(relid)) as bytes from pg_partition_tree('line') where isleaf",
    );
    return {
      records,
      lost,
      duplicated,
      unavailableSeconds: Math.round(this.#longestMs / 100) / 10,
      bytesARecord: Math.round(Number(size.rows[0]!.bytes) / Math.max(1, records)),
    };
  }

  /** Exchanges of one box of each tenant, its newest, that have no end in the log that people read. */
  async #withoutEnd(): Promise<number> {
    let count = 0;
    for (let at = 0; at < this.#boxes.length; at += BOXES_A_TENANT) {
      const log = new PostgresLog(this.#database, `tenant-${1 + at / BOXES_A_TENANT}`);
      const { entries } = await log.box(this.#boxes[at]!.identity.box, LOOKED_AT);
      count += entries.filter(({ status }) => status !== "done").length;
    }
    return count;
  }

  async #until(reached: () => boolean, limitMs: number, what: string): Promise<void> {
    const until = performance.now() + limitMs;
    while (!reached()) {
      if (performance.now() > until) {
        const logs = this.#services.flatMap(({ name, log }) => log.slice(-5).map((line) => `${name}: ${line}`));
        const waiting = this.#boxes.filter((box) => !box.isDone).length;
        const offline = this.#boxes.filter((box) => !box.isOnline).length;
        throw new Error(
          `waited ${limitMs / 1_000} s in vain for ${what}: ${offline} boxes are offline, ${waiting} wait\n${logs.join("\n")}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#writing);
    for (const box of this.#boxes) box.stop();
    for (const service of this.#services) await service.stop();
    await this.#database.close();
    await this.#broker.stop();
    await this.#server.stop();
  }
}
