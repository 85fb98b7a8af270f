import type { Accounts } from "../broker/accounts.js";
import type { Engine } from "../engines/engine.js";
import { NoXsError } from "../engines/xs/compile.js";
import { XsEngine } from "../engines/xs-engine.js";
import { type BrokerSide, embeddedBroker, mosquittoBroker } from "../trials/stage/broker-side.js";
import { Random } from "../world/random.js";
import type { Bench, Figures } from "./bench.js";
import { BoxReplay, type BoxReplayOptions, type Replayed } from "./replay/box-replay.js";
import { MqttjsReplay } from "./replay/mqttjs-replay.js";
import { ramInFlight } from "./replay/ram-in-flight.js";
import { RECORD_BYTES } from "./replay/records.js";

const SEED = 1;
const RECORDS = 10_000;
/** Odd. */
const TURNS = 5;
const ROUND_TRIPS_MS = [0, 40, 160, 600] as const;
/** lwIP's default on the boards (TCP_SND_BUF). */
const LWIP_SEND_BYTES = 5_744;
/** More than the first window holds. */
const RAM_RECORDS = 3_000;
/** Records that a window of lwIP's gets through in some seconds, at 160 ms. */
const LWIP_RECORDS = 5_000;

type Broker = "mosquitto" | "aedes";

export const replayBench: Bench = {
  name: "replay",
  summary: `${RECORDS} records of ${RECORD_BYTES} bytes from the box's flash through a real broker to commit and ack, in real time, medians of ${TURNS}, interleaved with MQTT.js at QoS 1, which only delivers; seed ${SEED}`,
  figures: {
    recordsPerSecond:
      "through mosquitto over TLS on loopback, to the ack at the box; the cloud's database is in memory",
    timesMqttjs: "that by what MQTT.js delivers a second, one record a publish",
    recordsPerSecond40ms: "the same with a round trip of 40 ms; …160ms and …600ms likewise",
    mqttjsPerSecond: "records a second that MQTT.js delivers, one a publish; …40ms and so on likewise",
    mqttjsBatchesPerSecond: "the same in batches as the box makes them",
    recordsPerSecondFile:
      "with the cloud's database in one JSON file, which each commit writes anew and syncs; begun empty",
    recordsPerSecondAedes: "through aedes, without TLS, in the same process; mqttjsPerSecondAedes likewise",
    recordsPerSecondXs: "the firmware on XS of this computer, its bridge included; …Xs160ms likewise",
    roundTrips40ms: "that the replay takes; …160ms and …600ms likewise",
    recordsPerSecondLwip160ms: `with a send buffer of ${LWIP_SEND_BYTES} bytes and a round trip of 160 ms`,
    lwipPercent: "of what such a send buffer allows",
    peakRamBytes: `of the firmware's own RAM for what is in flight, TCP's buffers apart: most slots and chunks that it holds, after a collection, in a replay of ${RAM_RECORDS} records at 160 ms, beyond those at rest online; on XS on the emulated microcontroller, absent without`,
    wireBytesPerRecord: "bytes of MQTT up, inside TLS",
    wireBytesDownPerRecord: "bytes of MQTT down: PUBACKs and acks",
  },
  async run(progress) {
    const figures = {
      ...(await throughMosquitto(progress)),
      ...(await inFile(progress)),
      ...(await throughAedes(progress)),
      ...(await overLwip(progress)),
      ...(await onXs(progress)),
      ...(await inRam(progress)),
    };
    return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(100 * value) / 100]));
  },
};

/** What is measured with one broker: box, MQTT.js, and MQTT.js with the box's batches, in turn. */
class Contest {
  readonly box: BoxReplay;
  readonly #mqttjs: MqttjsReplay;
  readonly #random = new Random(SEED);

  private constructor(box: BoxReplay, mqttjs: MqttjsReplay) {
    this.box = box;
    this.#mqttjs = mqttjs;
  }

  static async open(broker: Broker): Promise<Contest> {
    let accounts: (() => Accounts) | undefined;
    const box = await BoxReplay.open({
      seed: SEED,
      store: "memory",
      broker: (asked) => {
        accounts = asked;
        return brokerSide(broker)(asked);
      },
    });
    const { port, authority } = box.broker;
    const login = { ...accounts!().cloud, ca: authority };
    return new Contest(box, await MqttjsReplay.open(port, box.wayPort, login));
  }

  /** Medians at one round trip. */
  async at(roundTripMs: number, progress: (text: string) => void) {
    const replayed: Replayed[] = [];
    const single: number[] = [];
    const batched: number[] = [];
    for (let turn = 1; turn <= TURNS; turn++) {
      const one = await this.box.replay(RECORDS, roundTripMs);
      replayed.push(one);
      single.push(await this.#mqttjs.replay(RECORDS, RECORD_BYTES, this.#random));
      const { publishes, bytesEach } = one.batches;
      const publishesPerSecond = await this.#mqttjs.replay(publishes, bytesEach, this.#random);
      batched.push((publishesPerSecond * RECORDS) / publishes);
      const rates = [one.recordsPerSecond, single.at(-1)!, batched.at(-1)!].map((rate) => Math.round(rate));
      progress(
        `${roundTripMs} ms, turn ${turn}: box ${rates[0]}, MQTT.js ${rates[1]}, in batches ${rates[2]} a second`,
      );
    }
    return { box: middle(replayed), mqttjs: median(single), batches: median(batched) };
  }

  async close(): Promise<void> {
    await this.#mqttjs.close();
    await this.box.close();
  }
}

async function throughMosquitto(progress: (text: string) => void): Promise<Figures> {
  const contest = await Contest.open("mosquitto");
  try {
    const figures: Record<string, number> = {};
    for (const roundTripMs of ROUND_TRIPS_MS) {
      const at = roundTripMs === 0 ? "" : `${roundTripMs}ms`;
      const { box, mqttjs, batches } = await contest.at(roundTripMs, progress);
      figures[`recordsPerSecond${at}`] = box.recordsPerSecond;
      figures[`mqttjsPerSecond${at}`] = Math.round(mqttjs);
      figures[`mqttjsBatchesPerSecond${at}`] = Math.round(batches);
      if (roundTripMs === 0) {
        figures.timesMqttjs = box.recordsPerSecond / mqttjs;
        figures.wireBytesPerRecord = box.sentBytesPerRecord;
        figures.wireBytesDownPerRecord = box.receivedBytesPerRecord;
      }
      if (roundTripMs > 0) figures[`roundTrips${at}`] = box.milliseconds / roundTripMs;
    }
    return figures;
  } finally {
    await contest.close();
  }
}

async function inFile(progress: (text: string) => void): Promise<Figures> {
  progress("the cloud's database in a file");
  const rates: number[] = [];
  // A database anew each time: what it holds already is written again by each commit.
  for (let turn = 0; turn < TURNS; turn++) {
    const { recordsPerSecond } = await alone({ store: "file" }, RECORDS, 0, 1);
    rates.push(recordsPerSecond);
  }
  return { recordsPerSecondFile: median(rates) };
}

async function throughAedes(progress: (text: string) => void): Promise<Figures> {
  progress("aedes");
  const contest = await Contest.open("aedes");
  try {
    const { box, mqttjs } = await contest.at(0, progress);
    return { recordsPerSecondAedes: box.recordsPerSecond, mqttjsPerSecondAedes: Math.round(mqttjs) };
  } finally {
    await contest.close();
  }
}

async function overLwip(progress: (text: string) => void): Promise<Figures> {
  progress(`a send buffer of ${LWIP_SEND_BYTES} bytes`);
  const { recordsPerSecond, sentBytesPerRecord } = await alone({ sendWindowBytes: LWIP_SEND_BYTES }, LWIP_RECORDS, 160);
  const allowed = LWIP_SEND_BYTES / 0.16 / sentBytesPerRecord;
  return { recordsPerSecondLwip160ms: recordsPerSecond, lwipPercent: (100 * recordsPerSecond) / allowed };
}

async function onXs(progress: (text: string) => void): Promise<Figures> {
  progress("the firmware on XS");
  const engine = () => XsEngine.open();
  const near = await alone({ engine }, RECORDS, 0);
  const far = await alone({ engine }, RECORDS, 160);
  return { recordsPerSecondXs: near.recordsPerSecond, recordsPerSecondXs160ms: far.recordsPerSecond };
}

async function inRam(progress: (text: string) => void): Promise<Figures> {
  progress("RAM in flight, on the emulated microcontroller");
  try {
    return { peakRamBytes: await ramInFlight(RAM_RECORDS, 160, SEED) };
  } catch (error) {
    if (!(error instanceof NoXsError)) throw error;
    progress(`not measured: ${error.message}`);
    return {};
  }
}

interface AloneOptions extends Partial<Pick<BoxReplayOptions, "store" | "sendWindowBytes">> {
  readonly engine?: () => Promise<Engine>;
}

/** The box alone, through mosquitto; the median. */
async function alone(
  { engine, ...options }: AloneOptions,
  records: number,
  roundTripMs: number,
  turns = TURNS,
): Promise<Replayed> {
  const box = await BoxReplay.open({
    seed: SEED,
    store: "memory",
    broker: brokerSide("mosquitto"),
    ...(engine && { engine: await engine() }),
    ...options,
  });
  try {
    const all: Replayed[] = [];
    for (let turn = 0; turn < turns; turn++) all.push(await box.replay(records, roundTripMs));
    return middle(all);
  } finally {
    await box.close();
  }
}

function brokerSide(broker: Broker): (accounts: () => Accounts) => Promise<BrokerSide> {
  // By default it drops what MQTT.js gives it at once beyond a thousand messages; and a disk is nobody's link.
  const options = { queuedMessages: 0, keepsOnDisk: false };
  const mosquitto = (accounts: () => Accounts) => mosquittoBroker(accounts(), options);
  return broker === "mosquitto" ? mosquitto : (accounts) => embeddedBroker(0, accounts);
}

function middle(all: readonly Replayed[]): Replayed {
  return [...all].sort((a, b) => a.recordsPerSecond - b.recordsPerSecond)[(all.length - 1) / 2]!;
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[(all.length - 1) / 2]!;
}
