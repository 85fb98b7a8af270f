import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Command, Option } from "commander";
import pc from "picocolors";
import { CloudError, LANGUAGES } from "../cloud/domain.js";
import { ENCODINGS, type Encoding } from "../cloud/import/text.js";
import { PortError } from "../cloud/listen.js";
import { Assets } from "../page/build.js";
import { LOOPBACK, PageServer } from "../page/server/server.js";
import { CommandLoop } from "./front/command-loop.js";
import { DataDirectory, DataError } from "./front/data-directory.js";
import { Desk } from "./front/desk.js";
import type { Front } from "./front/front.js";
import { PlainFront } from "./front/plain-front.js";
import type { WorldRecord } from "./front/record/world-record.js";
import { TerminalFront } from "./front/terminal/terminal-front.js";
import { port, whole } from "./shared/numbers.js";
import { DEFAULT_DIRECTORY } from "./shared/pack-source.js";

const DEFAULT_PAGE_PORT = 18_880;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Scripts begin when box and cloud agree, or after this, ms. */
const SETTLE_MS = 30_000;

interface Options {
  readonly box?: string;
  readonly organisation?: string;
  readonly encoding?: Encoding;
  readonly sure?: boolean;
  readonly data: string;
  readonly port?: number;
  readonly http: number;
  readonly listen: string;
  readonly broker?: string;
  readonly user?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly language?: string;
  readonly seed?: number;
  readonly fresh: boolean;
  readonly yes: boolean;
}

const program = new Command("start")
  .description(
    "A SmartBox on your desk, in real time: panel, bins, battery and links, with its cloud and an MQTT broker. A page in your browser\n" +
      "shows it all and works it; so does the terminal: a picture with an input line, or\n" +
      "one command a line from a pipe. `help` lists the commands.",
  )
  .option(
    "--box <id>",
    "box on the desk (the sample: MS5-PARIS, MS4-TOKYO, MS3-TOKYO); absent: MS5-PARIS, or the first",
  )
  .option(
    "--organisation <file>",
    "begin with your own locations, boxes, users and keys (JSON, such as sim/samples/organisation.json), not the sample",
  )
  .addOption(
    new Option(
      "--encoding <name>",
      "with --organisation: what its CSV file of keys is written in, where that is not UTF-8 or UTF-16",
    ).choices(ENCODINGS),
  )
  .option("--sure", "with --organisation: import what looks like a slip in its keys as well, such as lost zeros")
  .option("--data <dir>", "where everything is kept from one start to the next", DEFAULT_DIRECTORY)
  .option(
    "--port <n>",
    "a real MQTT broker on 127.0.0.1 at this port, for other programs to watch; 0: any free one. Without it the broker is a part of\nthe simulated world, which can then be wound back, and sent as a link",
    port,
  )
  .option("--http <n>", "port of the page; 0: any free one", port, DEFAULT_PAGE_PORT)
  .option("--listen <address>", "address of the page; beyond this machine it asks for a token, which is told", LOOPBACK)
  .option("--broker <url>", "use this broker instead: mqtt://host:1883 or mqtts://host:8883")
  .option(
    "--user <name>",
    "with --broker: box and cloud log in as this user (without: the box with an account of its own)",
  )
  .option("--password <text>", "with --user")
  .option("--ca <file>", "with --broker mqtts://: certificate of the authority (PEM)")
  .addOption(new Option("--language <lang>", "read the panel in this language, not the box's own").choices(LANGUAGES))
  .option("--seed <n>", "all chance follows from it, and the secrets of a fresh sample: for demos", whole)
  .option("--fresh", "start over: forget what is in the data directory", false)
  .option("--yes", "with --fresh: do not ask", false)
  .addHelpText(
    "after",
    "\nExit code 0: quit; 1: a fault of the simulator; 2: something in its way, such as a port that is taken.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** Something that the person at the keyboard can put right. */
class StartError extends Error {}

async function main(): Promise<void> {
  program.parse();
  const options = program.opts<Options>();
  const broker = brokerOf(options);
  const data = new DataDirectory(options.data);
  // After a second Ctrl-C as well: the directory is free again.
  process.on("exit", () => data.release());
  if (options.fresh && !data.isFresh) {
    if (!options.yes && !(await confirm(`Forget everything in ${options.data}?`))) return;
    data.clear();
  }
  if (options.organisation !== undefined && !data.isFresh) {
    throw new StartError(
      `--organisation ${options.organisation}: ${options.data} has an organisation already; forget it with --fresh, or choose another folder with --data`,
    );
  }
  if (options.organisation === undefined && (options.encoding !== undefined || options.sure)) {
    throw new StartError("--encoding and --sure are for the keys of an organisation: give --organisation FILE as well");
  }
  for (
    let next = await play(options, data, broker);
    next !== undefined;
    next = await play(options, data, broker, next)
  ) {
    data.clear();
  }
  // A pipe that is still open would keep the program from ending.
  process.stdin.destroy();
  console.log(`Everything is kept in ${data.path}: the next start goes on from here.`);
}

function brokerOf({ broker, port, user, password, ca }: Options) {
  if (broker === undefined) {
    if (user !== undefined || password !== undefined || ca !== undefined) {
      throw new StartError("--user, --password and --ca are for a broker of your own: give --broker URL as well");
    }
    return port === undefined ? ("inside" as const) : { port };
  }
  let authority: string | undefined;
  try {
    authority = ca === undefined ? undefined : readFileSync(ca, "utf8");
  } catch (error) {
    throw new StartError(`--ca ${ca}: ${(error as Error).message}`);
  }
  return { url: broker, username: user, password, authority };
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new StartError("--fresh asks before it forgets anything: give --yes as well");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/** What to begin anew with, when everything is forgotten: nothing, or a world that was played. */
interface Anew {
  readonly record?: WorldRecord | undefined;
}

/** Until it is quit. Undefined: it was; otherwise it is to begin anew. */
async function play(
  options: Options,
  data: DataDirectory,
  broker: ReturnType<typeof brokerOf>,
  { record }: Anew = {},
): Promise<Anew | undefined> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb";
  let front: Front | undefined;
  const onProblem = (text: string) => (front === undefined ? console.error(text) : front.notice(text));
  const { box, organisation, encoding, sure: isSure, seed, language } = options;
  const reading = { encoding, isSure };
  const desk = await Desk.open({ data, box, organisation, reading, record, seed, broker, language, onProblem });
  let page: PageServer | undefined;
  const interrupted = interruptOf(
    () => loop.stop(),
    () => front?.close(),
  );
  const opened = isTerminal
    ? new TerminalFront(desk, process.stdin, process.stdout, interrupted)
    : new PlainFront(desk, process.stdin, process.stdout);
  const loop = new CommandLoop(desk, opened);
  let anew: Anew | undefined;
  desk.onStartOver = (played) => {
    anew = { record: played };
    loop.stop();
  };
  const stop = () => loop.stop();
  for (const signal of SIGNALS) process.on(signal, interrupted);
  // Whoever read the output has gone.
  process.stdout.on("error", stop);
  try {
    page = await PageServer.start(desk, { port: options.http, host: options.listen, assets: new Assets() });
    desk.pageUrl = page.url;
    front = opened;
    front.open(loop);
    front.notice(
      `${desk.box.id} is on the desk, and in your browser at ${desk.pageUrl} : its data is in ${data.path}, its broker is ${desk.brokerName} ` +
        `— try: help, codes, ${exampleCode(desk)}story internet, net down, mains off.`,
    );
    if (!isTerminal) await settle(desk);
    await loop.run();
  } finally {
    front?.close();
    for (const signal of SIGNALS) process.off(signal, interrupted);
    process.stdout.off("error", stop);
    await page?.stop();
    await desk.close();
  }
  return anew;
}

/** A code that opens something at this box, with a comma after it. */
function exampleCode({ cloud, box }: Desk): string {
  const { accesses } = cloud.store.organisation;
  const { inventory } = cloud.ingest.log;
  const opens = accesses.find(
    ({ key, schedule }) => schedule.kind === "ongoing" && inventory.whereabouts(`key:${key}`)?.place?.box === box.id,
  );
  return opens === undefined ? "" : `code ${opens.code}, `;
}

/** A box that cannot come online is not waited for. */
async function settle(desk: Desk): Promise<void> {
  const { machine, surroundings } = desk;
  await desk.until(() => desk.isLit, SETTLE_MS);
  const canSync = machine.board.offlineCapable && machine.mains.present && surroundings.state.internet === "up";
  if (canSync) await desk.untilInSync(SETTLE_MS);
}

/** The first time politely, the second time at once. */
function interruptOf(stop: () => void, restore: () => void): () => void {
  let count = 0;
  return () => {
    if (++count === 1) {
      stop();
      return;
    }
    restore();
    process.exit(130);
  };
}

/** Which of the two ports it is, by its option. */
function withOption({ port: taken, message }: PortError): string {
  const { port: ofBroker } = program.opts<Options>();
  return taken === ofBroker ? `--port, of the broker: ${message}` : `--http, of the page: ${message}`;
}

try {
  await main();
} catch (error) {
  const isKnown = error instanceof CloudError || error instanceof DataError || error instanceof StartError;
  if (isKnown) console.error(pc.red(error instanceof PortError ? withOption(error) : error.message));
  else console.error(error);
  process.exitCode = isKnown ? 2 : 1;
}
