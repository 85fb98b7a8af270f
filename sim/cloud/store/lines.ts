import type {
  EmergencyEntry,
  EventEntry,
  ExchangeEntry,
  ExchangeStatus,
  GapEntry,
  NoticeEntry,
  Source,
} from "../state.js";

/**
 * One thing that is told once and stays: what only grows. Each record of a box leaves exactly one line under its own place in the
 * journal, `part` 0; what the cloud concludes without a record of its own (an exchange that can no longer be told) is `part` 1
 * of the line that it is about.
 */
export type Line = { readonly source: Source; readonly part: 0 | 1 } & Telling;

export type Telling =
  | { readonly kind: "exchange"; readonly entry: ExchangeEntry }
  /** How the exchange whose intent is `of`, of the same box and epoch, ended. */
  | { readonly kind: "settled"; readonly of: number; readonly status: ExchangeStatus }
  | { readonly kind: "emergency"; readonly entry: EmergencyEntry }
  /** The whole entry as it is from now on. */
  | { readonly kind: "emergencyNow"; readonly entry: EmergencyEntry }
  | { readonly kind: "event"; readonly entry: EventEntry }
  | { readonly kind: "gap"; readonly entry: GapEntry }
  /** No box said this: an alert began, ended, or somebody has taken it on. Under an epoch of its own. */
  | { readonly kind: "notice"; readonly entry: NoticeEntry };

/** A line and its place: places grow in the order in which lines are committed. */
export interface Placed {
  readonly at: number;
  readonly line: Line;
}

/** What is read together, box by box: the log that people read, the supply, everything else. */
export type LineStream = "log" | "power" | "event";
export type LogEntry = ExchangeEntry | EmergencyEntry;

export function streamOf(line: Telling): LineStream {
  if (line.kind === "event") return line.entry.kind === "power" ? "power" : "event";
  return line.kind === "gap" || line.kind === "notice" ? "event" : "log";
}

/** Whether the line begins an entry; the others change one that is there. */
export function isBirth(line: Telling): line is Exclude<Telling, { kind: "settled" | "emergencyNow" }> {
  return line.kind !== "settled" && line.kind !== "emergencyNow";
}

/** The entry that a line begins or changes, one in the box. */
export function entryOf(line: Line): string {
  if (line.kind === "settled") return `${line.source.epoch}/${line.of}`;
  return line.kind === "emergencyNow"
    ? `${line.entry.epoch}/${line.entry.seq}`
    : `${line.source.epoch}/${line.source.seq}`;
}

/** The entry that `birth` began, after the newest line that changes it. */
export function entryAfter(
  birth: Extract<Telling, { kind: "exchange" | "emergency" }>,
  change: Telling | undefined,
): LogEntry {
  if (change?.kind === "emergencyNow") return change.entry;
  if (change?.kind === "settled" && birth.kind === "exchange") return { ...birth.entry, status: change.status };
  return birth.entry;
}

/** The newest of one stream of one box. */
export interface Newest<T> {
  /** The oldest of them first, in the order in which they began. */
  readonly entries: readonly T[];
  /** So many are older than those. */
  readonly older: number;
}

/** Everything that was ever told, each kind in the order in which it came: for trials and copies, it reads all of it. */
export interface WholeLog {
  readonly exchanges: ExchangeEntry[];
  readonly emergencies: EmergencyEntry[];
  readonly events: EventEntry[];
  readonly gaps: GapEntry[];
  readonly notices: NoticeEntry[];
}

/** Takes lines in the order in which they came and puts the whole together. */
export class Gatherer implements WholeLog {
  readonly exchanges: ExchangeEntry[] = [];
  readonly emergencies: EmergencyEntry[] = [];
  readonly events: EventEntry[] = [];
  readonly gaps: GapEntry[] = [];
  readonly notices: NoticeEntry[] = [];
  /** Where the entries are that a line may still change. */
  readonly #open = new Map<string, number>();

  take(line: Line): void {
    const id = `${line.source.box}/${entryOf(line)}`;
    if (line.kind === "exchange") this.#open.set(id, this.exchanges.push({ ...line.entry }) - 1);
    else if (line.kind === "emergency") this.#open.set(id, this.emergencies.push(line.entry) - 1);
    else if (line.kind === "event") this.events.push(line.entry);
    else if (line.kind === "gap") this.gaps.push(line.entry);
    else if (line.kind === "notice") this.notices.push(line.entry);
    else this.#change(line, id);
  }

  #change(line: Extract<Line, { kind: "settled" | "emergencyNow" }>, id: string): void {
    const place = this.#open.get(id);
    if (place === undefined) return;
    if (line.kind === "emergencyNow") this.emergencies[place] = line.entry;
    else {
      this.exchanges[place] = { ...this.exchanges[place]!, status: line.status };
      this.#open.delete(id);
    }
  }
}

/** The lines that tell a whole log anew, in an order that keeps that of each kind. */
export function* linesOf({ exchanges, emergencies, events, gaps, notices }: WholeLog): Iterable<Line> {
  const at = ({ box, epoch, seq }: Source): Pick<Line, "source" | "part"> => ({ source: { box, epoch, seq }, part: 0 });
  for (const entry of exchanges) yield { ...at(entry), kind: "exchange", entry };
  for (const entry of emergencies) yield { ...at(entry), kind: "emergency", entry };
  for (const entry of events) yield { ...at(entry), kind: "event", entry };
  for (const entry of gaps) {
    yield { source: { box: entry.box, epoch: entry.epoch, seq: entry.from }, part: 0, kind: "gap", entry };
  }
  for (const entry of notices) yield { ...at(entry), kind: "notice", entry };
}
