/**
 * What the cloud has, as the judge reads it: from the text that the cloud commits and by the words of its documents
 * (`sim/cloud/state.ts`, `sim/cloud/store/lines.ts`), with nothing of its code. What the cloud only holds in memory, and what it
 * makes of what it has, counts for nothing here.
 */

export interface Key {
  readonly id: number;
  readonly fob?: string;
  readonly code?: string;
}

export type Schedule =
  | { readonly kind: "ongoing" }
  | { readonly kind: "scheduled"; readonly start: string; readonly end: string; readonly zone: string };

export interface Access {
  readonly user: number;
  readonly key: number;
  readonly code: string;
  readonly schedule: Schedule;
}

export interface Box {
  readonly id: string;
  readonly location: number;
  /** Keys of the box, hexadecimal. */
  readonly sealingKey: string;
  readonly codesKey: string;
  readonly bins: readonly { readonly label: string; readonly enabled: boolean }[];
}

export interface Organisation {
  readonly locations: readonly { readonly id: number; readonly timeZone: string }[];
  readonly boxes: readonly Box[];
  readonly keys: readonly Key[];
  readonly users: readonly { readonly id: number; readonly badge?: string }[];
  readonly accesses: readonly Access[];
}

interface Place {
  readonly box: string;
  readonly epoch: string;
  readonly seq: number;
}

export interface ExchangeEntry extends Place {
  readonly exchange: number;
  readonly bin: number;
  readonly binLabel: string;
  readonly key?: number;
  readonly fob?: string;
  status: string;
}

export interface EmergencyEntry extends Place {
  readonly bins: readonly { readonly bin: number; readonly status: string }[];
}

interface BinRow {
  readonly belief: "holds" | "taken" | "doubt";
  /** `key:` and its number, or `fob:` and its serial. */
  readonly item?: string;
  readonly told: number;
  readonly at?: number;
}

/** What is committed of the document: by key, `TABLE/ROW` or `FIELD`, its JSON; without: it is gone. */
export interface Change {
  readonly key: string;
  readonly json: string | undefined;
}

type Tables = "bins" | "alerts";
const TABLES: readonly Tables[] = ["bins", "alerts"];

export class CloudRecord {
  readonly exchanges: ExchangeEntry[] = [];
  readonly emergencies: EmergencyEntry[] = [];
  readonly #tables: Readonly<Record<Tables, Map<string, unknown>>> = {
    bins: new Map(),
    alerts: new Map(),
  };
  /** By id, as JSON: they change with each message, and are read now and then. */
  readonly #boxes = new Map<string, string>();
  #organisation = '{"locations":[],"boxes":[],"keys":[],"users":[],"accesses":[]}';
  #read: Organisation | undefined;

  /** `copy`: the text of the database that the cloud begins with, where it does not begin empty. */
  constructor(copy?: string) {
    if (copy === undefined) return;
    const all = JSON.parse(copy) as Record<string, unknown>;
    this.#organisation = JSON.stringify(all.organisation);
    for (const [id, box] of Object.entries(all.boxes ?? {})) this.#boxes.set(id, JSON.stringify(box));
    for (const name of TABLES) {
      for (const [row, value] of Object.entries(all[name] ?? {})) this.#tables[name].set(row, value);
    }
    this.exchanges.push(...((all.exchanges ?? []) as ExchangeEntry[]));
    this.emergencies.push(...((all.emergencies ?? []) as EmergencyEntry[]));
  }

  /** Something was committed: `lines`, JSON of what the log grew by, and what changed of the document. */
  committed(lines: string, changes: readonly Change[]): void {
    for (const line of JSON.parse(lines) as Line[]) this.#line(line);
    for (const { key, json } of changes) this.#change(key, json);
  }

  get organisation(): Organisation {
    this.#read ??= JSON.parse(this.#organisation) as Organisation;
    return this.#read;
  }

  /** Throws where the organisation has no such box. */
  box(id: string): Box {
    const found = this.organisation.boxes.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the cloud has no box ${id}`);
    return found;
  }

  key(id: number | undefined): Key | undefined {
    return this.organisation.keys.find((one) => one.id === id);
  }

  /** Whether the cloud says of a box that it is connected. */
  isOnline(box: string): boolean {
    const json = this.#boxes.get(box);
    return json !== undefined && (JSON.parse(json) as { readonly online?: boolean }).online === true;
  }

  /** Ids of what the cloud tells people about a box, such as `silent/MS5-PARIS`. */
  alertsOf(box: string): readonly string[] {
    const all = [...this.#tables.alerts.values()] as { readonly id: string; readonly box: string }[];
    return all.filter((alert) => alert.box === box).map(({ id }) => id);
  }

  /**
   * What the cloud believes of a bin. No row: surely nothing. Where two bins should hold one thing, only the one told of last does:
   * by clocks that were both set by the cloud, else by the order in which it was told.
   */
  content(box: string, bin: number): { readonly belief: BinRow["belief"] | "empty"; readonly item?: string } {
    const row = this.#tables.bins.get(`${box}/${bin}`) as BinRow | undefined;
    if (row === undefined) return { belief: "empty" };
    const rivals = ([...this.#tables.bins.values()] as BinRow[]).filter(
      (other) => other !== row && other.belief === "holds" && other.item === row.item,
    );
    const isOutdone = row.belief === "holds" && row.item !== undefined && rivals.some((other) => isLater(other, row));
    return { belief: isOutdone ? "doubt" : row.belief, ...(row.item !== undefined && { item: row.item }) };
  }

  #line(line: Line): void {
    if (line.kind === "exchange") this.exchanges.push(line.entry);
    else if (line.kind === "emergency") this.emergencies.push(line.entry);
    else if (line.kind === "settled") {
      const { box, epoch } = line.source;
      const of = (one: ExchangeEntry) => one.box === box && one.epoch === epoch && one.seq === line.of;
      const settled = this.exchanges.findLast(of);
      if (settled !== undefined) settled.status = line.status;
    } else if (line.kind === "emergencyNow") {
      const at = this.emergencies.findLastIndex((one) => isSamePlace(one, line.entry));
      if (at >= 0) this.emergencies[at] = line.entry;
    }
  }

  #change(key: string, json: string | undefined): void {
    if (key === "organisation" && json !== undefined) {
      this.#organisation = json;
      this.#read = undefined;
    }
    const [name, row] = [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)];
    if (name === "boxes" && json !== undefined) this.#boxes.set(row, json);
    else if (name === "boxes") this.#boxes.delete(row);
    const table = TABLES.find((one) => one === name);
    if (table === undefined) return;
    if (json === undefined) this.#tables[table].delete(row);
    else this.#tables[table].set(row, JSON.parse(json));
  }
}

type Line =
  | { readonly kind: "exchange"; readonly source: Place; readonly entry: ExchangeEntry }
  | { readonly kind: "settled"; readonly source: Place; readonly of: number; readonly status: string }
  | { readonly kind: "emergency" | "emergencyNow"; readonly source: Place; readonly entry: EmergencyEntry }
  | { readonly kind: "event" | "gap"; readonly source: Place };

function isSamePlace(one: Place, other: Place): boolean {
  return one.box === other.box && one.epoch === other.epoch && one.seq === other.seq;
}

function isLater(one: BinRow, other: BinRow): boolean {
  if (one.at !== undefined && other.at !== undefined && one.at !== other.at) return one.at > other.at;
  return one.told > other.told;
}
