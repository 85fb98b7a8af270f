import { JournalFullError } from "../../firmware/journal/contract.js";
import type { Bench, Figures } from "./bench.js";
import {
  BOARD_SECTOR_BYTES,
  BUSY,
  checkpointBytes,
  ERASE_BLOCK_BYTES,
  IDLE,
  type JournalShape,
  MIB,
  mountOn,
  newFlash,
  type StateSample,
} from "./journal-rig.js";

const PAYLOADS = [16, 32, 64];
const ALIGNMENTS = [1, 4, 16];
const TURNS = 3;
const WRAPS = 100;

export const journalBench: Bench = {
  name: "journal",
  summary:
    "what a record costs on flash, over three turns of a 1 MiB ring in the board's sectors of 16 KiB; erases count blocks of 4 KiB",
  figures: {
    bytesProgrammedPerRecord32:
      "bytes programmed for a payload of 32 bytes, headers and checkpoints of a busy box included",
    erasesPerRecord32: "erased blocks of 4 KiB for each of them",
    programsPerRecord32: "program operations for each of them",
    recordsPerMiB: "such records that 1 MiB holds, until even a vital one is refused",
    "…Idle": "the same for a box that has just synced: a checkpoint of one piece",
    busyCheckpointBytes: "what the busy box's checkpoint takes with its frames, once a sector",
    wearSpread100Wraps: `most minus least erases of a sector after ${WRAPS} turns`,
  },
  async run(progress) {
    const shape = { sizeBytes: MIB, sectorBytes: BOARD_SECTOR_BYTES, alignBytes: 1 };
    for (const state of [BUSY, IDLE]) table(shape, state, progress);
    table({ ...shape, sectorBytes: 4_096 }, IDLE, progress);
    table({ ...shape, sectorBytes: 65_536 }, BUSY, progress);
    const busy = costOf(shape, BUSY, 32);
    const idle = costOf(shape, IDLE, 32);
    return {
      bytesProgrammedPerRecord32: busy.bytes,
      erasesPerRecord32: busy.erases,
      programsPerRecord32: busy.programs,
      recordsPerMiB: capacity(shape, BUSY, 32),
      bytesProgrammedPerRecord32Idle: idle.bytes,
      erasesPerRecord32Idle: idle.erases,
      recordsPerMiBIdle: capacity(shape, IDLE, 32),
      busyCheckpointBytes: checkpointBytes(BUSY, 1),
      idleCheckpointBytes: checkpointBytes(IDLE, 1),
      wearSpread100Wraps: wearSpread(),
    };
  },
};

function table(shape: JournalShape, state: StateSample, progress: (text: string) => void): void {
  progress(`sectors of ${shape.sectorBytes} bytes, box ${state.name}`);
  progress("payload  align  programmed  × payload  programs  blocks erased  records in 1 MiB  (limit)");
  for (const payloadBytes of PAYLOADS) {
    for (const alignBytes of ALIGNMENTS) {
      const one = { ...shape, alignBytes };
      const { bytes, programs, erases } = costOf(one, state, payloadBytes);
      const cells: [string | number, number][] = [
        [payloadBytes, 7],
        [alignBytes, 5],
        [bytes.toFixed(1), 10],
        [(bytes / payloadBytes).toFixed(2), 9],
        [programs.toFixed(2), 8],
        [`1/${Math.round(1 / erases)}`, 13],
        [capacity(one, state, payloadBytes), 16],
        [Math.floor(MIB / payloadBytes), 7],
      ];
      progress(cells.map(([value, width]) => String(value).padStart(width)).join("  "));
    }
  }
}

interface Cost {
  readonly bytes: number;
  readonly programs: number;
  readonly erases: number;
}

/** Per record, over whole turns of the ring, with the cloud right behind. */
function costOf(shape: JournalShape, state: StateSample, payloadBytes: number): Cost {
  const flash = newFlash(shape);
  const journal = mountOn(flash, state);
  const sectors = shape.sizeBytes / shape.sectorBytes;
  const payload = new Uint8Array(payloadBytes).fill(0x5a);
  let records = 0;
  while (flash.erases < TURNS * sectors + 1) {
    journal.acknowledge(journal.append(payload, "vital"));
    records++;
  }
  const blocks = (flash.erases * shape.sectorBytes) / ERASE_BLOCK_BYTES;
  return { bytes: flash.bytesProgrammed / records, programs: flash.programs / records, erases: blocks / records };
}

function capacity(shape: JournalShape, state: StateSample, payloadBytes: number): number {
  const journal = mountOn(newFlash(shape), state);
  const payload = new Uint8Array(payloadBytes).fill(0x5a);
  try {
    for (;;) journal.append(payload, "vital");
  } catch (error) {
    if (!(error instanceof JournalFullError)) throw error;
    return journal.nextSeq - 1;
  }
}

function wearSpread(): Figures[string] {
  const sectors = 16;
  const flash = newFlash({ sizeBytes: sectors * BOARD_SECTOR_BYTES, sectorBytes: BOARD_SECTOR_BYTES, alignBytes: 1 });
  const journal = mountOn(flash, BUSY);
  const payload = new Uint8Array(32).fill(0x5a);
  while (flash.erases < WRAPS * sectors) journal.acknowledge(journal.append(payload, "vital"));
  return Math.max(...flash.eraseCounts) - Math.min(...flash.eraseCounts);
}
