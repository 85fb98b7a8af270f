import { FlashJournal } from "../../firmware/journal/flash-journal.js";
import type { Journal } from "../../firmware/journal/journal.js";
import { decodeRecord, RecordError } from "../../firmware/records/codec.js";
import { Kind, type Rec } from "../../firmware/records/records.js";
import { FlashSnapshotSlots } from "../../firmware/snapshot/store.js";
import { BinBeliefs } from "../../firmware/state/bin-beliefs.js";
import type { BoxState } from "../../firmware/state/box-state.js";
import { CurrentSnapshot } from "../../firmware/state/current-snapshot.js";
import { Ledger } from "../../firmware/state/ledger.js";
import { HandClock } from "../../sim/world/clock/hand-clock.js";
import type { NorFlash } from "../../sim/world/devices/nor-flash.js";
import type { Machine } from "../../sim/world/machine/machine.js";

/** What a box would know if it booted now, read from its flash by its own code and without a trace: the box itself is not touched. */
export interface BoxMemory {
  readonly nextSeq: number;
  readonly snapshotVersion: number;
  readonly state: BoxState;
  readonly beliefs: BinBeliefs;
}

function partitionOf(flash: NorFlash): FlashJournal {
  return new FlashJournal(flash.look(1), { fill: (into) => void into.fill(1) });
}

/** To read from only. */
function mount(flash: NorFlash): Journal {
  return partitionOf(flash).mount({ checkpoint: () => [] });
}

export function readMemory(machine: Machine): BoxMemory {
  const clock = new HandClock();
  clock.wall = undefined;
  const ledger = new Ledger({
    clock,
    gauge: { read: () => undefined },
    mains: { present: () => true, onChange: undefined },
    brownOutMillivolts: 0,
    partition: partitionOf(machine.flash.journal),
  });
  const { nextSeq } = ledger.journal;
  const slots = new FlashSnapshotSlots({ flash: machine.flash.snapshot.clone(1), box: machine.name });
  const snapshot = new CurrentSnapshot(slots, ledger);
  const beliefs = new BinBeliefs(ledger.state, snapshot, machine.bins.count);
  return { nextSeq, snapshotVersion: snapshot.version, state: ledger.state, beliefs };
}

/** The journal's records from `fromSeq` on. */
export function* readJournal(flash: NorFlash, fromSeq: number): Iterable<{ seq: number; record: Rec | undefined }> {
  yield* records(mount(flash), fromSeq);
}

function* records(journal: Journal, fromSeq: number): Iterable<{ seq: number; record: Rec | undefined }> {
  const cursor = journal.read(fromSeq);
  for (let item = cursor.next(); item !== undefined; item = cursor.next()) {
    yield { seq: item.seq, record: decode(item.payload) };
  }
}

function decode(payload: Uint8Array): Rec | undefined {
  try {
    return decodeRecord(payload);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return undefined;
  }
}

/** Far more than stand between an intent and its lock. */
const TAIL_RECORDS = 40;

/** Why `bin` is being opened, as the flash says when it is read as a boot would read it: an opening without an outcome yet. */
export function reasonOnFlash(flash: NorFlash, bin: number): "exchange" | "emergency" | undefined {
  const journal = mount(flash);
  const open = new Map<number, "exchange" | "emergency">();
  for (const { seq, record } of records(journal, Math.max(1, journal.nextSeq - TAIL_RECORDS))) {
    if (record?.kind === Kind.intent && record.bin === bin) open.set(seq, "exchange");
    if (record?.kind === Kind.emergency && record.bin === bin) open.set(seq, "emergency");
    if (record?.kind === Kind.outcome || record?.kind === Kind.emergencyOutcome) open.delete(record.of);
  }
  return [...open.values()].at(-1);
}
