/** What the page asks for of the cloud, as a manager sees it. Times in s since 1970 UTC. */

export type Where =
  | { readonly kind: "bin"; readonly box: string; readonly bin: string; readonly certain: boolean }
  | { readonly kind: "holder"; readonly name: string }
  | { readonly kind: "nowhere" }
  | { readonly kind: "virtual" };

export interface KeyRow {
  readonly id: number;
  readonly name: string;
  readonly fob: string | null;
  readonly code: string | null;
  readonly home: string;
  readonly roaming: boolean;
  readonly where: Where;
}

/** `there`: the box goes by it. `way`: it is on its way. `silent`: the box was not heard since `since`; null: never. */
export type AtBox = { readonly state: "there" | "way" } | { readonly state: "silent"; readonly since: number | null };

export interface AccessRow {
  readonly id: number;
  readonly user: string;
  readonly key: string;
  readonly code: string;
  /** Local times; null: ongoing. */
  readonly window: { readonly start: string; readonly end: string; readonly zone: string } | null;
  readonly now: "now" | "early" | "over" | "never";
  readonly atBox: AtBox;
}

export interface BinRow {
  readonly label: string;
  readonly enabled: boolean;
  readonly belief: "empty" | "holds" | "taken" | "doubt";
  readonly item: string | null;
}

export type LogStatus = "pending" | "done" | "leftOpen" | "notOpened" | "unconfirmed";

export interface LogRow {
  readonly id: string;
  /** Null: the box's clock was unknown; then by `boot` and `sinceBoot`. */
  readonly time: number | null;
  readonly boot: number | null;
  readonly sinceBoot: number | null;
  readonly offline: boolean;
  readonly onBattery: boolean;
  readonly kind: "PICKUP" | "DROPOFF" | "EMERGENCY";
  readonly where: string;
  readonly what: string;
  readonly who: string;
  readonly status: LogStatus;
}

export interface LogPage {
  readonly rows: readonly LogRow[];
  /** That fit the filter. */
  readonly total: number;
}

export interface SheetTargetRow {
  readonly target: string;
  readonly codes: readonly {
    readonly number: number;
    readonly code: string;
    readonly state: "good" | "used" | "passed" | "closed";
  }[];
}

export interface SheetView {
  readonly sheet: number;
  readonly targets: readonly SheetTargetRow[];
}

/** How well a box is prepared for an outage. */
export interface Preparation {
  /** In force. */
  readonly sheet: number;
  /** When the pack was saved last, and whether with the sheet in force. */
  readonly packAt: number | null;
  readonly isPackOfSheet: boolean;
  readonly keysAt: number | null;
  readonly isOnline: boolean;
  readonly hasNewest: boolean;
  /** Of the battery, percent, as told. */
  readonly charge: number | null;
  /** Bins and the like that no code of the sheet is left for. */
  readonly usedUp: number;
  readonly doubts: number;
  readonly alerts: number;
}

/** What an import would make of a list of keys. */
export interface ImportPreview {
  readonly columns: readonly string[];
  readonly lines: readonly {
    readonly line: number;
    readonly fields: readonly string[];
    readonly problems: readonly string[];
    readonly doubts: readonly string[];
  }[];
  readonly total: number;
  readonly wrong: number;
  readonly doubtful: number;
}

export interface Overview {
  readonly online: boolean;
  readonly lastSeen: number | null;
  readonly link: string | null;
  readonly faults: readonly string[];
  readonly power: {
    readonly mains: boolean;
    readonly charge: number | null;
    readonly mainsLostAt: number | null;
    readonly emptyAt: number | null;
    readonly toldAt: number;
  } | null;
  readonly alerts: readonly {
    readonly id: string;
    readonly what: string;
    readonly wayOut: string;
    readonly since: number;
  }[];
  readonly users: readonly { readonly id: number; readonly name: string; readonly badge: string | null }[];
}

/** A release on the shelf. */
export interface ReleaseRow {
  readonly model: string;
  readonly release: number;
  readonly firmware: string;
  readonly expires: number;
  readonly imageBytes: number;
}

export interface RolloutRow {
  readonly model: string;
  readonly release: number;
  readonly state: "running" | "paused" | "stopped";
  readonly why: string | null;
  /** Place in `waves` of the one that is on. */
  readonly wave: number;
  /** Each with the boxes of those before it. */
  readonly waves: readonly {
    readonly percent: number;
    readonly members: number;
    readonly confirmed: number;
    readonly failed: number;
  }[];
}

export interface VersionRow {
  readonly box: string;
  readonly model: string;
  /** Null: it never said. */
  readonly release: number | null;
  readonly isTrial: boolean;
  readonly pin: number | null;
  readonly wanted: number | null;
  /** Why it is not offered now. */
  readonly heldBack: string | null;
  /** What it told last of an update. */
  readonly told: { readonly event: string; readonly release: number; readonly reason: string | null } | null;
}

export interface Firmware {
  readonly releases: readonly ReleaseRow[];
  readonly rollouts: readonly RolloutRow[];
  readonly versions: readonly VersionRow[];
}
