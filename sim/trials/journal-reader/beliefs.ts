import { Belief, Command, Door, Exchange, Fault, type FlashRecord, Kind, Result, Target } from "./records.js";

export type Thing = { readonly key: number } | { readonly fob: string };

/** What a box holds of a bin, and the record that told it. `same`: about what the snapshot names. */
export interface Believed {
  readonly belief: number;
  readonly seq: number;
  readonly item: Thing | "same" | undefined;
}

/** Bins that a record can name. */
const BINS = 200;

/**
 * What the records of a box say of its bins, taken in order: the rules of firmware/exchange/README.md and firmware/codes/SPEC.md,
 * written a second time.
 */
export class Beliefs {
  /** By bin, where something happened since the snapshot. */
  readonly bins = new Map<number, Believed>();
  readonly faulty = new Set<number>();
  readonly enabled = new Map<number, { readonly isEnabled: boolean; readonly seq: number }>();
  snapshot: { readonly version: number; readonly slot: number; readonly asOf: number } | undefined;
  /** Of offline codes, in force. */
  sheet = 1;
  /** The exchange that is not over. */
  exchange: (FlashRecord & { readonly seq: number }) | undefined;
  /** The emergency opening that is not over, and what was believed of its bin before. */
  opening: { readonly seq: number; readonly bin: number; readonly before: Believed | undefined } | undefined;
  /** The record that began the run through all bins. */
  run: number | undefined;

  /** Nobody knows: a record or a checkpoint of a later firmware was about that bin, or about any. */
  doubt(seq: number, bin?: number): void {
    if (bin === undefined) {
      for (let each = 0; each < BINS; each++) this.doubt(seq, each);
      return;
    }
    const had = this.bins.get(bin);
    if (this.exchange?.bin === bin) this.exchange = { ...this.exchange, contested: 1 };
    this.bins.set(bin, { belief: Belief.doubt, seq, item: had === undefined ? "same" : had.item });
  }

  take(seq: number, record: FlashRecord): void {
    const { kind, bin, event } = record;
    if (kind === Kind.intent) {
      // How the one before ended is not on record.
      if (this.exchange !== undefined) this.#exchanged(seq, this.exchange, Result.unconfirmed);
      this.exchange = { ...record, seq };
    }
    const { exchange } = this;
    if (kind === Kind.outcome && exchange?.seq === record.of) this.#exchanged(seq, exchange!, record.result!);
    if (kind === Kind.emergency) this.#emergency(seq, record);
    if (kind === Kind.emergencyOutcome) this.#emergencyOver(seq, record);
    if (kind === Kind.door && event === Door.unexpected) this.doubt(seq, bin!);
    if (kind === Kind.binFault && event === Fault.cleared) this.faulty.delete(bin!);
    if (kind === Kind.binFault && event !== Fault.cleared) this.faulty.add(bin!);
    if (kind === Kind.binChecked) this.#checked(seq, record);
    if (kind === Kind.binKept) this.#put(seq, bin!, record.belief!, thingOf(record));
    if (kind === Kind.snapshotApplied) this.#applied(record);
    if (kind === Kind.command) this.#commanded(seq, record);
  }

  #put(seq: number, bin: number, belief: number, item?: Thing): void {
    this.bins.set(bin, { belief, seq, item });
  }

  #exchanged(seq: number, intent: FlashRecord, result: number): void {
    this.exchange = undefined;
    if (result === Result.notOpened) return;
    const item = thingOf(intent);
    const isSure = result !== Result.unconfirmed && item !== undefined && intent.contested === undefined;
    const seen = intent.exchange === Exchange.pickup ? Belief.taken : Belief.holds;
    this.#put(seq, intent.bin!, isSure ? seen : Belief.doubt, item);
    if (result !== Result.done) return;
    if (intent.from !== undefined && intent.from !== intent.bin) this.#put(seq, intent.from, Belief.doubt, item);
    if (intent.freed !== undefined && intent.freed !== intent.bin) this.#put(seq, intent.freed, Belief.empty);
  }

  #emergency(seq: number, { target, of, bin, stockTake, sheet }: FlashRecord): void {
    const isStep = target === Target.all && of !== undefined && bin !== undefined;
    if (!isStep) {
      this.#close(sheet!);
      if (target === Target.all && stockTake === undefined) this.run = seq;
    }
    if (bin === undefined) return;
    this.opening = { seq, bin, before: this.bins.get(bin) };
    this.doubt(seq, bin);
  }

  #emergencyOver(seq: number, { of, bin, result }: FlashRecord): void {
    if (of === this.run && bin === undefined) {
      this.run = undefined;
      return;
    }
    const { opening } = this;
    if (opening === undefined || opening.seq !== of) return;
    this.opening = undefined;
    // A door that never opened changed nothing; a snapshot that came meanwhile, or what somebody said, stands.
    if (result !== Result.notOpened || this.bins.get(opening.bin)?.seq !== opening.seq) return;
    if (opening.before === undefined) this.bins.delete(opening.bin);
    else this.bins.set(opening.bin, { ...opening.before, seq });
  }

  #checked(seq: number, record: FlashRecord): void {
    const item = thingOf(record);
    if (record.doubt === undefined) this.#put(seq, record.bin!, item === undefined ? Belief.empty : Belief.holds, item);
    else if (item === undefined) this.doubt(seq, record.bin!);
    else this.#put(seq, record.bin!, Belief.doubt, item);
  }

  #applied({ version, slot, asOf, sheet }: FlashRecord): void {
    this.snapshot = { version: version!, slot: slot!, asOf: asOf! };
    for (const [bin, { seq }] of this.bins) if (seq <= asOf!) this.bins.delete(bin);
    for (const [bin, { seq }] of this.enabled) if (seq <= asOf!) this.enabled.delete(bin);
    this.#close(sheet!);
  }

  #close(sheet: number): void {
    if (sheet <= this.sheet) return;
    this.sheet = sheet;
    this.run = undefined;
  }

  #commanded(seq: number, { command, bin, sheet }: FlashRecord): void {
    if (command === Command.closeSheets) this.#close(sheet ?? 0);
    if (bin === undefined || (command !== Command.enableBin && command !== Command.disableBin)) return;
    this.enabled.set(bin, { isEnabled: command === Command.enableBin, seq });
    if (command === Command.enableBin) this.faulty.delete(bin);
  }
}

function thingOf({ key, fob }: FlashRecord): Thing | undefined {
  if (key !== undefined) return { key };
  return fob === undefined ? undefined : { fob };
}
