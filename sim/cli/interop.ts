import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import pc from "picocolors";
import { CloudError } from "../cloud/domain.js";
import type { Version } from "../trials/interop/probe.js";
import { type InteropReport, PROBES, runInterop, versionName } from "../trials/interop/run.js";
import { interopTable } from "../trials/interop/table.js";
import { interopTarget } from "../trials/interop/target.js";
import { whole } from "./shared/numbers.js";

interface Options {
  readonly broker: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly cloudUser?: string;
  readonly cloudPassword?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly alpn?: string;
  readonly box: string;
  readonly mqtt: "3.1.1" | "5" | "both";
  readonly feature?: readonly string[];
  readonly limit: number;
  readonly idle: number;
}

const VERSIONS: Readonly<Record<Options["mqtt"], readonly Version[]>> = { "3.1.1": [4], "5": [5], both: [4, 5] };

const program = new Command("interop")
  .description(
    "Tries what a box needs of an MQTT broker, with the box's own MQTT client and with MQTT.js as the cloud. Prints broker × version ×\n" +
      "feature; the last line is JSON.",
  )
  .requiredOption(
    "--broker <url...>",
    "mqtt://host:1883, mqtts://host:8883, ws://host/mqtt or wss://host/mqtt, with user:password@ or --user; after a # what the table calls it; several: one after another",
  )
  .option("--user <name>", "the box, and the cloud if it has no user of its own, log in with it")
  .option("--password <text>", "with --user")
  .option("--cloud-user <name>", "the cloud's own user")
  .option("--cloud-password <text>", "with --cloud-user")
  .option("--ca <file>", "with mqtts://: certificate of the authority that the broker's comes from (PEM)")
  .option("--cert <file>", "with mqtts://: certificate that the clients show (PEM); with --key")
  .option("--key <file>", "its private key (PEM)")
  .option("--alpn <protocol>", "with mqtts://: offered in the handshake, such as mqtt or x-amzn-mqtt-ca")
  .option(
    "--box <id>",
    "topics lie below smartbox/ID/, the client id is smartbox-ID",
    `INTEROP-${randomBytes(3).toString("hex")}`,
  )
  .addOption(new Option("--mqtt <version>", "which versions to try").choices(Object.keys(VERSIONS)).default("both"))
  .option("--feature <id...>", "only these; absent: all")
  .option("--limit <seconds>", "that one feature may take", whole, 15)
  .option("--idle <seconds>", "that an idle connection is watched for", whole, 50)
  .addHelpText(
    "after",
    `\nFeatures:\n${PROBES.map(({ id, need, title }) => `  ${id.padEnd(18)} ${need.padEnd(7)} ${title}`).join("\n")}\n\n` +
      "Exit code 1: something that a box needs is not there; 2: called wrongly.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

async function main(): Promise<number> {
  const { broker, ca, cert, key, mqtt, limit, idle, feature, ...rest } = program.parse().opts<Options>();
  const unknown = feature?.find((id) => !PROBES.some((probe) => probe.id === id));
  if (unknown !== undefined) throw new CloudError(`--feature ${unknown}: there is no such feature, --help lists them`);
  if (limit < 1) throw new CloudError("--limit 0: a feature needs a second at least");
  if ((cert === undefined) !== (key === undefined)) throw new CloudError("--cert and --key belong together: give both");
  const files = {
    ca: ca === undefined ? undefined : textOf("--ca", ca),
    identity: cert && key ? { certificate: textOf("--cert", cert), key: textOf("--key", key) } : undefined,
  };
  const targets = broker.map((url) => interopTarget({ url, ...rest, ...files }));
  const reports: InteropReport[] = [];
  for (const target of targets) {
    console.error(pc.cyan(target.shown));
    const options = { versions: VERSIONS[mqtt], limitSeconds: limit, idleSeconds: idle, features: feature };
    reports.push(await runInterop(target, { ...options, progress: (text) => console.error(text) }));
  }
  console.log(interopTable(reports));
  const neededFailed = reports.flatMap((report) => report.neededFailed.map((one) => `${report.broker}: ${one}`));
  for (const report of reports) for (const one of missingIn(report)) console.error(pc.red(one));
  console.log(JSON.stringify({ brokers: reports, neededFailed }));
  return neededFailed.length > 0 ? 1 : 0;
}

/** What a box needs and does not get, each with the reason. */
function missingIn({ broker, neededFailed, versions }: InteropReport): string[] {
  return neededFailed.map((one) => {
    const [name, id] = one.split(" ") as [string, string];
    const note = versions.find(({ version }) => versionName(version) === name)?.features[id]?.note ?? "";
    return `a box needs what is not there: ${broker}: ${one}${note && `: ${note}`}`;
  });
}

function textOf(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CloudError(`${option} ${file}: ${(error as Error).message}`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof CloudError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 2;
}
