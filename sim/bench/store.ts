import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeRecord } from "../../firmware/records/codec.js";
import { Auth, Exchange, Kind, Outcome, type Rec } from "../../firmware/records/records.js";
import { boxLog } from "../cloud/box-log.js";
import { Ingest } from "../cloud/ingest/ingest.js";
import { CloudService } from "../cloud/service.js";
import type { EventEntry } from "../cloud/state.js";
import { EmbeddedEngine } from "../cloud/store/embedded.js";
import type { Line } from "../cloud/store/lines.js";
import { CloudStore } from "../cloud/store.js";
import { makeSample } from "../samples/sample.js";
import { Random } from "../world/random.js";
import type { Bench } from "./bench.js";
import { largeOrganisation } from "./large-organisation.js";

const BOX = "MS5-PARIS";
const EPOCH = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const START_SECONDS = 1_780_308_000;
/** Records of one batch, as a box sends them. */
const BATCH = 64;
const MEASURED = 301;
const FILL_GROUP = 5_000;
const MARKS = { "1k": 1_000, "1M": 1_000_000, "10M": 10_000_000 } as const;

export const storeBench: Bench = {
  name: "store",
  summary: `one batch of ${BATCH} records committed on the embedded engine (write and fdatasync), with logs of 1 k, 1 M and 10 M records in the temporary folder: 2 GB of disk, some minutes`,
  figures: {
    commitMs1k: "median of a batch, from the opened message to durable, with 1,000 records in the log",
    commitMs1M: "the same with a million",
    commitMs10M: "the same with ten million",
    syncMs: "median of one write and fdatasync of as many bytes, without a cloud",
    heapMB10M: "in use with ten million, garbage included",
    logReadMs10M: "the newest 50 lines of the box's log",
    openMs10M: "to open the database",
    diskBytesARecord: "of the log's file",
    snapshotBytes10kKeys:
      "what a box is sent of an organisation of 10,000 keys and accesses, a tenth of the keys roaming, in 50 places",
    snapshotMs10kKeys: "median to make it",
    ingestPerSecond: "records that one core takes and makes durable, 16 batches a commit",
  },
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), "smartbox-bench-store-"));
    try {
      return { ...run(folder, progress), ...largeOrganisation() };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Filled {
  readonly name: string;
  readonly path: string;
  readonly engine: EmbeddedEngine;
  readonly store: CloudStore;
  readonly ingest: Ingest;
  /** Sequence number of the box's next record. */
  next: number;
}

function run(folder: string, progress: (text: string) => void): Record<string, number> {
  const all = Object.entries(MARKS).map(([name, mark]) => filled(folder, name, mark, progress));
  const times = new Map(all.map(({ name }) => [name, [] as number[]]));
  // In turn, so that whatever else the machine does hits each of them alike.
  for (let i = 0; i < MEASURED; i++) {
    for (const one of all) times.get(one.name)!.push(msOf(() => commitBatches(one, 1)));
  }
  const commits = Object.fromEntries([...times].map(([name, ms]) => [`commitMs${name}`, median(ms)]));
  const largest = all.at(-1)!;
  const atTheEnd = atTheEndOf(largest);
  for (const { store } of all) store.close();
  const openMs10M = msOf(() => CloudStore.inFile(largest.path).close());
  return { ...commits, syncMs: syncAlone(folder), ...atTheEnd, openMs10M };
}

function filled(folder: string, name: string, mark: number, progress: (text: string) => void): Filled {
  const path = join(folder, `${name}.json`);
  makeOrganisation(path);
  const engine = EmbeddedEngine.open(path);
  fill(engine, mark, progress);
  const store = new CloudStore(engine);
  return { name, path, engine, store, ingest: new Ingest(store), next: 1 };
}

function makeOrganisation(path: string): void {
  const random = new Random(1);
  const cloud = new CloudService({
    store: CloudStore.inFile(path),
    now: () => START_SECONDS,
    timers: { set: () => 0, clear: () => {} },
    random: (count) => random.bytes(count),
  });
  makeSample(cloud, 1);
  cloud.close();
  cloud.store.close();
}

/** Other boxes' records, as lines: the index and the file do not know how they came. */
function fill(engine: EmbeddedEngine, mark: number, progress: (text: string) => void): void {
  for (let records = 0; records < mark; ) {
    const count = Math.min(FILL_GROUP, mark - records);
    const first = records;
    const lines = Array.from({ length: count }, (_, i) => lineOf(first + i));
    engine.commit({ lines, changes: () => [] }, (error) => {
      if (error !== undefined) throw error;
    });
    records += count;
    if (records % 1_000_000 === 0) progress(`${records} of ${mark} records`);
  }
}

/** Of a thousand boxes in turn. */
function lineOf(number: number): Line {
  const source = { box: `BOX-${number % 1_000}`, epoch: "0102030405060708", seq: 1 + Math.floor(number / 1_000) };
  const when = { time: START_SECONDS + number, clock: "synced", offline: false, onBattery: false } as const;
  const entry: EventEntry = {
    ...source,
    ...when,
    kind: number % 2 === 0 ? "power" : "door",
    detail: { event: "mainsLost" },
  };
  return { source, part: 0, kind: "event", entry };
}

function commitBatches(filled: Filled, batches: number): void {
  for (let i = 0; i < batches; i++) {
    filled.ingest.take(BOX, { epoch: EPOCH, first: filled.next, records: batchFrom(filled.next) });
    filled.next += BATCH;
  }
  filled.store.commit();
}

/** Exchanges with their outcomes, and the doors in between. */
function batchFrom(first: number): Uint8Array[] {
  const stamp = { at: START_SECONDS, flags: 3 };
  return Array.from({ length: BATCH }, (_, i) => {
    const rec: Rec =
      i % 2 === 0
        ? {
            kind: Kind.intent,
            exchange: Exchange.pickup,
            bin: i % 24,
            key: 1,
            user: 1,
            auth: Auth.bookingCode,
            ...stamp,
          }
        : { kind: Kind.outcome, of: first + i - 1, result: Outcome.done, ...stamp };
    return encodeRecord(rec);
  });
}

function atTheEndOf(filled: Filled): Record<string, number> {
  const heapMB10M = Math.round(process.memoryUsage().heapUsed / 1e5) / 10;
  const logReadMs10M = msOf(() => boxLog(filled.store, BOX, 50));
  const diskBytesARecord = Math.round(filled.engine.log.end / MARKS["10M"]);
  const before = filled.next;
  const ms = msOf(() => {
    for (let i = 0; i < 100; i++) commitBatches(filled, 16);
  });
  const ingestPerSecond = Math.round(((filled.next - before) / ms) * 1_000);
  return { heapMB10M, logReadMs10M, diskBytesARecord, ingestPerSecond };
}

function syncAlone(folder: string): number {
  const engine = EmbeddedEngine.open(join(folder, "alone.json"));
  const lines = [lineOf(0)];
  const changes = [{ key: "told", json: `${" ".repeat(14_000)}1` }];
  const ms = Array.from({ length: MEASURED }, () =>
    msOf(() => engine.commit({ lines, changes: () => changes }, () => {})),
  );
  engine.close();
  return median(ms);
}

function msOf(act: () => void): number {
  const before = performance.now();
  act();
  return Math.round((performance.now() - before) * 1_000) / 1_000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
