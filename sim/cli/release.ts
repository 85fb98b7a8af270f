import { Command, Option } from "commander";
import pc from "picocolors";
import { FIRMWARE_VERSION } from "../../firmware/version.js";
import { MessageError } from "../../firmware/wire/shape.js";
import { CloudError } from "../cloud/domain.js";
import { IMAGE_FAULTS } from "../engines/node-image.js";
import { bundleScript } from "../engines/xs/bundle.js";
import { xsProgram } from "../engines/xs/program.js";
import { pagePackages } from "../page/build.js";
import { FlashingError } from "./provision/flash.js";
import { appPayload } from "./release/board-image.js";
import { BOX_PACKAGES, buildRelease } from "./release/build.js";
import { factoryImages } from "./release/factory.js";
import { listIn, newList, signList } from "./release/key-lists.js";
import { assemble, fileIn, newKey, signRelease } from "./release/sign.js";
import { trialRelease } from "./release/trial.js";
import { whole } from "./shared/numbers.js";

const program = new Command("release")
  .description(
    "Makes a release of the firmware: an image with its manifest and its parts, the same bytes each time; signed by people who have " +
      "a key each, on machines of their own. The last line is JSON; exit code 2: bad usage, or a file that is not what it should be; 1: a board took nothing.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** A release to try out is good for so long. */
const TRIAL_DAYS = 365;

const told = (result: object) => console.log(JSON.stringify(result));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

program
  .command("build")
  .description(
    "image.bin, manifest.cbor, release.json and the lists of parts (CycloneDX) of image, cloud and page, into a folder",
  )
  .requiredOption("--release <n>", "its number, above that of every release before", whole)
  .requiredOption("--expires <date>", "the last day on which boxes may take it, such as 2027-03-31", day)
  .requiredOption("--out <folder>", "where the files go")
  .option("--model <model>", "of the boxes", "MS5")
  .option("--firmware <version>", "its version in words", FIRMWARE_VERSION)
  .option(
    "--security <n>",
    "security version: no box goes back below that of a release which it has confirmed",
    whole,
    1,
  )
  .option("--from <n>", "the lowest release that it may follow", whole)
  .option("--payload <file>", "what the board runs; the bundle for XS of this tree if absent")
  .option("--app <file>", "in place of it: the program of an MS5 or MS4, xs_esp32.bin, as `npm run firmware` makes it")
  .action(async (options) => {
    const { release, expires, out, model, firmware, security, from, payload, app } = options;
    if (payload !== undefined && app !== undefined) throw new CloudError("--payload or --app: give one of them");
    console.error(pc.cyan((app ?? payload) ? `taking ${app ?? payload}` : "bundling the firmware for XS"));
    const given =
      app !== undefined ? appPayload(app, fileIn(app)) : payload !== undefined ? fileIn(payload) : undefined;
    const { bytes, packages } = given === undefined ? await bundled() : { bytes: given, packages: BOX_PACKAGES };
    const manifest = buildRelease(
      { release, model, firmware, security, expires, from },
      bytes,
      { image: packages, page: await pagePackages() },
      out,
    );
    told({ release, imageBytes: manifest.total, digest: hex(manifest.digest), out });
  });

program
  .command("trial")
  .description(
    "a release of this tree to try out with `npm start`, in one go: keys-1.cbor and MS5-2.release, signed with one key that lies beside them",
  )
  .requiredOption("--release <n>", "its number, 2 or above: the boxes of `npm start` leave their factory with 1", whole)
  .requiredOption("--out <folder>", "where the files go; the same one for the next release")
  .option("--model <model>", "of the boxes", "MS5")
  .option("--firmware <version>", "its version in words; that of this tree with the number behind it if absent")
  .addOption(new Option("--fault <fault>", "how it goes wrong").choices(IMAGE_FAULTS).default("none"))
  .action(async ({ release, out, model, firmware = `${FIRMWARE_VERSION}-${release}`, fault }) => {
    const expires = Math.floor(Date.now() / 1_000) + TRIAL_DAYS * 86_400;
    const program = new Uint8Array(Buffer.from(await xsProgram(fault, firmware)));
    told(
      trialRelease(out, { release, model, firmware, security: 1, expires }, program, {
        image: BOX_PACKAGES,
        page: await pagePackages(),
      }),
    );
  });

program
  .command("key")
  .description("a new key of one person, into a file; the public half is printed, for the list of release keys")
  .requiredOption("--out <file>", "must not be there yet")
  .action(({ out }) => told({ publicKey: newKey(out) }));

program
  .command("sign")
  .description("signs a release's folder, where it is byte for byte what whoever signs has built")
  .requiredOption("--dir <folder>", "as `build` wrote it")
  .requiredOption("--own <folder>", "the same release, built by yourself from the source that was tagged")
  .requiredOption("--key <file>", "as `key` wrote it")
  .requiredOption("--number <n>", "of the key in the list, from 0", whole)
  .action(({ dir, own, key, number }) => told({ signature: signRelease(dir, own, key, number) }));

program
  .command("assemble")
  .description(
    "puts image, manifest and signatures together into one file such as MS5-8.release, for the cloud's shelf",
  )
  .requiredOption("--dir <folder>", "with enough signatures in it")
  .requiredOption("--list <file>", "the key list in force, such as keys-1.cbor")
  .option("--retired <file…>", "earlier lists, to be told of a key that was retired", collect, [])
  .action(({ dir, list, retired }) => told(assemble(dir, listIn(list), retired.map(listIn))));

program
  .command("keys")
  .description(
    "a list of release keys: the first one, which boxes leave the factory with, or the next one, to be signed",
  )
  .requiredOption("--out <file>", "keys-1.cbor, keys-2.cbor, …; must not be there yet")
  .requiredOption("--keys <hex,hex,…>", "the public keys, 1 to 4, in their order: the first one is number 0")
  .option("--threshold <n>", "so many have to sign", whole, 2)
  .option("--after <file>", "the list in force; absent: this is the first one")
  .action(({ out, keys, threshold, after }) => {
    const version = after === undefined ? 1 : listIn(after).version + 1;
    told(newList({ version, threshold, keys: String(keys).split(",").map(publicKey) }, out));
  });

program
  .command("sign-keys")
  .description("adds a signature to the next key list; the last line says what is missing until boxes take it")
  .requiredOption("--list <file>", "as `keys` wrote it")
  .requiredOption("--after <file>", "the list in force")
  .requiredOption("--key <file>", "as `key` wrote it; it signs for each of the two lists that it is in")
  .action(({ list, after, key }) => told(signList(list, after, key)));

program
  .command("factory")
  .description(
    "what the factory writes into a box besides its identity: partition `update` with keys and boot metadata, slot 0",
  )
  .requiredOption("--file <file>", "the release, such as MS5-7.release")
  .requiredOption("--list <file>", "the key list whose keys have signed it")
  .requiredOption(
    "--out <folder>",
    "where a file for each partition goes; the last line tells the command that writes them",
  )
  .option("--port <device>", "writes it to the board there, such as /dev/ttyUSB0, with Espressif's esptool")
  .action(({ file, list, out, port }) => told(factoryImages(file, list, out, port)));

async function bundled(): Promise<{ bytes: Uint8Array; packages: readonly string[] }> {
  const { source, metafile } = await bundleScript("machine.ts");
  const names = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  );
  return { bytes: new Uint8Array(Buffer.from(source)), packages: [...new Set(names)] };
}

function collect(file: string, before: readonly string[]): readonly string[] {
  return [...before, file];
}

function day(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T23:59:59Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new CloudError(`${text} is no day: write it as 2027-03-31`);
  return Math.floor(ms / 1_000);
}

function publicKey(text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new CloudError(`${text} is no public key: 64 hexadecimal digits, as \`key\` prints them`);
  return new Uint8Array(Buffer.from(text, "hex"));
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CloudError || error instanceof MessageError)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = error instanceof FlashingError ? 1 : 2;
}
