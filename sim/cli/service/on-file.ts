import { existsSync } from "node:fs";
import { DocumentTokens } from "../../cloud/api/tokens.js";
import { CloudError } from "../../cloud/domain.js";
import { HealthServer } from "../../cloud/fleet/health.js";
import { Metrics } from "../../cloud/fleet/metrics.js";
import { RealTimers } from "../../cloud/fleet/real-timers.js";
import type { ServiceLog } from "../../cloud/fleet/service-log.js";
import { TenantHost } from "../../cloud/fleet/tenant-host.js";
import { backUp } from "../../cloud/store/backup.js";
import { EmbeddedEngine } from "../../cloud/store/embedded.js";
import { CloudStore } from "../../cloud/store.js";
import { connectMqttjs } from "../../cloud/transport-mqttjs.js";
import { startApi, tell, tokenOf } from "./api.js";
import { addressOf, type Options, reached, senderOf, shelfOf, untilTold } from "./options.js";

/** `npm run cloud` on a file. Resolves when it is done, or when the service runs. */
export async function onFile(options: Options, log: ServiceLog): Promise<void> {
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
  if (options.backup !== undefined) {
    log.info("backup", { message: "copied and checked", ...backUp(options.database, options.backup) });
  } else if (options.token !== undefined) addToken(options);
  else await serve(options, log);
}

/** The service must not run: it would not see it. Throws CloudError. */
function addToken(options: Options): void {
  const { token, shown } = tokenOf(options);
  const store = CloudStore.inFile(options.database);
  try {
    new DocumentTokens(store, options.database).add(token);
  } finally {
    store.close();
  }
  tell(shown, options);
}

async function serve(options: Options, log: ServiceLog): Promise<void> {
  const address = addressOf(options, log);
  const send = senderOf(options);
  const shelf = shelfOf(options);
  const engine = EmbeddedEngine.open(options.database);
  try {
    const line = await reached(connectMqttjs(address));
    const onProblem = (message: string) => log.warn("cloud", { message });
    const { database: tenant, hooksInside: reachesInside } = options;
    const isReady = () => line.hears?.() ?? true;
    const metrics = new Metrics({ clouds: () => [host.cloud], isReady });
    const onCommitted = (lines: number) => metrics.committed(lines);
    const host: TenantHost = new TenantHost({
      tenant,
      engine,
      timers: new RealTimers(),
      line,
      onProblem,
      onAlert: (message) => log.info("alert", { message }),
      reachesInside,
      send,
      shelf,
      onCommitted,
    });
    line.onMessage = (topic, payload) => host.receive(topic, payload);
    const tokens = new DocumentTokens(host.cloud.store, options.database);
    const api = await startApi(options, { tokens, find: async () => ({ cloud: host.cloud }) }, log);
    const told = () => ({ ready: isReady(), tenants: 1, boxes: host.boxes.length });
    const health = await HealthServer.start(options.http, told, metrics);
    log.info("service", {
      message: "started",
      name: options.name,
      database: options.database,
      health: health.url,
      ...(api !== undefined && { api: api.url }),
    });
    untilTold(log, async () => {
      await api?.stop();
      await health.stop();
      await host.close();
      line.close();
    });
  } catch (error) {
    engine.close();
    throw error;
  }
}
