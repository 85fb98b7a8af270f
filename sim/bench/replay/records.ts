import { FlashJournal } from "../../../firmware/journal/flash-journal.js";
import { encodeRecord } from "../../../firmware/records/codec.js";
import { Flag, Kind, type Rec } from "../../../firmware/records/records.js";
import { Ledger } from "../../../firmware/state/ledger.js";
import { HandClock } from "../../world/clock/hand-clock.js";
import type { Machine } from "../../world/machine/machine.js";
import type { Random } from "../../world/random.js";

export const RECORD_BYTES = 32;
const LETTERS = "abcdefghijklmnopqrstuvwxyz-";
/** What a `refused` record takes besides the letters of its reason. */
const HEAD_BYTES = encodeRecord({ kind: Kind.refused, reason: "", at: 1_793_606_400, flags: Flag.wallTime }).length;

/** Writes `count` records of 32 bytes into the journal of a box that is off. Answers the number of the last. */
export function writeRecords(machine: Machine, count: number, random: Random): number {
  machine.flash.journal.powerOn();
  const wall = Math.floor(machine.world.wallSeconds());
  const clock = new HandClock();
  clock.wall = wall;
  const ledger = new Ledger({
    clock,
    gauge: { read: () => undefined },
    mains: { present: () => true, onChange: undefined },
    brownOutMillivolts: 0,
    partition: new FlashJournal(machine.flash.journal, { fill: (into) => into.set(random.bytes(into.length)) }),
  });
  for (let i = 0; i < count; i++) {
    let reason = "";
    while (reason.length < RECORD_BYTES - HEAD_BYTES) reason += LETTERS[random.int(LETTERS.length)];
    const body = { kind: Kind.refused, reason } as const;
    checkLength({ ...body, at: wall, flags: Flag.wallTime });
    ledger.write(body, "vital");
  }
  return ledger.journal.nextSeq - 1;
}

function checkLength(record: Rec): void {
  const { length } = encodeRecord(record);
  if (length !== RECORD_BYTES) throw new Error(`a record of ${length} bytes`);
}
