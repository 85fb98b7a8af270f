import { createHash, randomInt } from "node:crypto";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import type { Text } from "../../../hal/ports/panel.js";
import { PacedDriver, realHost } from "../../clock/paced.js";
import { type Box, CloudError } from "../../cloud/domain.js";
import { loadOrganisation } from "../../cloud/import/organisation-file.js";
import { PageServer } from "../../cloud/page/server.js";
import type { CloudService } from "../../cloud/service.js";
import { CloudStore } from "../../cloud/store.js";
import type { Machine } from "../../machine/machine.js";
import { Person } from "../../machine/people.js";
import { loadMachine } from "../../machine/persist.js";
import { World } from "../../machine/world.js";
import { RealNetwork } from "../../net/real-network.js";
import { makeSample, SAMPLE_BOXES } from "../../samples/sample.js";
import { type BrokerSide, type BrokerUrl, embeddedBroker, inWorldTime, urlBroker } from "../../stage/broker-side.js";
import { isInSync, makeAccounts, makeCloud, makeMachine } from "../../stage/stage.js";
import type { DataDirectory } from "./data-directory.js";
import { Saver, savedFirst } from "./saver.js";
import { BUILDING_WIFI, Surroundings, SurroundingsSchema, UNDISTURBED } from "./surroundings.js";
import { Traffic } from "./traffic.js";

export interface DeskOptions {
  readonly data: DataDirectory;
  /** Id of the box on the desk; absent: the sample's MS5, or the first that there is. */
  readonly box: string | undefined;
  /** JSON file of the organisation that a fresh directory begins with; absent: the sample. */
  readonly organisation?: string | undefined;
  /** All chance follows from it and from how often the directory was opened; absent: from the host's. */
  readonly seed: number | undefined;
  /** A port for the embedded broker, or a broker that is there already. */
  readonly broker: { readonly port: number } | Omit<BrokerUrl, "onState">;
  /** Port of the cloud's page on 127.0.0.1; 0: any free one. */
  readonly pagePort: number;
  /** Catalogue to read the panel in; absent: the box's own. */
  readonly language: string | undefined;
  /** Something went wrong beside the box: for people. */
  readonly onProblem: (message: string) => void;
}

/** Real time in which a broker answers: in this process (with what Nagle and delayed ACK add), and elsewhere, ms. */
const ANSWER_HERE_MS = 60;
const ANSWER_ELSEWHERE_MS = 400;
/** The longest sleep of the clock while time is skipped: real sockets are looked at, then it goes on, ms. */
const SKIP_STRIDE_MS = 2;
const SAVE_EVERY_MS = 30_000;
/** Looking whether all is in sync reads the box's whole flash, virtual ms. */
const SYNC_LOOK_MS = 500;

interface Parts {
  readonly data: DataDirectory;
  readonly world: World;
  readonly driver: PacedDriver;
  readonly traffic: Traffic;
  readonly skipping: { on: boolean };
  readonly cloud: CloudService;
  readonly broker: BrokerSide;
  readonly page: PageServer;
  readonly machine: Machine;
  readonly surroundings: Surroundings;
  readonly saver: Saver;
  readonly saveWorld: () => void;
}

/** One box on the desk with its cloud and broker, in real time, kept in a data directory. */
export class Desk {
  readonly data: DataDirectory;
  readonly world: World;
  readonly cloud: CloudService;
  readonly machine: Machine;
  readonly person: Person;
  readonly surroundings: Surroundings;
  /** Of the broker, for people. */
  readonly brokerName: string;
  /** Address of the cloud's page. */
  readonly pageUrl: string;
  language: string | undefined;
  /** Set to end waits early: the simulator is to stop. */
  stopping = false;
  readonly #parts: Parts;
  readonly #saveTimer: NodeJS.Timeout;

  private constructor(parts: Parts, options: DeskOptions) {
    this.#parts = parts;
    this.data = parts.data;
    this.world = parts.world;
    this.cloud = parts.cloud;
    this.machine = parts.machine;
    this.person = new Person(parts.machine);
    this.surroundings = parts.surroundings;
    this.brokerName = `${parts.broker.host}:${parts.broker.port}`;
    this.pageUrl = parts.page.url;
    this.language = options.language;
    this.#saveTimer = setInterval(() => {
      if (!parts.saver.hasChanged) return;
      parts.saver.save().catch((error: Error) => options.onProblem(`the state cannot be saved: ${error.message}`));
    }, SAVE_EVERY_MS);
  }

  /** Throws CloudError and DataError; then nothing is left open but `data`. */
  static async open(options: DeskOptions): Promise<Desk> {
    const { data, onProblem } = options;
    const before = data.world;
    const isElsewhere = "url" in options.broker;
    const skipping = { on: false };
    let traffic!: Traffic;
    let driver!: PacedDriver;
    const world = new World({
      seed: seedOf(options.seed, before.starts),
      // Skipped time stays skipped: journals and windows know of it.
      startWallSeconds: Math.max(Math.floor(Date.now() / 1_000), before.wallSeconds),
      network: (scheduler) => {
        traffic = new Traffic(new RealNetwork(scheduler), isElsewhere ? ANSWER_ELSEWHERE_MS : ANSWER_HERE_MS);
        return traffic;
      },
      driver: (scheduler) => {
        driver = new PacedDriver(scheduler, {
          rate: 1,
          external: () => !skipping.on || !traffic.isQuiet,
          host: {
            nowMs: () => realHost.nowMs(),
            sleep: (ms) => realHost.sleep(skipping.on ? Math.min(ms, SKIP_STRIDE_MS) : ms),
          },
        });
        return driver;
      },
    });
    const cloud = openCloud(world, options);
    const box = findBox(cloud, options.box);
    const broker =
      "url" in options.broker
        ? urlBroker({ ...options.broker, onState: onProblem })
        : await embeddedBroker(options.broker.port, makeAccounts(world, cloud));
    let page: PageServer | undefined;
    try {
      page = await PageServer.start(cloud, options.pagePort, () => world.wallSeconds());
      const machine = makeMachine(world, cloud, broker, box.id, { net: { wifi: BUILDING_WIFI } });
      const folder = data.boxFolder(box.id);
      await data.soundly(folder, () => loadMachine(machine, folder));
      const siteFile = `boxes/${box.id}/surroundings.json`;
      const surroundings = new Surroundings(machine, data.read(siteFile, SurroundingsSchema) ?? UNDISTURBED);
      const starts = before.starts + 1;
      const saveWorld = () => {
        data.world = { format: 1, starts, wallSeconds: Math.ceil(world.wallSeconds()) };
        data.write(siteFile, surroundings.state);
      };
      // Before the box draws its first random number: they must never come a second time.
      saveWorld();
      const saver = new Saver(machine, folder, { state: () => surroundings.state, write: saveWorld });
      const transport = savedFirst(await broker.connectCloud(), saver, traffic, onProblem);
      cloud.attach(inWorldTime(transport, world.scheduler));
      machine.start();
      const parts = {
        data,
        world,
        driver,
        traffic,
        skipping,
        cloud,
        broker,
        page,
        machine,
        surroundings,
        saver,
        saveWorld,
      };
      return new Desk(parts, options);
    } catch (error) {
      world.close();
      await page?.stop();
      await broker.stop();
      throw error;
    }
  }

  get box(): Box {
    return this.cloud.store.organisation.boxes.find((one) => one.id === this.machine.name)!;
  }

  /** IANA name of the box's time zone. */
  get timeZone(): string {
    return this.cloud.ingest.log.index.locations.get(this.box.location)!.timeZone;
  }

  /** A panel text in the language that people here read. */
  format(text: Text): string {
    return formatText(this.language ?? this.machine.panel.view?.language ?? "en", text);
  }

  /** Whether somebody in front of the box sees something on its screen. */
  get isLit(): boolean {
    return this.machine.panel.view !== undefined && this.machine.panel.backlightPercent > 0;
  }

  /** Runs the world's clock until `reached` holds; false when `limitMs` went by first or the simulator is to stop. */
  async until(reached: () => boolean, limitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    await this.#parts.driver.until(() => this.stopping || reached(), limitMs);
    return reached();
  }

  /** Makes a run of the clock that is under way look again. */
  poke(): void {
    this.#parts.driver.poke();
  }

  /** As fast as the host can. Tells how much is done, 0 to 1, as it goes. Ends early when the simulator is to stop. */
  async skip(ms: number, told: (done: number) => void): Promise<void> {
    const { skipping } = this.#parts;
    const { nowMs } = this.world;
    skipping.on = true;
    try {
      await this.until(() => {
        told((this.world.nowMs - nowMs) / ms);
        return this.world.nowMs - nowMs >= ms;
      }, ms);
    } finally {
      skipping.on = false;
    }
  }

  /** Waits until box and cloud agree; false after `limitMs`. */
  async untilInSync(limitMs: number): Promise<boolean> {
    let lookAtMs = this.world.nowMs;
    let isSame = false;
    return await this.until(() => {
      if (!isSame && this.world.nowMs >= lookAtMs) {
        lookAtMs = this.world.nowMs + SYNC_LOOK_MS;
        isSame = isInSync(this.cloud, this.machine);
      }
      return isSame;
    }, limitMs);
  }

  /** Everything that would be lost otherwise is on disk when it resolves. */
  async save(): Promise<void> {
    this.cloud.store.commit();
    await this.#parts.saver.save();
  }

  /** Saves, and lets go of sockets and files. Nothing runs the clock any more. */
  async close(): Promise<void> {
    clearInterval(this.#saveTimer);
    try {
      this.cloud.close();
      await this.#parts.saver.save();
      this.#parts.saveWorld();
    } finally {
      this.world.close();
      await this.#parts.page.stop();
      await this.#parts.broker.stop();
    }
  }
}

/** The same random numbers must not come again after a restart: they are in the nonces of sealed messages. */
function seedOf(seed: number | undefined, starts: number): number {
  if (seed === undefined) return randomInt(2 ** 48 - 1);
  return createHash("sha256").update(`${seed} start ${starts}`).digest().readUIntBE(0, 6);
}

function openCloud(world: World, { data, seed, organisation, onProblem }: DeskOptions): CloudService {
  const store = data.cloud(() => {
    // Made in memory and written as a whole: a start that is broken off leaves no half of an organisation.
    const cloud = makeCloud(world, new CloudStore());
    if (organisation !== undefined) loadOrganisation(cloud, organisation);
    else makeSample(cloud, seed ?? randomInt(2 ** 48 - 1));
    cloud.close();
    return cloud.store.data;
  }, world.wallSeconds());
  return makeCloud(world, store, onProblem);
}

function findBox(cloud: CloudService, wanted: string | undefined): Box {
  const { boxes } = cloud.store.organisation;
  const id = wanted ?? (boxes.find((box) => box.id === SAMPLE_BOXES.ms5) ?? boxes[0]!).id;
  const found = boxes.find((box) => box.id.toLowerCase() === id.toLowerCase());
  if (found !== undefined) return found;
  throw new CloudError(`there is no box ${id}: choose one of ${boxes.map((box) => box.id).join(", ")}`);
}
