import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { Command } from "commander";
import { CloudError } from "../cloud/domain.js";
import { HealthServer } from "../cloud/fleet/health.js";
import { RealTimers } from "../cloud/fleet/real-timers.js";
import { ServiceLog } from "../cloud/fleet/service-log.js";
import { TenantHost } from "../cloud/fleet/tenant-host.js";
import { Worker } from "../cloud/fleet/worker.js";
import { loadOrganisation } from "../cloud/import/organisation-file.js";
import { CloudService } from "../cloud/service.js";
import { EmbeddedEngine } from "../cloud/store/embedded.js";
import { Database } from "../cloud/store/postgres/database.js";
import { createTenant } from "../cloud/store/postgres/tenants.js";
import { CloudStore } from "../cloud/store.js";
import { type BrokerAddress, connectLine, connectMqttjs } from "../cloud/transport-mqttjs.js";
import { port } from "./shared/numbers.js";

interface Options {
  readonly database: string;
  readonly broker?: string;
  readonly user?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly http: number;
  readonly name: string;
  readonly migrate: boolean;
  readonly tenant?: string;
  readonly organisation?: string;
}

const program = new Command("cloud")
  .description(
    "The cloud as a service, without a box: any number of processes on one PostgreSQL database and one broker, or one process on a file.\n" +
      "It writes a JSON object a line to its standard output, and gives its tenants away when it is told to end.",
  )
  .requiredOption("--database <url>", "postgres://user:password@host:5432/database, or a file such as cloud.json")
  .option("--broker <url>", "mqtt://host:1883 or mqtts://host:8883")
  .option("--user <name>", "logs in at the broker as this user")
  .option("--password <text>", "with --user; better in SMARTBOX_BROKER_PASSWORD, where no list of processes shows it")
  .option("--ca <file>", "with mqtts://: certificate of the authority (PEM)")
  .option("--http <n>", "port of /health and /ready on 127.0.0.1; 0: any free one", port, 0)
  .option("--name <text>", "of this process, one in the fleet", `${hostname()}-${process.pid}`)
  .option("--migrate", "brings the database's schema up to date, and ends", false)
  .option("--tenant <name>", "with --organisation: adds this tenant to the database, and ends")
  .option("--organisation <file>", "with --tenant: its locations, boxes, users and keys (JSON)")
  .addHelpText(
    "after",
    "\nExit code 0: told to end, or done; 1: database or broker cannot be reached at the start; 2: called wrongly, a schema that does not fit, a file that is in use.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const log = new ServiceLog((line) => console.log(line));

/** Something that has nothing to do with how it was called. */
class Unreachable extends Error {}

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const isServer = /^postgres(ql)?:/.test(options.database);
  if ((options.tenant === undefined) !== (options.organisation === undefined)) {
    throw new CloudError("--tenant and --organisation belong together: give both");
  }
  if (!isServer) return await onFile(options);
  const database = await reached(Database.open(options.database));
  let isLeft = false;
  try {
    if (options.migrate) {
      const done = await database.migrate();
      log.info("database", {
        message: done.length === 0 ? "its schema is up to date" : `brought up to date: ${done.join(", ")}`,
      });
      return;
    }
    await database.checkSchema();
    if (options.tenant !== undefined) await addTenant(database, options.tenant, options.organisation!);
    else {
      isLeft = true;
      await onServer(database, options);
    }
  } finally {
    if (!isLeft) await database.close();
  }
}

async function addTenant(database: Database, tenant: string, file: string): Promise<void> {
  const cloud = new CloudService({
    store: new CloudStore(),
    now: () => Date.now() / 1_000,
    timers: new RealTimers(),
    random: (count) => new Uint8Array(randomBytes(count)),
  });
  loadOrganisation(cloud, file);
  cloud.close();
  await createTenant(database, tenant, cloud.store.document);
  log.info("tenant", { tenant, boxes: cloud.store.organisation.boxes.length, message: "added" });
}

async function onServer(database: Database, options: Options): Promise<void> {
  const line = await reached(connectLine(addressOf(options)));
  const worker = new Worker({ database, line, name: options.name, timers: new RealTimers(), log });
  await worker.start();
  const health = await HealthServer.start(options.http, () => worker);
  log.info("service", { message: "started", name: options.name, database: database.shown, health: health.url });
  untilTold(async () => {
    await health.stop();
    await worker.close();
    line.close();
    await database.close();
  });
}

async function onFile(options: Options): Promise<void> {
  if (options.migrate || options.tenant !== undefined) {
    throw new CloudError(
      "--migrate and --tenant are for a database server: a file has one organisation, made by npm start",
    );
  }
  if (!existsSync(options.database)) {
    throw new CloudError(
      `there is no file ${options.database}: make one with npm start, or give the URL of a database`,
    );
  }
  const address = addressOf(options);
  const engine = EmbeddedEngine.open(options.database);
  try {
    const line = await reached(connectMqttjs(address));
    const onProblem = (message: string) => log.warn("cloud", { message });
    const host = new TenantHost({ tenant: options.database, engine, timers: new RealTimers(), line, onProblem });
    line.onMessage = (topic, payload) => host.receive(topic, payload);
    const health = await HealthServer.start(options.http, () => {
      return { ready: line.hears?.() ?? true, tenants: 1, boxes: host.boxes.length };
    });
    log.info("service", { message: "started", name: options.name, database: options.database, health: health.url });
    untilTold(async () => {
      await health.stop();
      await host.close();
      line.close();
    });
  } catch (error) {
    engine.close();
    throw error;
  }
}

function addressOf({
  broker,
  user,
  password = process.env.SMARTBOX_BROKER_PASSWORD,
  ca,
  name,
}: Options): BrokerAddress {
  if (broker === undefined)
    throw new CloudError("--broker is missing: the service needs one, such as mqtts://host:8883");
  let authority: string | undefined;
  try {
    authority = ca === undefined ? undefined : readFileSync(ca, "utf8");
  } catch (error) {
    throw new CloudError(`--ca ${ca}: ${(error as Error).message}`);
  }
  return {
    url: broker,
    clientId: `smartbox-cloud-${name}`,
    ...(user !== undefined && { username: user }),
    ...(user !== undefined && password !== undefined && { password }),
    ...(authority !== undefined && { ca: authority }),
    onState: (message) => log.info("broker", { message }),
  };
}

/** Of what is wrong with an address people are told the same way; here it counts as a service that is not there. */
async function reached<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    if (!(error instanceof CloudError) || /not understood/.test(error.message)) throw error;
    throw new Unreachable(error.message);
  }
}

function untilTold(end: () => Promise<void>): void {
  let isEnding = false;
  const told = (signal: NodeJS.Signals): void => {
    if (isEnding) return;
    isEnding = true;
    log.info("service", { message: `ends, told by ${signal}` });
    end().then(
      () => process.exit(0),
      (error: Error) => {
        log.error("service", { message: error.message });
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, told);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CloudError || error instanceof Unreachable)) throw error;
  log.error("service", { message: error.message });
  process.exitCode = error instanceof CloudError ? 2 : 1;
}
