import { hostname } from "node:os";
import { Command } from "commander";
import { SCOPES } from "../cloud/api/tokens.js";
import { CloudError } from "../cloud/domain.js";
import { ServiceLog } from "../cloud/fleet/service-log.js";
import { FolderShelf } from "../cloud/releases/folder-shelf.js";
import { onFile } from "./service/on-file.js";
import { onServer } from "./service/on-server.js";
import { type Options, Unreachable } from "./service/options.js";
import { port, whole } from "./shared/numbers.js";

const program = new Command("cloud")
  .description(
    "The cloud as a service, without a box: any number of processes on one PostgreSQL database and one broker, or one process on a file.\n" +
      "It writes a JSON object a line to its standard output, and gives its tenants away when it is told to end.",
  )
  .requiredOption(
    "--database <url>",
    "postgres://user:password@host:5432/database (several hosts with commas: a primary and its standbys), or a file such as cloud.json",
  )
  .option("--broker <url>", "mqtt://host:1883 or mqtts://host:8883")
  .option("--user <name>", "logs in at the broker as this user")
  .option("--password <text>", "with --user; better in SMARTBOX_BROKER_PASSWORD, where no list of processes shows it")
  .option("--ca <file>", "with mqtts://: certificate of the authority (PEM)")
  .option("--http <n>", "port of /healthz, /readyz and /metrics on 127.0.0.1; 0: any free one", port, 0)
  .option("--api <n>", "port of the API; 0: any free one; absent: no API", port)
  .option(
    "--listen <address>",
    "with --api: the address of this machine to listen on; TLS comes before it",
    "127.0.0.1",
  )
  .option("--address <url>", "with --api: where the other processes reach it; absent: as it listens")
  .option("--hooks-inside", "webhooks may lead to this machine and to private networks", false)
  .option("--smtp <url>", "smtps://user:password@host:465, for letters of alerts; better in SMARTBOX_SMTP")
  .option("--mail-from <address>", "with --smtp: who they are from", "SmartBox cloud <smartbox@localhost>")
  .option("--releases <folder>", "firmware that boxes can be given; every process has to see the same files there")
  .option(
    "--add-release <file>",
    "with --releases: puts a file of npm run release there, held against its key lists, and ends",
  )
  .option("--name <text>", "of this process, one in the fleet", `${hostname()}-${process.pid}`)
  .option("--migrate", "brings the database's schema up to date, and ends", false)
  .option(
    "--backup <folder>",
    "copies the file and its log there, also while a service has them, checks the copy, and ends",
  )
  .option("--tenant <name>", "with --organisation: adds this tenant to the database, and ends")
  .option("--organisation <file>", "with --tenant: its locations, boxes, users and keys (JSON)")
  .option("--token <name>", "makes a token for the API, shows it once, and ends; on a server with --tenant")
  .option("--scopes <list>", `with --token: of ${Object.keys(SCOPES).join(",")}; or all`, "read")
  .option("--days <n>", "with --token: for how long it is good; absent: until it is revoked", whole)
  .addHelpText(
    "after",
    "\nExit code 0: told to end, or done; 1: database or broker cannot be reached at the start; 2: called wrongly, a schema that does not fit, a file that is in use.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const log = new ServiceLog((line) => console.log(line));

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const isServer = /^postgres(ql)?:/.test(options.database);
  const { tenant, organisation, token } = options;
  if (token === undefined && (tenant === undefined) !== (organisation === undefined)) {
    throw new CloudError("--tenant and --organisation belong together: give both");
  }
  if (token !== undefined && isServer && tenant === undefined) {
    throw new CloudError("--token is for one tenant: give --tenant NAME as well");
  }
  if (options.addRelease !== undefined) addRelease(options, options.addRelease);
  else if (isServer) await onServer(options, log);
  else await onFile(options, log);
}

/** Throws CloudError. */
function addRelease({ releases }: Options, file: string): void {
  if (releases === undefined) throw new CloudError("--add-release needs to know where: give --releases FOLDER as well");
  log.info("releases", { message: `${new FolderShelf(releases).add(file)} is on the shelf`, folder: releases });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CloudError || error instanceof Unreachable)) throw error;
  log.error("service", { message: error.message });
  // Whatever is still open would keep it from ending.
  process.exit(error instanceof CloudError ? 2 : 1);
}
