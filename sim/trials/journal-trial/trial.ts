import { JournalFaultError, JournalFullError, type Rank } from "../../../firmware/journal/contract.js";
import type { Journal } from "../../../firmware/journal/journal.js";
import type { CutPlan, NorFlash, SectorFault } from "../../world/devices/nor-flash.js";
import { PowerCut } from "../../world/devices/power-cut.js";
import { Random } from "../../world/random.js";
import { mount, newFlash, payloadFor, readAll, type Shape, sameBytes, type TrialEntry } from "./parts.js";

/** What happens to the journal while it is used. */
export interface Interference {
  readonly name: string;
  /** Where cuts fall; none if absent. */
  readonly cut?: CutPlan["at"] | "byte";
  /** `changing`: another way at each boot. */
  readonly unstableReads?: NorFlash["unstableReads"] | "changing";
  /** Of one sector, or stuck bits in one. */
  readonly fault?: SectorFault | "stuck-bits";
}

export const INTERFERENCES: readonly Interference[] = [
  { name: "none" },
  { name: "before", cut: "before" },
  { name: "after", cut: "after" },
  { name: "byte", cut: "byte" },
  { name: "scattered", cut: "scattered" },
  { name: "reads-erased", cut: "scattered", unstableReads: "as-1" },
  { name: "reads-programmed", cut: "scattered", unstableReads: "as-0" },
  { name: "reads-changing", cut: "scattered", unstableReads: "changing" },
  { name: "program-error", cut: "scattered", fault: "program-error" },
  { name: "erase-error", cut: "scattered", fault: "erase-error" },
  { name: "program-ignored", cut: "byte", fault: "program-ignored" },
  { name: "erase-ignored", cut: "byte", fault: "erase-ignored" },
  { name: "stuck-bits", cut: "scattered", fault: "stuck-bits" },
  { name: "stuck-changing", cut: "scattered", fault: "stuck-bits", unstableReads: "changing" },
];

type Written = TrialEntry & { readonly rank: Rank };
export type WriteAnswer = "written" | "full" | "fault" | "cut";

/** How many of the last records each boot is held to; `checkAll` holds it to all. */
const TAIL = 12;
const CUTS_IN_A_ROW = 4;
/** Of one trial; each boot reads a sector, so that parts with large sectors get fewer. */
const CUT_BYTES = 131_072;

/**
 * A journal on a part that is interfered with, beside a plain list of what it promised. Every boot is held against the list:
 * what was promised is there, once, in order, and besides it at most what was in flight at the cut.
 */
export class JournalTrial {
  readonly flash: NorFlash;
  readonly list: Written[] = [];
  journal: Journal;
  acknowledged = 0;
  cuts = 0;
  readonly random: Random;
  readonly #interference: Interference;

  constructor(shape: Shape, interference: Interference, seed: number) {
    this.random = new Random(seed);
    this.#interference = interference;
    this.flash = newFlash(shape, seed);
    this.#misbehave(interference.fault);
    this.journal = this.#boot();
  }

  /** `cutWithin`: the supply goes away at one of so many of the next flash operations; absent: it stays. */
  append(byteLength: number, rank: Rank, cutWithin?: number): WriteAnswer {
    const entry = {
      seq: this.journal.nextSeq,
      payload: payloadFor(this.journal.nextSeq + this.cuts, byteLength),
      rank,
    };
    this.#planCut(cutWithin);
    const answer = this.#attempt(entry);
    this.flash.planCut(undefined);
    if (answer === "written") this.list.push(entry);
    if (answer === "cut") this.#recover([[], [entry]]);
    return answer;
  }

  acknowledge(seq: number): void {
    this.journal.acknowledge(seq);
    if (seq < this.journal.nextSeq) this.acknowledged = Math.max(this.acknowledged, seq);
  }

  reboot(): void {
    this.journal = this.#boot();
    this.#tailOf([[]]);
    this.journal.acknowledge(this.acknowledged);
  }

  /** All that is readable is the end of the list; what is missing at its beginning was given up by right. */
  checkAll(): void {
    const found = readAll(this.journal);
    const given = this.list.length - found.length;
    if (given < 0) throw new Error(`${-given} records from nowhere`);
    for (const [i, entry] of found.entries()) requireSame(entry, this.list[given + i]!);
    const lost = this.list.slice(0, given).find(({ rank, seq }) => rank !== "diagnostic" && seq > this.acknowledged);
    if (lost !== undefined) throw new Error(`gave up record ${lost.seq}, which the cloud does not have`);
    if (this.journal.nextSeq !== this.list.length + 1) throw new Error(`nextSeq ${this.journal.nextSeq}`);
    // Bits that will not clear are programmed over in vain: only a part in order must never see it.
    if (this.#interference.fault === undefined && this.flash.overProgrammed + this.flash.overUnstable > 0)
      throw new Error("data over a place that was not erased");
  }

  #boot(): Journal {
    const { unstableReads = "by-chance" } = this.#interference;
    this.flash.unstableReads =
      unstableReads === "changing" ? this.random.pick(["by-chance", "as-1", "as-0"]) : unstableReads;
    return mount(this.flash);
  }

  #misbehave(fault: Interference["fault"]): void {
    if (fault === undefined) return;
    if (fault !== "stuck-bits") {
      this.flash.setFault(1, fault);
      return;
    }
    for (let i = 0; i < 8; i++) {
      const offset = this.flash.sectorBytes + 64 + this.random.int(this.flash.sectorBytes - 64);
      this.flash.stickBit(offset, this.random.int(8), this.random.pick([0, 1]));
    }
  }

  #planCut(within: number | undefined): void {
    const { cut } = this.#interference;
    if (cut === undefined || within === undefined || this.cuts * this.flash.sectorBytes > CUT_BYTES) return;
    this.flash.planCut({ operation: 1 + this.random.int(within), at: cut === "byte" ? this.random.int(96) : cut });
  }

  #attempt(entry: Written): WriteAnswer {
    try {
      const seq = this.journal.append(entry.payload, entry.rank);
      if (seq !== entry.seq) throw new Error(`record ${seq} instead of ${entry.seq}`);
      return "written";
    } catch (error) {
      if (error instanceof PowerCut) this.cuts++;
      if (error instanceof PowerCut) return "cut";
      if (error instanceof JournalFullError) return "full";
      if (error instanceof JournalFaultError && this.#interference.fault !== undefined) return "fault";
      throw error;
    }
  }

  /**
   * Boots, more cuts on the way, until an append has settled what was in flight. `tails`: what may be there behind the list.
   * What one boot reads is promised once that boot has appended, and not before.
   */
  #recover(tails: (readonly Written[])[]): void {
    for (let again = 0; ; again++) {
      this.flash.powerOn();
      this.flash.planCut(undefined);
      this.journal = this.#boot();
      const tail = this.#tailOf(tails);
      this.journal.acknowledge(this.acknowledged);
      const seq = this.journal.nextSeq;
      const marker = { seq, payload: payloadFor(seq + this.cuts, 9), rank: "vital" as const };
      this.#planCut(again < CUTS_IN_A_ROW ? 6 : undefined);
      const answer = this.#attempt(marker);
      if (answer === "cut") {
        tails.push([...tail, marker]);
        continue;
      }
      this.flash.planCut(undefined);
      this.list.push(...tail);
      if (answer === "written") this.list.push(marker);
      this.reboot();
      return;
    }
  }

  /** Which of `tails` stands behind the list on flash. */
  #tailOf(tails: readonly (readonly Written[])[]): readonly Written[] {
    const kept = this.list.slice(-TAIL).filter(({ seq }) => seq >= this.journal.oldestSeq);
    const found = readAll(this.journal, kept[0]?.seq ?? this.list.length + 1);
    for (const [i, entry] of kept.entries()) {
      if (found[i] === undefined) throw new Error(`record ${entry.seq} is lost`);
      requireSame(found[i], entry);
    }
    const behind = found.slice(kept.length);
    const tail = tails.find(
      (one) => one.length === behind.length && one.every((entry, i) => isSame(entry, behind[i]!)),
    );
    if (tail === undefined) throw new Error(`records ${behind.map(({ seq }) => seq)} from nowhere`);
    if (this.journal.nextSeq !== this.list.length + tail.length + 1) throw new Error(`nextSeq ${this.journal.nextSeq}`);
    return tail;
  }
}

function isSame(a: TrialEntry, b: TrialEntry): boolean {
  return a.seq === b.seq && sameBytes(a.payload, b.payload);
}

function requireSame(found: TrialEntry, wanted: TrialEntry): void {
  if (!isSame(found, wanted))
    throw new Error(`record ${wanted.seq} is wrong: ${found.seq}, ${found.payload.length} bytes`);
}
