import { CloudError } from "../domain.js";
import type { CloudDocument, EventEntry } from "../state.js";
import { emptyDocument } from "./document.js";
import type { Group, History, LogReader, StoreEngine } from "./engine.js";
import { type AnyFormat, opened } from "./formats.js";
import { Gatherer, type Line, type LogEntry, linesOf, type Newest, type Placed, type WholeLog } from "./lines.js";
import { LocalHistory } from "./local-history.js";

/** Nothing outlives the process: for virtual worlds, and for whoever makes an organisation before there is a place to keep it. */
export class MemoryEngine implements StoreEngine {
  readonly document: CloudDocument;
  readonly log = new MemoryLog();
  readonly history: History = new LocalHistory(this.log);

  /** `copy`: everything, as `CloudStore.data` was, of this or an older format. Throws CloudError for another format. */
  constructor(copy?: AnyFormat) {
    const { document, log } = copy === undefined ? { document: emptyDocument(), log: undefined } : opened(copy);
    this.document = document;
    if (log !== undefined) for (const line of linesOf(log)) this.log.take(line);
  }

  commit(group: Group, done: (error?: Error) => void): void {
    for (const line of group.lines) this.log.take(line);
    done();
  }

  async edit(lines: readonly Placed[]): Promise<void> {
    this.log.edit(lines);
  }

  /** Nothing is kept of what was before. */
  async forget(): Promise<void> {}

  close(): void {}
}

class MemoryLog implements LogReader {
  #all = new Gatherer();
  readonly #lines: Line[] = [];
  /** Epochs of a box in the order in which they were first told of. */
  readonly #epochs = new Map<string, string[]>();

  take(line: Line): void {
    const { box, epoch } = line.source;
    const epochs = this.#epochs.get(box) ?? [];
    if (!epochs.includes(epoch)) this.#epochs.set(box, [...epochs, epoch]);
    this.#all.take(line);
    this.#lines.push(line);
  }

  edit(lines: readonly Placed[]): void {
    for (const { at, line } of lines) this.#lines[at - 1] = line;
    this.#all = new Gatherer();
    for (const line of this.#lines) this.#all.take(line);
  }

  get end(): number {
    return this.#lines.length;
  }

  get newestPlace(): number {
    return this.#lines.length;
  }

  after(after: number, most: number): readonly Placed[] {
    if (after > this.#lines.length) throw new CloudError(`the log has no line at ${after}: begin with another`);
    return this.#lines.slice(after, after + most).map((line, i) => ({ at: after + i + 1, line }));
  }

  box(box: string, last = Number.POSITIVE_INFINITY): Newest<LogEntry> {
    const epochs = this.#epochs.get(box) ?? [];
    const { exchanges, emergencies } = this.#all;
    const ofBox = [...exchanges, ...emergencies].filter((entry) => entry.box === box);
    ofBox.sort((a, b) => epochs.indexOf(a.epoch) - epochs.indexOf(b.epoch) || a.seq - b.seq);
    return newest(ofBox, last);
  }

  power(box: string, last = Number.POSITIVE_INFINITY): Newest<EventEntry> {
    return newest(
      this.#all.events.filter((event) => event.box === box && event.kind === "power"),
      last,
    );
  }

  whole(): WholeLog {
    return this.#all;
  }
}

function newest<T>(all: readonly T[], last: number): Newest<T> {
  const entries = all.slice(Math.max(0, all.length - last));
  return { entries, older: all.length - entries.length };
}
