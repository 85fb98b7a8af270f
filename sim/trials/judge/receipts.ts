import type { Machine } from "../../world/machine/machine.js";
import { Command, Kind } from "../journal-reader/records.js";
import { readJournal } from "./box-memory.js";
import type { CloudRecord } from "./cloud-record.js";

/** What the box has receipted of the cloud's commands, read from its flash, and what it must know by that. */
export class Receipts {
  readonly #machine: Machine;
  readonly #ids = new Set<number>();
  /** By bin: the receipt of the last command about it, if that was to take it out of service. */
  readonly #disabledBy = new Map<number, number>();
  /** By bin: the newest record that let an emergency code open it. */
  readonly #emergencies = new Map<number, number>();
  /** Sheets that came into force, each closing those below it, and by which record. */
  readonly #sheets: { readonly seq: number; readonly sheet: number }[] = [];
  #nextSeq = 1;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  has(id: number): boolean {
    this.#readOn();
    return this.#ids.has(id);
  }

  /**
   * Whether the box knew, before it wrote the record `seq`, that the bin is out of service, and the cloud has not changed its mind since.
   * Where only a snapshot told the box so: no. The judge never asks for more than the box can know.
   */
  isShut(bin: number, seq: number, cloud: CloudRecord): boolean {
    this.#readOn();
    const isEnabled = cloud.box(this.#machine.name).bins[bin]?.enabled ?? true;
    return !isEnabled && (this.#disabledBy.get(bin) ?? Number.POSITIVE_INFINITY) < seq;
  }

  /** The sheet that was in force, by the box's own records, when it let an emergency code open the bin: codes of older ones are void. */
  sheetFor(bin: number): number {
    this.#readOn();
    const seq = this.#emergencies.get(bin) ?? 0;
    return this.#sheets.findLast((one) => one.seq < seq)?.sheet ?? 1;
  }

  /** There is another cloud. Commands on their way may be lost with the one before: what is in service now counts from here on. */
  cloudIs(cloud: CloudRecord): void {
    this.#readOn();
    for (const [bin, { enabled }] of cloud.box(this.#machine.name).bins.entries()) {
      if (enabled) this.#disabledBy.delete(bin);
    }
  }

  #readOn(): void {
    for (const { seq, record } of readJournal(this.#machine.flash.journal, this.#nextSeq)) {
      this.#nextSeq = seq + 1;
      if (record === undefined) continue;
      if (record.kind === Kind.emergency && record.bin !== undefined) this.#emergencies.set(record.bin, seq);
      if (record.sheet !== undefined && record.sheet > (this.#sheets.at(-1)?.sheet ?? 1)) {
        this.#sheets.push({ seq, sheet: record.sheet });
      }
      if (record.kind !== Kind.command) continue;
      this.#ids.add(record.id!);
      if (record.bin === undefined) continue;
      if (record.command === Command.disableBin) this.#disabledBy.set(record.bin, seq);
      else if (record.command === Command.enableBin) this.#disabledBy.delete(record.bin);
    }
  }
}
