import { randomInt } from "node:crypto";
import { type KeysReading, loadOrganisation } from "../../cloud/import/organisation-file.js";
import type { CloudService } from "../../cloud/service.js";
import { CloudStore } from "../../cloud/store.js";
import { makeSample } from "../../samples/sample.js";
import { type BrokerUrl, embeddedBroker, inWorldTime, urlBroker } from "../../trials/stage/broker-side.js";
import { makeAccounts, makeCloud } from "../../trials/stage/stage.js";
import { type HostClock, PacedDriver, realHost } from "../../world/clock/paced.js";
import { World } from "../../world/machine/world.js";
import { RealNetwork } from "../../world/net/real-network.js";
import { BrokerGate } from "./broker-gate.js";
import type { DataDirectory } from "./data-directory.js";
import type { HouseNeeds } from "./house.js";
import { PaceKeeper } from "./pace.js";
import { type Inside, makeInside } from "./record/inside.js";
import type { Begins, WorldRecord } from "./record/world-record.js";
import { Traffic } from "./traffic.js";

export interface DeskOptions {
  readonly data: DataDirectory;
  /** Id of the box on the desk; absent: the sample's MS5, or the first that there is. */
  readonly box: string | undefined;
  /** JSON file of the organisation that a fresh directory begins with; absent: the sample. */
  readonly organisation?: string | undefined;
  /** With `organisation`. */
  readonly reading?: KeysReading;
  /** A world that a fresh directory goes on from. */
  readonly record?: WorldRecord | undefined;
  /** All chance follows from it and from how often the directory was opened; absent: from the host's. */
  readonly seed: number | undefined;
  /** A broker inside the simulated world; or real ones: an embedded one on a port, or one that is there already. */
  readonly broker: "inside" | RealBroker;
  /** Catalogue to read the panel in; absent: the box's own. */
  readonly language: string | undefined;
  /** Something went wrong beside the box: for people. */
  readonly onProblem: (message: string) => void;
}

type RealBroker = { readonly port: number } | Omit<BrokerUrl, "onState">;

/** Real time in which a broker answers: in this process (with what Nagle and delayed ACK add), and elsewhere, ms. */
const ANSWER_HERE_MS = 60;
const ANSWER_ELSEWHERE_MS = 400;
/** The longest sleep of the clock while time is skipped: real sockets are looked at, then it goes on, ms. */
const SKIP_STRIDE_MS = 2;
/** What runs the clock of a desk. */
export interface Clockwork {
  readonly driver: PacedDriver;
  readonly skipping: { on: boolean };
  readonly pace: PaceKeeper;
}

/** What a fresh directory begins with, and where the cloud's database lies. */
export function beginsOf({ data, seed, organisation, reading, record, onProblem }: DeskOptions) {
  const sample = record?.begins.kind === "sample" ? record.begins.seed : (seed ?? randomInt(2 ** 48 - 1));
  const isSample = data.isFresh && organisation === undefined && record?.begins.kind !== "cloud";
  return {
    cloud: (world: World): CloudService => {
      const store = data.cloud(() => {
        if (record?.begins.kind === "cloud") return JSON.parse(record.begins.database);
        // Made in memory and written as a whole: a start that is broken off leaves no half of an organisation.
        const cloud = makeCloud(world, new CloudStore());
        if (organisation !== undefined) loadOrganisation(cloud, organisation, reading);
        else makeSample(cloud, sample);
        cloud.close();
        return cloud.store.data;
      }, world.wallSeconds());
      return makeCloud(world, store, { onProblem, onAlert: onProblem, shelf: data.releases });
    },
    /** For the record, before anything happens. */
    of: ({ store }: CloudService): Begins =>
      isSample ? { kind: "sample", seed: sample } : { kind: "cloud", database: JSON.stringify(store.data) },
  };
}

interface Made {
  readonly seed: number;
  readonly startWallSeconds: number;
}

interface Opened {
  readonly clock: Clockwork;
  readonly inside: Inside & Pick<HouseNeeds, "lags">;
}

/** Time is the world's own, and keeps pace with the host's. */
export async function openInside(made: Made, begins: ReturnType<typeof beginsOf>): Promise<Opened> {
  const skipping = { on: false };
  const pace = new PaceKeeper();
  let driver!: PacedDriver;
  const inside = await makeInside({
    ...made,
    cloud: begins.cloud,
    driver: (scheduler) => {
      driver = new PacedDriver(scheduler, {
        rate: () => pace.rate,
        external: () => !skipping.on || pace.isPaused,
        host: hostFor(skipping),
      });
      return driver;
    },
  });
  return { clock: { driver, skipping, pace }, inside };
}

/** Over real sockets: what is on its way holds up time that is skipped. */
export async function openOutside(
  { onProblem }: DeskOptions,
  broker: RealBroker,
  made: Made,
  begins: ReturnType<typeof beginsOf>,
): Promise<Opened> {
  const answerMs = "url" in broker ? ANSWER_ELSEWHERE_MS : ANSWER_HERE_MS;
  const skipping = { on: false };
  const pace = new PaceKeeper();
  let traffic!: Traffic;
  let gate!: BrokerGate;
  let driver!: PacedDriver;
  const world = new World({
    ...made,
    network: (scheduler) => {
      traffic = new Traffic(new RealNetwork(scheduler), answerMs);
      gate = new BrokerGate(traffic, scheduler);
      return gate;
    },
    driver: (scheduler) => {
      driver = new PacedDriver(scheduler, {
        rate: () => (pace.isPaused || (pace.isFast && traffic.isQuiet) ? pace.rate : 1),
        external: () => !skipping.on || pace.isPaused || !traffic.isQuiet,
        host: hostFor(skipping),
      });
      return driver;
    },
  });
  const cloud = begins.cloud(world);
  const accounts = makeAccounts(world, () => cloud);
  const side =
    "url" in broker ? urlBroker({ ...broker, onState: onProblem }) : await embeddedBroker(broker.port, accounts);
  try {
    const transport = inWorldTime(traffic.watch(await side.connectCloud()), world.scheduler);
    const lags = () => skipping.on || pace.isFast;
    return { clock: { driver, skipping, pace }, inside: { world, cloud, broker: side, gate, transport, lags } };
  } catch (error) {
    world.close();
    await side.stop();
    throw error;
  }
}

function hostFor(skipping: { readonly on: boolean }): HostClock {
  return {
    nowMs: () => realHost.nowMs(),
    sleep: (ms) => realHost.sleep(skipping.on ? Math.min(ms, SKIP_STRIDE_MS) : ms),
  };
}
