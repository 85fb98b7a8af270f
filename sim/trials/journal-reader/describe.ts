import type { JournalDump, SectorDump } from "./reader.js";
import { Kind, readRecord, UnreadRecord } from "./records.js";

/** One line of a dump; `type` tells which. */
export type DumpLine = { readonly type: string } & Readonly<Record<string, unknown>>;

const KIND_NAMES = new Map<number, string>(Object.entries(Kind).map(([name, kind]) => [kind, name]));

/**
 * A dump line by line: `journal`, then for each sector a `sector` line with its `checkpoint`, `record` and `skipped` places in the
 * order of the flash, and `gap` lines where sequence numbers are missing, then `summary`. Offsets count from the start of the image.
 */
export function* describeJournal(dump: JournalDump): Generator<DumpLine> {
  const { sizeBytes, sectorBytes, alignBytes, epoch, nextSeq } = dump;
  yield { type: "journal", sizeBytes, sectorBytes, alignBytes, epoch: epoch ?? null, nextSeq };
  const count = { records: 0, missing: 0, repeated: 0, torn: 0, destroyed: 0, damaged: 0, damagedCheckpoints: 0 };
  const headerless = dump.sectors.filter(({ state }) => state === "without a header").length;
  let expected: number | undefined;
  for (const sector of dump.sectors) {
    yield describeSector(sector);
    const counts = sector.state === "live" || sector.state === "head";
    if (counts && sector.checkpointWhole === false) count.damagedCheckpoints++;
    for (const item of sector.items) {
      const offset = sector.offset + item.offset;
      if (item.type === "skipped") {
        if (counts) count[item.what]++;
        yield { ...item, offset };
      } else if (item.type !== "record") {
        yield item.type === "checkpoint"
          ? { type: item.type, offset, payload: hex(item.payload) }
          : { ...item, offset };
      } else {
        if (item.seq > (expected ?? item.seq)) {
          count.missing += item.seq - expected!;
          yield { type: "gap", from: expected, through: item.seq - 1 };
        }
        if (item.seq < (expected ?? item.seq)) count.repeated++;
        expected = Math.max(item.seq + 1, expected ?? 0);
        count.records++;
        yield { type: "record", offset, seq: item.seq, vital: item.vital, ...describePayload(item.payload) };
      }
    }
  }
  // Zeros and garbage are not a journal that is empty.
  const isJournal = epoch !== undefined || headerless === 0;
  yield { type: "summary", ...count, headerless, sound: isJournal && isSound(count) };
}

/** What a power cut leaves is sound; what is missing or damaged is not. */
function isSound(count: Readonly<Record<"missing" | "repeated" | "damaged" | "damagedCheckpoints", number>>): boolean {
  return count.missing === 0 && count.repeated === 0 && count.damaged === 0 && count.damagedCheckpoints === 0;
}

function describeSector({ index, offset, state, header, checkpointWhole }: SectorDump): DumpLine {
  const { counter, epoch, firstSeq, vitalBefore, copy } = header ?? {};
  return {
    type: "sector",
    index,
    offset,
    state,
    ...(header && { counter, epoch, firstSeq, vitalBefore: vitalBefore ?? null }),
    ...(copy === 2 && { firstCopyDamaged: true }),
    ...(checkpointWhole !== undefined && { checkpointWhole }),
  };
}

/** The record in words where this version knows it, else its bytes and why not. */
function describePayload(payload: Uint8Array): object {
  try {
    const { kind, ...fields } = readRecord(payload);
    return { kind: KIND_NAMES.get(kind), ...fields };
  } catch (error) {
    if (!(error instanceof UnreadRecord)) throw error;
    return { payload: hex(payload), undecoded: error.message };
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
