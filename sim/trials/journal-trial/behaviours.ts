import { ROOMS } from "../../../firmware/journal/contract.js";
import { sameBytes } from "./parts.js";
import type { JournalTrial } from "./trial.js";

/** Something the journal does, to be tried on any part under any interference. Throws where the journal fell short. */
export interface Behaviour {
  readonly name: "append" | "recover" | "wrap" | "full" | "ack" | "read";
  run(trial: JournalTrial): void;
}

const LARGEST = 240;

/** Payloads that use up a part in about 500 appends, whatever its size, but for the largest parts. */
function ample(trial: JournalTrial): number {
  return Math.min(LARGEST, Math.max(16, Math.floor(trial.flash.sizeBytes / 500)));
}

const append: Behaviour = {
  name: "append",
  run(trial) {
    for (let i = 0; i < 40; i++) trial.append(1 + trial.random.int(LARGEST), i % 4 === 0 ? "diagnostic" : "vital", 6);
  },
};

/** Cuts at the first operations of every boot: in the repair, and in the append that settles it. */
const recover: Behaviour = {
  name: "recover",
  run(trial) {
    for (let i = 0; i < 30; i++) {
      trial.append(30, "vital");
      trial.append(30, "vital", 2);
      trial.reboot();
      trial.append(30, "vital", 3);
    }
  },
};

/** Around the ring and on, with the cloud close behind. */
const wrap: Behaviour = {
  name: "wrap",
  run(trial) {
    const bytes = ample(trial);
    for (let written = 0; written < 1.3 * trial.flash.sizeBytes; written += bytes) {
      trial.acknowledge(trial.journal.nextSeq - 5);
      trial.append(bytes, "vital", trial.random.int(4) === 0 ? 14 : undefined);
    }
    const { eraseCounts } = trial.flash;
    if (Math.min(...eraseCounts) === 0) throw new Error(`not all around: ${eraseCounts}`);
  },
};

/** To the last byte without the cloud; then it has everything, and every rank is taken again. */
const full: Behaviour = {
  name: "full",
  run(trial) {
    const bytes = ample(trial);
    let rank = 0;
    for (let refused = 0; refused < 3; ) {
      if (trial.list.length * bytes > trial.flash.sizeBytes) throw new Error("never full");
      const answer = trial.append(bytes, "vital", trial.random.int(4) === 0 ? 14 : undefined);
      if (answer === "full" || answer === "fault") refused++;
      const now = ROOMS.indexOf(trial.journal.room);
      if (answer === "written" && now < rank) throw new Error(`more room without the cloud: ${trial.journal.room}`);
      rank = answer === "cut" ? 0 : now;
    }
    if (trial.append(bytes, "pickup") === "written") throw new Error("a pickup was taken from the reserve");
    trial.reboot();
    trial.checkAll();
    if (trial.list[0]!.seq !== 1) throw new Error("something was given up");
    trial.acknowledge(trial.journal.nextSeq - 1);
    if (trial.journal.room !== "all") throw new Error(`room ${trial.journal.room} with everything at the cloud`);
    for (let i = 0; i < 20; i++) trial.append(bytes, "diagnostic", 8);
  },
};

/** Acks that jump about; vital records wait for them, diagnostics need not. */
const ack: Behaviour = {
  name: "ack",
  run(trial) {
    const bytes = ample(trial);
    for (let i = 0; i < 500; i++) {
      trial.append(bytes, i % 3 === 0 ? "vital" : "diagnostic", trial.random.int(8) === 0 ? 14 : undefined);
      if (i % 20 === 0) trial.acknowledge(trial.random.int(trial.journal.nextSeq));
      if (i % 100 === 99) trial.checkAll();
    }
  },
};

/** A cursor that lives as long as its boot gives each record once, whatever is appended and reclaimed meanwhile. */
const read: Behaviour = {
  name: "read",
  run(trial) {
    for (let boot = 0; boot < 6; boot++) {
      const from = trial.random.int(trial.journal.nextSeq + 1);
      const cursor = trial.journal.read(from);
      const { journal } = trial;
      let last = from - 1;
      for (let i = 0; i < 60 && journal === trial.journal; i++) {
        trial.append(20 + trial.random.int(60), "vital", i > 40 ? 8 : undefined);
        if (journal !== trial.journal || i % 3 > 0) continue;
        for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
          if (entry.seq <= last || !sameBytes(entry.payload, trial.list[entry.seq - 1]!.payload))
            throw new Error(`the cursor gave ${entry.seq} after ${last}`);
          last = entry.seq;
        }
        if (last !== journal.nextSeq - 1) throw new Error(`the cursor stopped at ${last}`);
        trial.acknowledge(last);
      }
      trial.reboot();
    }
  },
};

export const BEHAVIOURS: readonly Behaviour[] = [append, recover, wrap, full, ack, read];
