import { createHash, randomInt } from "node:crypto";
import { formatText } from "../../../firmware/panel/texts/catalogue.js";
import type { Text } from "../../../hal/ports/panel.js";
import { type Box, CloudError } from "../../cloud/domain.js";
import { type KeysReading, loadOrganisation } from "../../cloud/import/organisation-file.js";
import { Outward } from "../../cloud/outward/outward.js";
import { poster } from "../../cloud/outward/post.js";
import type { CloudService } from "../../cloud/service.js";
import { CloudStore } from "../../cloud/store.js";
import type { CloudTransport } from "../../cloud/transport.js";
import type { Pace, StorySection } from "../../page/shared/state.js";
import { makeSample, SAMPLE_BOXES } from "../../samples/sample.js";
import {
  type BrokerSide,
  type BrokerUrl,
  embeddedBroker,
  inWorldTime,
  urlBroker,
} from "../../trials/stage/broker-side.js";
import { isInSync, makeAccounts, makeCloud } from "../../trials/stage/stage.js";
import { PacedDriver, realHost } from "../../world/clock/paced.js";
import type { Machine } from "../../world/machine/machine.js";
import type { Person } from "../../world/machine/people.js";
import { World } from "../../world/machine/world.js";
import { RealNetwork } from "../../world/net/real-network.js";
import { BrokerGate } from "./broker-gate.js";
import { CloudLine } from "./cloud-line.js";
import type { DataDirectory } from "./data-directory.js";
import { PaceKeeper } from "./pace.js";
import { savedFirst } from "./saver.js";
import { Stand } from "./stand.js";
import { STORY_IDS } from "./stories/ids.js";
import type { Surroundings } from "./surroundings.js";
import { Traffic } from "./traffic.js";

export interface DeskOptions {
  readonly data: DataDirectory;
  /** Id of the box on the desk; absent: the sample's MS5, or the first that there is. */
  readonly box: string | undefined;
  /** JSON file of the organisation that a fresh directory begins with; absent: the sample. */
  readonly organisation?: string | undefined;
  /** With `organisation`. */
  readonly reading?: KeysReading;
  /** All chance follows from it and from how often the directory was opened; absent: from the host's. */
  readonly seed: number | undefined;
  /** A port for the embedded broker, or a broker that is there already. */
  readonly broker: { readonly port: number } | Omit<BrokerUrl, "onState">;
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

interface DeskNeeds {
  readonly data: DataDirectory;
  readonly world: World;
  readonly driver: PacedDriver;
  readonly traffic: Traffic;
  readonly skipping: { on: boolean };
  readonly pace: PaceKeeper;
  readonly cloud: CloudService;
  readonly broker: BrokerSide;
  readonly gate: BrokerGate;
  readonly stands: Map<string, Stand>;
  readonly line: CloudLine;
  readonly saveWorld: () => void;
}

/** Boxes with their cloud and broker, in real time, kept in a data directory. One of them is on the desk, the others run on. */
export class Desk {
  readonly data: DataDirectory;
  readonly world: World;
  readonly cloud: CloudService;
  /** Of the broker, for people. */
  readonly brokerName: string;
  language: string | undefined;
  /** Address of the page, once it is served. */
  pageUrl = "";
  /** Set to end waits early: the simulator is to stop. */
  stopping = false;
  /** Told when another box is on the desk. */
  onSwitch: (() => void) | undefined;
  /** Takes a command line that something else than a front asks for. */
  onAsk: ((line: string) => void) | undefined;
  /** Somebody wants to forget everything and to begin anew. */
  onStartOver: (() => void) | undefined;
  /** The story that is played, or was last. */
  story: StorySection | null = null;
  /** Set to end the story at its next step. */
  isStoryStopped = false;
  readonly stories = STORY_IDS;
  readonly #needs: DeskNeeds;
  readonly #outward: Outward;
  #current: Stand;
  readonly #saveTimer: NodeJS.Timeout;

  private constructor(needs: DeskNeeds, current: Stand, options: DeskOptions) {
    this.#needs = needs;
    this.#current = current;
    this.data = needs.data;
    this.world = needs.world;
    this.cloud = needs.cloud;
    this.brokerName = `${needs.broker.host}:${needs.broker.port}`;
    this.language = options.language;
    this.#outward = new Outward({
      cloud: needs.cloud,
      post: poster(true),
      now: () => Date.now() / 1_000,
      chance: Math.random,
      onFault: options.onProblem,
    });
    this.#saveTimer = setInterval(() => {
      for (const { machine, saver } of needs.stands.values()) {
        if (!saver.hasChanged) continue;
        saver
          .save()
          .catch((error: Error) => options.onProblem(`box ${machine.name} cannot be saved: ${error.message}`));
      }
    }, SAVE_EVERY_MS);
  }

  get machine(): Machine {
    return this.#current.machine;
  }

  get person(): Person {
    return this.#current.person;
  }

  get surroundings(): Surroundings {
    return this.#current.surroundings;
  }

  /** Boxes that run, in the order in which they were started. */
  get running(): readonly Machine[] {
    return [...this.#needs.stands.values()].map(({ machine }) => machine);
  }

  /** Whether the cloud hears and answers. */
  get isCloudUp(): boolean {
    return this.#needs.line.isUp;
  }

  /** Takes the cloud away from all boxes, or gives it back: the broker stays, and nobody behind it answers. */
  set isCloudUp(isUp: boolean) {
    this.#needs.line.isUp = isUp;
  }

  get isBrokerUp(): boolean {
    return this.#needs.gate.isUp;
  }

  /** Stops the broker for every box and the cloud, or starts it again. */
  set isBrokerUp(isUp: boolean) {
    this.#needs.gate.isUp = isUp;
    this.#needs.line.isBrokerUp = isUp;
  }

  /** How fast time goes by. */
  get pace(): Pace {
    return this.#needs.pace.pace;
  }

  set pace(pace: Pace) {
    this.#needs.pace.set(pace, () => this.#noticed());
    this.poke();
  }

  /** Puts another box on the desk, and starts it if it does not run yet. Throws CloudError and DataError. */
  async switchTo(id: string): Promise<void> {
    const { id: box } = findBox(this.cloud, id);
    this.#current = this.#needs.stands.get(box) ?? (await startBox(this.#needs, box));
    this.onSwitch?.();
  }

  /** Throws CloudError and DataError; then nothing is left open but `data`. */
  static async open(options: DeskOptions): Promise<Desk> {
    const { data, onProblem } = options;
    const before = data.world;
    const isElsewhere = "url" in options.broker;
    const skipping = { on: false };
    let traffic!: Traffic;
    let gate!: BrokerGate;
    let driver!: PacedDriver;
    const pace = new PaceKeeper();
    const world = new World({
      seed: seedOf(options.seed, before.starts),
      // Skipped time stays skipped: journals and windows know of it.
      startWallSeconds: Math.max(Math.floor(Date.now() / 1_000), before.wallSeconds),
      network: (scheduler) => {
        traffic = new Traffic(new RealNetwork(scheduler), isElsewhere ? ANSWER_ELSEWHERE_MS : ANSWER_HERE_MS);
        gate = new BrokerGate(traffic, scheduler);
        return gate;
      },
      driver: (scheduler) => {
        driver = new PacedDriver(scheduler, {
          rate: () => (pace.isFast && traffic.isQuiet ? pace.rate : 1),
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
        : await embeddedBroker(
            options.broker.port,
            makeAccounts(world, () => cloud),
          );
    let transport: CloudTransport | undefined;
    try {
      const stands = new Map<string, Stand>();
      const starts = before.starts + 1;
      const saveWorld = () => {
        data.world = { format: 1, starts, wallSeconds: Math.ceil(world.wallSeconds()) };
      };
      const saverOf = (id: string) => stands.get(id)?.saver;
      transport = savedFirst(await broker.connectCloud(), saverOf, traffic, onProblem);
      const line = new CloudLine(inWorldTime(transport, world.scheduler), () => skipping.on || pace.isFast);
      cloud.attach(line.transport);
      const needs = { data, world, driver, traffic, gate, skipping, pace, cloud, broker, stands, line, saveWorld };
      return new Desk(needs, await startBox(needs, box.id), options);
    } catch (error) {
      world.close();
      // It would connect anew for ever, and keep the program from ending.
      transport?.close();
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
    const { driver, pace } = this.#needs;
    await driver.until(() => {
      pace.look(this.world.nowMs);
      return this.stopping || reached();
    }, limitMs);
    return reached();
  }

  /** All that somebody in front of the box would notice. */
  #noticed(): string {
    const { machine, cloud } = this;
    const { view } = machine.panel;
    const { online } = cloud.store.boxState(machine.name);
    const screen = this.isLit ? `${view?.screen} ${view?.notices.map(({ id }) => id)}` : "dark";
    return `${machine.name} ${machine.state} ${screen} ${machine.button.lamp} ${online} ${machine.bins.state.open}`;
  }

  /** In its turn, after the commands before it. */
  playStory(id: string): void {
    this.isStoryStopped = true;
    this.onAsk?.(`story ${id}`);
  }

  stopStory(): void {
    this.isStoryStopped = true;
    this.poke();
  }

  startOver(): void {
    this.onStartOver?.();
  }

  /** Makes a run of the clock that is under way look again. */
  poke(): void {
    this.#needs.driver.poke();
  }

  /** As fast as the host can. Tells how much is done, 0 to 1, as it goes. Ends early when the simulator is to stop. */
  async skip(ms: number, told: (done: number) => void): Promise<void> {
    const { nowMs } = this.world;
    await this.skipUntil(() => {
      told((this.world.nowMs - nowMs) / ms);
      return this.world.nowMs - nowMs >= ms;
    }, ms);
  }

  /** As fast as the host can; false when `limitMs` went by first or the simulator is to stop. */
  async skipUntil(reached: () => boolean, limitMs: number): Promise<boolean> {
    const { skipping } = this.#needs;
    skipping.on = true;
    try {
      return await this.until(reached, limitMs);
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
    await this.#saveBoxes();
  }

  /** Saves, and lets go of sockets and files. Nothing runs the clock any more. */
  async close(): Promise<void> {
    clearInterval(this.#saveTimer);
    this.#outward.close();
    try {
      this.cloud.close();
      this.cloud.store.close();
      await this.#saveBoxes();
      this.#needs.saveWorld();
      for (const stand of this.#needs.stands.values()) stand.saveSurroundings();
    } finally {
      this.world.close();
      await this.#needs.broker.stop();
    }
  }

  async #saveBoxes(): Promise<void> {
    for (const { saver } of this.#needs.stands.values()) await saver.save();
  }
}

async function startBox(needs: DeskNeeds, box: string): Promise<Stand> {
  const stand = await Stand.open(needs, box);
  needs.stands.set(box, stand);
  // Before the box draws its first random number: they must never come a second time.
  needs.saveWorld();
  stand.saveSurroundings();
  stand.machine.start();
  return stand;
}

/** The same random numbers must not come again after a restart: they are in the nonces of sealed messages. */
function seedOf(seed: number | undefined, starts: number): number {
  if (seed === undefined) return randomInt(2 ** 48 - 1);
  return createHash("sha256").update(`${seed} start ${starts}`).digest().readUIntBE(0, 6);
}

function openCloud(world: World, { data, seed, organisation, reading, onProblem }: DeskOptions): CloudService {
  const store = data.cloud(() => {
    // Made in memory and written as a whole: a start that is broken off leaves no half of an organisation.
    const cloud = makeCloud(world, new CloudStore());
    if (organisation !== undefined) loadOrganisation(cloud, organisation, reading);
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
