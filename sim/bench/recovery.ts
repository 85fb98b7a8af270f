import { TWEETNACL_HASH } from "../../firmware/crypto/tweetnacl-hash.js";
import { frameBytes } from "../../firmware/journal/frame.js";
import { FIRST_FRAME } from "../../firmware/journal/geometry.js";
import type { Journal } from "../../firmware/journal/journal.js";
import { lookupHash } from "../../firmware/snapshot/lookup-hash.js";
import { FlashSnapshotSlots } from "../../firmware/snapshot/store.js";
import { EPOCH_BYTES } from "../../firmware/wire/epoch.js";
import { buildSnapshot } from "../cloud/snapshot/build.js";
import type { SnapshotModel } from "../cloud/snapshot/model.js";
import { NorFlash } from "../world/devices/nor-flash.js";
import { PowerCut } from "../world/devices/power-cut.js";
import { Random } from "../world/random.js";
import type { Bench } from "./bench.js";
import { BOARD_SECTOR_BYTES, BUSY, checkpointBytes, MIB, mountOn, newFlash } from "./journal-rig.js";

const PAYLOAD_BYTES = 32;
const CONTENTS = ["empty", "half full", "full", "torn", "damaged"] as const;
type Content = (typeof CONTENTS)[number];

interface Reading {
  readonly mountBytes: number;
  readonly mountReads: number;
  readonly replayBytes: number;
  readonly replayReads: number;
}

export const recoveryBench: Bench = {
  name: "recovery",
  summary: "what a boot reads to find the journal's end and the box's state, and a panel to find a booking code",
  figures: {
    mountBytesRead1MiBFull: "bytes read to mount a full journal of 1 MiB in sectors of 16 KiB",
    mountReads1MiBFull: "read operations for that",
    replayBytesRead1MiBFull: "bytes read behind that to rebuild the state of a busy box from checkpoint and records",
    mountBytesRead1MiBTorn: "the same mount after a cut in the opening of a sector",
    mountBytesRead1MiBDamaged: "and with the two newest checkpoints flipped and 100 more flipped bits",
    lookupBytesRead5000: "bytes read to find one booking code among 5,000 accesses, the dearest of them",
    lookupReads5000: "read operations for that",
  },
  async run(progress) {
    progress(
      `a busy box's checkpoint takes ${checkpointBytes(BUSY, 1)} bytes with its frames; mount and replay, bytes (reads):`,
    );
    const rows = [
      { name: "64 KiB", sizeBytes: 65_536, sectorBytes: BOARD_SECTOR_BYTES },
      { name: "1 MiB", sizeBytes: MIB, sectorBytes: BOARD_SECTOR_BYTES },
      { name: "8 MiB", sizeBytes: 8 * MIB, sectorBytes: BOARD_SECTOR_BYTES },
      { name: "8 MiB", sizeBytes: 8 * MIB, sectorBytes: 65_536 },
    ];
    const ofOneMiB = new Map<Content, Reading>();
    for (const { name, sizeBytes, sectorBytes } of rows) {
      for (const content of CONTENTS) {
        const reading = measure(prepare(sizeBytes, sectorBytes, content));
        if (sizeBytes === MIB) ofOneMiB.set(content, reading);
        const { mountBytes, mountReads, replayBytes, replayReads } = reading;
        const cells = [
          `${name} in ${sectorBytes}`.padEnd(16),
          content.padEnd(10),
          mountBytes,
          `(${mountReads})`,
          replayBytes,
          `(${replayReads})`,
        ];
        progress(cells.map((cell) => String(cell).padStart(8)).join(" "));
      }
    }
    const { bytes, reads, fileBytes } = lookups();
    progress(`5,000 accesses in a snapshot of ${fileBytes} bytes; the row that is looked for has 16`);
    const full = ofOneMiB.get("full")!;
    return {
      mountBytesRead1MiBFull: full.mountBytes,
      mountReads1MiBFull: full.mountReads,
      replayBytesRead1MiBFull: full.replayBytes,
      mountBytesRead1MiBTorn: ofOneMiB.get("torn")!.mountBytes,
      mountBytesRead1MiBDamaged: ofOneMiB.get("damaged")!.mountBytes,
      lookupBytesRead5000: bytes,
      lookupReads5000: reads,
    };
  },
};

/** `full`: the ring has turned and the head is full to the last record, which is when a mount reads most. */
function prepare(sizeBytes: number, sectorBytes: number, content: Content): NorFlash {
  const flash = newFlash({ sizeBytes, sectorBytes, alignBytes: 1 });
  if (content === "empty") return flash;
  const sectors = sizeBytes / sectorBytes;
  const journal = mountOn(flash, BUSY);
  const payload = new Uint8Array(PAYLOAD_BYTES).fill(0x5a);
  const append = () => journal.acknowledge(journal.append(payload, "vital"));
  const until = content === "half full" ? sectors / 2 : sectors + 2;
  while (flash.erases < until) append();
  fillHead(flash, append);
  if (content === "torn") cutInOpening(flash, journal, payload);
  if (content === "damaged") damage(flash, sectors);
  return flash;
}

/** Appends as long as the next record fits in the head, which was just opened for a record. */
function fillHead(flash: NorFlash, append: () => void): void {
  const frame = frameBytes(PAYLOAD_BYTES, flash.alignBytes);
  const left = flash.sectorBytes - FIRST_FRAME - checkpointBytes(BUSY, flash.alignBytes) - frame;
  for (let i = 0; i < Math.floor(left / frame); i++) append();
}

function cutInOpening(flash: NorFlash, journal: Journal, payload: Uint8Array): void {
  flash.onOperation = ({ kind }) => {
    if (kind === "erase") flash.planCut({ operation: 5, at: "scattered" });
  };
  try {
    for (;;) journal.append(payload, "vital");
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  flash.onOperation = undefined;
  flash.powerOn();
}

function damage(flash: NorFlash, sectors: number): void {
  const random = new Random(1);
  const view = new DataView(flash.image().buffer);
  const starts = Array.from({ length: sectors }, (_, sector) => sector * flash.sectorBytes);
  starts.sort((a, b) => view.getUint32(b + 13, true) - view.getUint32(a + 13, true));
  for (const start of starts.slice(0, 2)) flash.flipBits(start + 70, 1);
  for (let i = 0; i < 100; i++) flash.flipBits(random.int(flash.sizeBytes), 1 << random.int(8));
}

function measure(flash: NorFlash): Reading {
  flash.bytesRead = flash.reads = 0;
  const journal = mountOn(flash, BUSY);
  const [mountBytes, mountReads] = [flash.bytesRead, flash.reads];
  flash.bytesRead = flash.reads = 0;
  journal.replay({ checkpoint: () => undefined, record: () => undefined, missing: () => undefined });
  return { mountBytes, mountReads, replayBytes: flash.bytesRead, replayReads: flash.reads };
}

const BOX = "BENCH-1";
const PIECE_BYTES = 1_024;

function lookups(): { readonly bytes: number; readonly reads: number; readonly fileBytes: number } {
  const model = fleetModel();
  const file = buildSnapshot(model);
  const sizeBytes = 4_096 * 2 * Math.ceil(file.length / 4_096);
  const flash = new NorFlash({ sizeBytes, sectorBytes: 4_096, alignBytes: 1, seed: 1 });
  const writer = new FlashSnapshotSlots({ flash, box: BOX }).begin(0, model.version, file.length);
  for (let at = 0; at < file.length; at += PIECE_BYTES) writer.write(file.subarray(at, at + PIECE_BYTES));
  const view = writer.finish();
  let bytes = 0;
  let reads = 0;
  for (const { text } of model.codes) {
    const wanted = lookupHash(TWEETNACL_HASH, model.lookupKey, text);
    flash.bytesRead = flash.reads = 0;
    if (view.code(wanted)?.kind !== "booking") throw new Error(`booking code ${text} was not found`);
    bytes = Math.max(bytes, flash.bytesRead);
    reads = Math.max(reads, flash.reads);
  }
  return { bytes, reads, fileBytes: file.length };
}

/** 5,000 accesses of 2,000 users to 2,000 keys, each with its booking code. */
function fleetModel(): SnapshotModel {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  return {
    box: BOX,
    version: 1,
    epoch: new Uint8Array(EPOCH_BYTES),
    asOf: 0,
    sheet: 1,
    lookupKey: new Uint8Array(32).fill(7),
    location: { id: 1, name: "Depot", language: "en", offsets: [{ from: 0, offsetMinutes: 0 }] },
    bins: ids(200).map((id) => ({ bin: id - 1, enabled: true, key: id })),
    keys: ids(2_000).map((id) => ({
      id,
      name: `Key ${id}`,
      fob: `K${id}`,
      roaming: false,
      homeLocation: 1,
      homeLocationName: "Depot",
    })),
    users: ids(2_000).map((id) => ({ id, name: `User ${id}` })),
    accesses: ids(5_000).map((id) => ({ id, user: 1 + (id % 2_000), key: 1 + ((id * 7) % 2_000) })),
    codes: ids(5_000).map((id) => ({ text: String(100_000 + id * 13), target: { kind: "booking", access: id } })),
    badges: [],
  };
}
