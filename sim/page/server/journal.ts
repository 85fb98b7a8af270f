import { Flag } from "../../../firmware/records/records.js";
import type { SectorDump } from "../../trials/journal-reader/reader.js";
import { Kind, readRecord, UnreadRecord } from "../../trials/journal-reader/records.js";
import { journalOn } from "../../trials/judge/journal-look.js";
import type { Machine } from "../../world/machine/machine.js";
import type { JournalSection, RecordNow, SectorNow } from "../shared/state.js";
import { detailOf, type Names } from "./record-words.js";
import type { Theatre } from "./theatre.js";

const RECORDS_SHOWN = 40;
const KIND_NAMES = new Map<number, string>(Object.entries(Kind).map(([name, kind]) => [kind, name]));
const STATES: Readonly<Record<SectorDump["state"], SectorNow["state"]>> = {
  head: "head",
  live: "live",
  stale: "old",
  "of another epoch": "old",
  "torn opening": "damaged",
  "of another format or alignment": "old",
  "without a header": "damaged",
  blank: "free",
};

/** The journal of the box on the desk as it lies on flash, read by the journal's second implementation. */
export class JournalWatch {
  #machine: Machine | undefined;
  #seen = "";
  #section: JournalSection | undefined;

  /** What was read before stands until flash or the cloud's acknowledgement has changed. */
  look(theatre: Theatre): JournalSection {
    const { machine, cloud } = theatre;
    const { journal } = machine.flash;
    if (machine !== this.#machine) {
      this.#machine = machine;
      this.#section = undefined;
    }
    const { epochs } = cloud.store.boxState(machine.name);
    const seen = `${journal.programs} ${journal.erases} ${Object.values(epochs).map(({ through }) => through)}`;
    if (this.#section !== undefined && seen === this.#seen) return this.#section;
    this.#seen = seen;
    const dump = journalOn(journal);
    const through = epochs[dump.epoch ?? ""]?.through ?? 0;
    const sectors: SectorNow[] = [];
    for (const sector of dump.sectors) {
      sectors[sector.index] = sectorNow(sector, dump.sectorBytes, through, journal.eraseCounts[sector.index] ?? 0);
    }
    this.#section = {
      sectorBytes: dump.sectorBytes,
      sectors,
      nextSeq: dump.nextSeq,
      ackedThrough: through,
      records: newest(dump.sectors, through, namesOf(theatre)),
    };
    return this.#section;
  }
}

function sectorNow({ state, items, header }: SectorDump, bytes: number, through: number, erases: number): SectorNow {
  const records = items.filter((item) => item.type === "record");
  const unsent = records.filter(({ seq }) => seq > through).length;
  const last = items.at(-1);
  const end = last === undefined ? 0 : last.offset + lengthOf(last);
  const isUsed = header !== undefined && state !== "stale" && state !== "of another epoch";
  return {
    state: STATES[state],
    records: records.length,
    unsent,
    used: isUsed ? Math.min(100, Math.round((100 * end) / bytes)) : 0,
    erases,
  };
}

/** Length, tag and CRC around a payload, bytes. */
const FRAME_BYTES = 7;

function lengthOf(item: SectorDump["items"][number]): number {
  if (item.type === "skipped") return item.byteLength;
  return item.type === "checkpointEnd" ? FRAME_BYTES + 1 : FRAME_BYTES + item.payload.length;
}

function namesOf({ box, cloud }: Theatre): Names {
  const { keys, users } = cloud.ingest.log.index;
  return {
    bin: (bin) => box.bins[bin]?.label,
    key: (key) => keys.get(key)?.name,
    user: (user) => users.get(user)?.name,
  };
}

function newest(sectors: readonly SectorDump[], through: number, names: Names): RecordNow[] {
  const rows: RecordNow[] = [];
  const ring = sectors.filter(({ state }) => state === "head" || state === "live");
  for (const { items } of ring.reverse()) {
    for (const item of [...items].reverse()) {
      if (item.type === "record") rows.push(recordNow(item.seq, item.payload, through, names));
      if (rows.length === RECORDS_SHOWN) return rows;
    }
  }
  return rows;
}

function recordNow(seq: number, payload: Uint8Array, through: number, names: Names): RecordNow {
  const acked = seq <= through;
  try {
    const record = readRecord(payload);
    const detail = detailOf(record, names);
    const time = (record.flags & Flag.wallTime) === 0 ? null : record.at;
    return { seq, kind: KIND_NAMES.get(record.kind) ?? `${record.kind}`, detail, time, acked };
  } catch (error) {
    if (!(error instanceof UnreadRecord)) throw error;
    return { seq, kind: "?", detail: error.message, time: null, acked };
  }
}
