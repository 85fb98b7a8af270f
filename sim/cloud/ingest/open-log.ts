import type { EmergencyEntry, ExchangeEntry, OpenEntries, Source } from "../state.js";
import type { CloudStore } from "../store.js";

/** Emergency openings of a box that a later record may still be about: an outcome comes long before so many others have begun. */
const EMERGENCIES_MAX = 16;

/** The entries that a later record may still change. They are part of the box's state, and bounded; the log itself only grows. */
export class OpenLog {
  readonly #store: CloudStore;

  constructor(store: CloudStore) {
    this.#store = store;
  }

  /** Those that are pending, the oldest first. */
  exchanges(box: string): readonly ExchangeEntry[] {
    return [...this.#of(box).exchanges];
  }

  /** The newest, pending or not. */
  emergencies(box: string): readonly EmergencyEntry[] {
    return this.#of(box).emergencies.map(({ entry }) => entry);
  }

  /** The one whose intent is the record `of` of the same box and epoch. */
  exchange({ box, epoch }: Source, of: number): ExchangeEntry | undefined {
    return this.#of(box).exchanges.find((entry) => entry.seq === of && entry.epoch === epoch);
  }

  /** The one to which the record `of` of the same box and epoch belongs. */
  emergency({ box, epoch }: Source, of: number): EmergencyEntry | undefined {
    return this.#of(box).emergencies.findLast(({ entry, seqs }) => entry.epoch === epoch && seqs.includes(of))?.entry;
  }

  /** Answers those that nobody will tell the end of: a box ends one exchange before it begins the next, and that record is missing. */
  begun(entry: ExchangeEntry): readonly ExchangeEntry[] {
    const open = this.#of(entry.box);
    const before = open.exchanges;
    open.exchanges = [...before, entry];
    return before;
  }

  ended(entry: ExchangeEntry): void {
    const open = this.#of(entry.box);
    open.exchanges = open.exchanges.filter((one) => one !== entry);
  }

  /** The record belongs to the entry from now on. */
  belongs({ box, seq }: Source, entry: EmergencyEntry): void {
    const open = this.#of(box);
    const there = open.emergencies.find((one) => one.entry === entry);
    if (there !== undefined) there.seqs.push(seq);
    else open.emergencies = [...open.emergencies, { entry, seqs: [seq] }].slice(-EMERGENCIES_MAX);
  }

  #of(box: string): OpenEntries {
    const state = this.#store.boxState(box);
    state.open ??= { exchanges: [], emergencies: [] };
    return state.open;
  }
}
