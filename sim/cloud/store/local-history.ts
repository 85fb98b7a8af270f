import type { History, LogReader } from "./engine.js";
import type { LogEntry, Newest, Placed } from "./lines.js";

/** The log of an engine on this machine, for readers that can wait. */
export class LocalHistory implements History {
  readonly #log: LogReader;

  constructor(log: LogReader) {
    this.#log = log;
  }

  async box(box: string, last: number): Promise<Newest<LogEntry>> {
    return this.#log.box(box, last);
  }

  async after(after: number, most: number): Promise<readonly Placed[]> {
    return this.#log.after(after, most);
  }

  async newest(): Promise<number> {
    return this.#log.newestPlace;
  }
}
