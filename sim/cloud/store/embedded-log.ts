import { CloudError } from "../domain.js";
import type { EventEntry } from "../state.js";
import type { Change, LogReader } from "./engine.js";
import {
  entryAfter,
  entryOf,
  Gatherer,
  isBirth,
  type Line,
  type LineStream,
  type LogEntry,
  type Newest,
  type Placed,
  streamOf,
  type Telling,
  type WholeLog,
} from "./lines.js";
import type { LogEdits } from "./log-edits.js";
import { ITEM_HEADER_BYTES, type Item, type LogFile } from "./log-file.js";

/** Of one stream of one box: where its newest line is, and how many entries it has. */
type Head = readonly [at: number, entries: number];

/** What has to be known of a log to go on with it. Of each box three places, however many records it has. */
export interface LogState {
  /** Of this log and no other. */
  readonly id: string;
  /** Where the next group comes. */
  end: number;
  readonly heads: Record<string, Partial<Record<LineStream, Head>>>;
}

/** Items that one plan changes. */
const EDITS_A_PLAN = 500;
/** Others come after so many items. */
const ITEMS_A_TURN = 1_000;

const NONE: Head = [-1, 0];
/** First bytes of the kinds of items. */
const ID = 0x49;
const LINE = 0x4c;
const CHANGE = 0x44;

export const IdItem = {
  encode: (id: string): Buffer => Buffer.from(`I${id}`),
};

/** A part of the document that is another from now on. */
export const ChangeItem = {
  encode: ({ key, json }: Change): Buffer => Buffer.from(`D${key}\n${json ?? ""}`),
  /** As long as `body`; undefined: the name does not stand in it. */
  without(body: Buffer, name: string): Buffer | undefined {
    const text = JSON.stringify(name);
    if (body[0] !== CHANGE || !body.includes(text)) return undefined;
    const next = Buffer.from(body.toString("utf8").replaceAll(text, '""'));
    return Buffer.concat([next, Buffer.alloc(body.length - next.length, " ")]);
  },
  decode(body: Buffer): Change | undefined {
    if (body[0] !== CHANGE) return undefined;
    const end = body.indexOf("\n");
    const json = body.toString("utf8", end + 1);
    return { key: body.toString("utf8", 1, end), json: json === "" ? undefined : json };
  },
};

/** A line, and where the one before it in its box's stream is: a box's newest are found without reading those of others. */
const LineItem = {
  encode: (line: Line, before: number): Buffer => Buffer.from(`L${before}\n${JSON.stringify(shortened(line))}`),
  /** As long as `body`, which has blanks at its end then. Throws CloudError for a line that is longer. */
  inPlaceOf(body: Buffer, line: Line): Buffer {
    const next = LineItem.encode(line, LineItem.decode(body)!.before);
    if (next.length > body.length) throw new CloudError("a line of the log cannot become longer");
    return Buffer.concat([next, Buffer.alloc(body.length - next.length, " ")]);
  },
  decode(body: Buffer): { readonly line: Line; readonly before: number } | undefined {
    if (body[0] !== LINE) return undefined;
    const end = body.indexOf("\n");
    const line = JSON.parse(body.toString("utf8", end + 1)) as Partial<Line> & Telling;
    return { line: lengthened(line), before: Number(body.toString("latin1", 1, end)) };
  },
};

/** The entry of a record says itself where it comes from. */
function shortened(line: Line): Line | Telling {
  if (line.part !== 0 || !isBirth(line) || line.kind === "gap") return line;
  const { source: _source, part: _part, ...telling } = line;
  return telling;
}

function lengthened(line: Partial<Line> & Telling): Line {
  if (line.source !== undefined) return line as Line;
  const { box, epoch, seq } = (line as Extract<Telling, { kind: "event" }>).entry;
  return { ...line, source: { box, epoch, seq }, part: 0 } as Line;
}

/** The lines in a log's file, read by ranges. */
export class EmbeddedLog implements LogReader {
  readonly #file: LogFile;
  readonly #edits: LogEdits | undefined;
  readonly state: LogState;

  /** `edits`: absent where nobody edits it. */
  constructor(file: LogFile, state: LogState, edits?: LogEdits) {
    this.#edits = edits;
    this.#file = file;
    this.state = state;
    state.end = file.end;
  }

  /** Of a file that has nothing in it but its id. */
  static empty(file: LogFile, edits?: LogEdits): EmbeddedLog {
    return new EmbeddedLog(file, { id: idOf(file) ?? "", end: file.end, heads: {} }, edits);
  }

  /** Throws CloudError where the file is another than the one of which `id` was noted. */
  checkId(id: string, name: string): void {
    if (idOf(this.#file) === id) return;
    throw new CloudError(`${name} is the log of another database: put both back from the same copy`);
  }

  /** Takes a line into account that is in the file. */
  static note(state: LogState, { at, body }: Item): void {
    const line = LineItem.decode(body)?.line;
    if (line === undefined) return;
    const moved = new MovedHeads(state);
    moved.advance(line, at);
    moved.keep();
  }

  /** Durable when it returns. When it throws, nothing has changed. */
  append(lines: readonly Line[], changes: readonly Change[]): void {
    const moved = new MovedHeads(this.state);
    const bodies: Buffer[] = [];
    let at = this.#file.end;
    for (const line of lines) {
      const body = LineItem.encode(line, moved.of(line)[0]);
      moved.advance(line, at);
      at += ITEM_HEADER_BYTES + body.length;
      bodies.push(body);
    }
    this.#file.append([...bodies, ...changes.map(ChangeItem.encode)]);
    moved.keep();
    this.state.end = this.#file.end;
  }

  /** Each line keeps its place, and what it is chained to. */
  edit(lines: readonly Placed[]): void {
    const edits = lines.map(({ at, line }) => {
      const before = this.#file.item(at);
      return { at, body: LineItem.inPlaceOf(before, line) };
    });
    this.#edits!.apply(edits);
  }

  /** In parts of the document as they were, that name is empty: what is newer says what is so now. */
  async forget(name: string): Promise<void> {
    let edits: Item[] = [];
    let items = 0;
    for (const { at, body } of this.#file.items()) {
      if (++items % ITEMS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      const next = ChangeItem.without(body, name);
      if (next !== undefined) edits.push({ at, body: next });
      if (edits.length < EDITS_A_PLAN) continue;
      this.#edits!.apply(edits);
      edits = [];
    }
    if (edits.length > 0) this.#edits!.apply(edits);
  }

  box(box: string, last = Number.POSITIVE_INFINITY): Newest<LogEntry> {
    const changes = new Map<string, Telling>();
    return this.#newest(box, "log", last, (line) => {
      const id = entryOf(line);
      if (line.kind === "exchange" || line.kind === "emergency") return entryAfter(line, changes.get(id));
      if (!changes.has(id)) changes.set(id, line);
      return undefined;
    });
  }

  power(box: string, last = Number.POSITIVE_INFINITY): Newest<EventEntry> {
    return this.#newest(box, "power", last, (line) => (line.kind === "event" ? line.entry : undefined));
  }

  get end(): number {
    return this.state.end;
  }

  get newestPlace(): number {
    let newest = 0;
    for (const streams of Object.values(this.state.heads)) {
      for (const head of Object.values(streams)) newest = Math.max(newest, head[0]);
    }
    return newest;
  }

  /** A place is where the line's item begins; the log's id lies at 0. */
  after(after: number, most: number): readonly Placed[] {
    const isPlace = after === 0 || (after < this.state.end && LineItem.decode(this.#file.item(after)) !== undefined);
    if (!isPlace) throw new CloudError(`the log has no line at byte ${after}: begin with another`);
    const lines: Placed[] = [];
    for (const { at, body } of this.#file.items(after)) {
      if (lines.length === most) break;
      const line = at === after ? undefined : LineItem.decode(body)?.line;
      if (line !== undefined) lines.push({ at, line });
    }
    return lines;
  }

  whole(): WholeLog {
    const all = new Gatherer();
    for (const { body } of this.#file.items()) {
      const line = LineItem.decode(body)?.line;
      if (line !== undefined) all.take(line);
    }
    return all;
  }

  /** Backwards from the newest. `entryIn` answers what a line began, as it is now, or undefined. */
  #newest<T>(box: string, stream: LineStream, last: number, entryIn: (line: Line) => T | undefined): Newest<T> {
    const [newest, count] = this.state.heads[box]?.[stream] ?? NONE;
    const entries: T[] = [];
    for (let at = newest; at >= 0 && entries.length < last; ) {
      const found = LineItem.decode(this.#file.item(at));
      if (found === undefined) throw new CloudError(`the log has no line at byte ${at}: put it back from a copy`);
      const entry = entryIn(found.line);
      if (entry !== undefined) entries.push(entry);
      at = found.before;
    }
    return { entries: entries.reverse(), older: count - entries.length };
  }
}

/** Heads as they will be once a group is in the file. */
class MovedHeads {
  readonly #state: LogState;
  readonly #moved = new Map<string, { readonly box: string; readonly stream: LineStream; readonly head: Head }>();

  constructor(state: LogState) {
    this.#state = state;
  }

  of(line: Line): Head {
    const { box } = line.source;
    const stream = streamOf(line);
    return this.#moved.get(`${box}/${stream}`)?.head ?? this.#state.heads[box]?.[stream] ?? NONE;
  }

  advance(line: Line, at: number): void {
    const { box } = line.source;
    const stream = streamOf(line);
    const head: Head = [at, this.of(line)[1] + (isBirth(line) ? 1 : 0)];
    this.#moved.set(`${box}/${stream}`, { box, stream, head });
  }

  keep(): void {
    for (const { box, stream, head } of this.#moved.values()) {
      this.#state.heads[box] ??= {};
      this.#state.heads[box][stream] = head;
    }
  }
}

function idOf(file: LogFile): string | undefined {
  for (const { body } of file.items()) return body[0] === ID ? body.toString("latin1", 1) : undefined;
  return undefined;
}
