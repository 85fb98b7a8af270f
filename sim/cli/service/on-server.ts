import { randomBytes } from "node:crypto";
import { CloudError } from "../../cloud/domain.js";
import { HealthServer } from "../../cloud/fleet/health.js";
import { Metrics } from "../../cloud/fleet/metrics.js";
import { RealTimers } from "../../cloud/fleet/real-timers.js";
import type { ServiceLog } from "../../cloud/fleet/service-log.js";
import { Worker } from "../../cloud/fleet/worker.js";
import { loadOrganisation } from "../../cloud/import/organisation-file.js";
import { CloudService } from "../../cloud/service.js";
import { Database } from "../../cloud/store/postgres/database.js";
import { createTenant } from "../../cloud/store/postgres/tenants.js";
import { PostgresTokens } from "../../cloud/store/postgres/tokens.js";
import { CloudStore } from "../../cloud/store.js";
import { connectLine } from "../../cloud/transport-mqttjs.js";
import { now, startApi, tell, tokenOf } from "./api.js";
import { addressOf, type Options, reached, senderOf, shelfOf, untilTold } from "./options.js";

/** `npm run cloud` on a database server. Resolves when it is done, or when the service runs. */
export async function onServer(options: Options, log: ServiceLog): Promise<void> {
  if (options.backup !== undefined) {
    throw new CloudError(
      "--backup is for a file: a server is copied by pg_dump, or by pg_basebackup with its WAL for any point in time (sim/cloud/README.md)",
    );
  }
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
    if (options.token !== undefined) await addToken(database, options);
    else if (options.tenant !== undefined) await addTenant(database, options.tenant, options.organisation!, log);
    else {
      isLeft = true;
      await serve(database, options, log);
    }
  } finally {
    if (!isLeft) await database.close();
  }
}

async function addToken(database: Database, options: Options): Promise<void> {
  const { token, shown } = tokenOf(options);
  await new PostgresTokens(database).add(options.tenant!, token);
  tell(shown, options);
}

async function addTenant(database: Database, tenant: string, file: string, log: ServiceLog): Promise<void> {
  const cloud = new CloudService({
    store: new CloudStore(),
    now,
    timers: new RealTimers(),
    random: (count) => new Uint8Array(randomBytes(count)),
  });
  loadOrganisation(cloud, file);
  cloud.close();
  await createTenant(database, tenant, cloud.store.document);
  log.info("tenant", { tenant, boxes: cloud.store.organisation.boxes.length, message: "added" });
}

async function serve(database: Database, options: Options, log: ServiceLog): Promise<void> {
  const send = senderOf(options);
  const shelf = shelfOf(options);
  const line = await reached(connectLine(addressOf(options, log)));
  let worker: Worker | undefined;
  const api = await startApi(
    options,
    { tokens: new PostgresTokens(database), find: async (tenant) => await worker?.find(tenant) },
    log,
  );
  const address = options.address ?? api?.url;
  const metrics = new Metrics({ clouds: () => worker?.clouds ?? [], isReady: () => worker?.ready ?? false });
  worker = new Worker({
    database,
    line,
    name: options.name,
    timers: new RealTimers(),
    log,
    reachesInside: options.hooksInside,
    send,
    shelf,
    onCommitted: (lines) => metrics.committed(lines),
    ...(address !== undefined && { address }),
  });
  await worker.start();
  const health = await HealthServer.start(options.http, () => worker, metrics);
  log.info("service", {
    message: "started",
    name: options.name,
    database: database.shown,
    health: health.url,
    ...(api !== undefined && { api: api.url }),
  });
  untilTold(log, async () => {
    await api?.stop();
    await health.stop();
    await worker.close();
    line.close();
    await database.close();
  });
}
