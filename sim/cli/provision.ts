import { readFileSync } from "node:fs";
import { Command } from "commander";
import pc from "picocolors";
import { identityImage } from "../../firmware/identity/copies.js";
import { IdentityError } from "../../firmware/identity/identity.js";
import { FONT_MAGIC, HEADER_BYTES } from "../../hal/panel/font.js";
import { ANY_LANGUAGE, CloudError } from "../cloud/domain.js";
import { urlBroker } from "../trials/stage/broker-side.js";
import { identityOf } from "../trials/stage/identity-of.js";
import { DataDirectory, DataError } from "./front/data-directory.js";
import { FlashingError, flash, type Write } from "./provision/flash.js";
import { keep } from "./provision/image-file.js";
import { type NewBox, recordOf } from "./provision/record.js";
import { DEFAULT_DIRECTORY } from "./shared/pack-source.js";
import { boardPartition } from "./shared/partition.js";

interface Options extends NewBox {
  readonly out?: string;
  readonly port?: string;
  readonly letters?: string;
  readonly data: string;
  readonly broker: string;
  readonly user?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly alpn?: string;
}

const program = new Command("provision")
  .description(
    "Makes the identity of a box: the image of its identity partition, and the cloud's record of it in the same step. A box that the\n" +
      "cloud has already keeps its secrets: its image can be made again, for another broker as well.",
  )
  .requiredOption("--box <id>", "1 to 32 characters of A-Z a-z 0-9 -")
  .option("--out <file>", "the image, for a board or, as SMARTBOX_DIR/identity, for the SDK's simulator")
  .option("--port <device>", "writes it to the board there, such as /dev/ttyUSB0, with Espressif's esptool")
  .option(
    "--letters <file>",
    "with --port: letters of Chinese, Korean and Japanese names, as npm run firmware makes them",
  )
  .option("--data <dir>", "folder with the cloud's database; made where there is none", DEFAULT_DIRECTORY)
  .option(
    "--broker <url>",
    "mqtts://host:8883, wss://host/mqtt where sites let only web traffic out, or, on a desk only, mqtt://host:1883",
    "mqtt://127.0.0.1:18830",
  )
  .option("--ca <file>", "with mqtts://: certificate of the one authority that the box trusts (PEM)")
  .option("--cert <file>", "with TLS: certificate that the box shows the broker (PEM); with --key")
  .option("--key <file>", "its private key (PEM, PKCS #8)")
  .option("--alpn <protocol>", "with TLS: offered in the handshake, such as mqtt or x-amzn-mqtt-ca for port 443")
  .option("--user <name>", "the box logs in as this user of the broker, not with its own account")
  .option("--password <text>", "with --user")
  .option("--model <model>", "of a new box", "MS5")
  .option("--bins <units>", "of a new box: how many, or of each unit, such as 12+8", "12")
  .option("--location <name>", "where a new box hangs; made where the cloud does not have it", "Workshop")
  .option("--zone <zone>", "time zone of a new location", "UTC")
  .option("--language <language>", `panels' language of a new location: ${ANY_LANGUAGE}`, "en")
  .addHelpText(
    "after",
    "\nExit code 2: bad usage, or something in the way, such as a database in use; 1: the board took nothing. The image holds secrets:\n" +
      "its file can be read by its owner only; delete it when the board has it.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function main(): void {
  const {
    out,
    port,
    letters,
    data,
    broker: url,
    user,
    password,
    ca,
    cert,
    key,
    alpn,
    ...wanted
  } = program.parse().opts<Options>();
  if (out === undefined && port === undefined) {
    throw new CloudError("where to? Name a file with --out FILE, a board with --port DEVICE, or both");
  }
  if ((cert === undefined) !== (key === undefined)) throw new CloudError("--cert and --key belong together: give both");
  if (letters !== undefined && port === undefined)
    throw new CloudError("--letters goes onto a board: name it with --port");
  const side = urlBroker({
    url,
    username: user,
    password,
    authority: ca === undefined ? undefined : textOf("--ca", ca),
    identity: cert && key ? { certificate: textOf("--cert", cert), key: textOf("--key", key) } : undefined,
    alpn,
  });
  const { host, port: brokerPort, authority } = side;
  const partition = boardPartition("identity");
  const more = letters === undefined ? [] : [lettersImage(letters)];
  const directory = new DataDirectory(data);
  try {
    const { box, isNew } = recordOf(directory, wanted);
    const identity = identityOf(box, { host, port: brokerPort, authority, ...side.way, ...side.boxLogin });
    const image = identityImage(identity, partition);
    console.error(isNew ? `${box.id} is new in the cloud of ${data}` : `${box.id} keeps the secrets that ${data} has`);
    if (authority === undefined) console.error(pc.yellow(`${url} is plain TCP: for desks only`));
    if (out !== undefined) keep(out, image);
    if (port !== undefined) flash(port, [{ name: "identity", offset: partition.offset, image }, ...more]);
    const { id, model, bins } = box;
    console.log(JSON.stringify({ box: id, model, bins: bins.length, isNew, image: out ?? null, port: port ?? null }));
  } finally {
    directory.release();
  }
}

/** Throws CloudError for a file that is none, or has no room. */
function lettersImage(file: string): Write {
  const { offset, sizeBytes } = boardPartition("letters");
  let image: Buffer;
  try {
    image = readFileSync(file);
  } catch (error) {
    throw new CloudError(`--letters ${file}: ${(error as Error).message}`);
  }
  const isOne = image.length > HEADER_BYTES && image.readUInt32LE(0) === FONT_MAGIC;
  if (!isOne) throw new CloudError(`--letters ${file} is no font file: npm run firmware makes build/panel/letters.bin`);
  if (image.length > sizeBytes)
    throw new CloudError(`--letters ${file}: ${image.length} bytes have no room in ${sizeBytes}`);
  return { name: "letters", offset, image };
}

function textOf(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CloudError(`${option} ${file}: ${(error as Error).message}`);
  }
}

try {
  main();
} catch (error) {
  if (!(error instanceof CloudError || error instanceof DataError || error instanceof IdentityError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = error instanceof FlashingError ? 1 : 2;
}
