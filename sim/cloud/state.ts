import type { CommandKind, Exchange } from "../../firmware/records/records.js";
import type { Status } from "../../firmware/wire/messages.js";
import type { Organisation } from "./domain.js";
import type { Rollout } from "./releases/rollout.js";

/** When something happened, as far as the box could tell. */
export interface When {
  /** Seconds since 1970 UTC; absent: the box's clock was unknown, and only the order is. */
  readonly time?: number;
  /** Seconds since the box's boot `boot`, while the clock was unknown. */
  readonly sinceBoot?: number;
  readonly boot?: number;
  readonly clock: "synced" | "kept" | "unknown";
  readonly offline: boolean;
  readonly onBattery: boolean;
}

/** Where in a box's journal something is written; one entry of a log per source, ever. */
export interface Source {
  readonly box: string;
  readonly epoch: string;
  readonly seq: number;
}

export type ExchangeStatus = "pending" | "done" | "leftOpen" | "notOpened" | "unconfirmed";

export interface ExchangeEntry extends Source, When {
  readonly exchange: Exchange;
  readonly bin: number;
  readonly binLabel: string;
  readonly key?: number;
  readonly keyName?: string;
  readonly fob?: string;
  readonly auth: string;
  readonly user?: number;
  /** `Key Code User` for a key code, `Quick Scan` for a drop-off by fob. Empty: a name that went (`privacy/`). */
  readonly userName: string;
  readonly access?: number;
  /** As in the record: bins of the same box that are in doubt, or surely empty, when this is done; what this bin holds is in doubt. */
  readonly from?: number;
  readonly freed?: number;
  contested?: 1;
  /** As in the record: the right that was shown did not hold. */
  readonly lapsed?: 1;
  status: ExchangeStatus;
}

export interface EmergencyEntry extends Source, When {
  readonly target: "bin" | "all" | "unmount";
  readonly sheet: number;
  readonly number: number;
  readonly bins: {
    readonly bin: number;
    readonly binLabel: string;
    /** What was believed of it before: it holds again where the door stays shut. Absent: surely empty. */
    readonly before?: BinState;
    /** The `told` of the doubt that this opening brought: another one by now, and `before` holds no more. */
    readonly told?: number;
    status: ExchangeStatus;
  }[];
  /** Of the whole: the run through all bins, the release from the wall, or the one bin. */
  status: ExchangeStatus;
}

/** Everything else that a box told. `detail` holds the record's own fields, or `raw` bytes in hexadecimal. */
export interface EventEntry extends Source, When {
  readonly kind: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** Records that the box no longer had when it came to send them. */
export interface GapEntry {
  readonly box: string;
  readonly epoch: string;
  readonly from: number;
  readonly through: number;
  readonly count: number;
}

/** An alert began, ended, or somebody has taken it on. */
export interface NoticeEntry extends Source {
  readonly change: "raised" | "cleared" | "acknowledged";
  /** As it was then; `since` is when it began. */
  readonly alert: Alert;
  /** Seconds since 1970 UTC. */
  readonly time: number;
}

export interface EpochState {
  /** Every record through this one is in the logs. */
  through: number;
  /** Number of the last boot record; for records whose clock was unknown. */
  boot?: number;
}

export interface IssuedCommand {
  readonly id: number;
  readonly command: CommandKind;
  readonly bin?: number;
  readonly sheet?: number;
  /** Seconds since 1970 UTC. */
  readonly issued: number;
  status: "waiting" | "received" | "expired";
}

/** A printed code that the box says was used. */
export interface UsedCode {
  readonly sheet: number;
  /** As in `offlineCode`: `bin:` and the label, `all`, or `unmount`. */
  readonly target: string;
  readonly number: number;
  /** Seconds since 1970 UTC; absent: the box's clock was unknown. */
  readonly time?: number;
}

export interface SheetsState {
  /** Sheet that is printed and in force. */
  current: number;
  /** Sheets below this one are closed at the box. */
  minimum: number;
  used: UsedCode[];
}

/** What a box has begun and not ended, or only just: what a later record of it may still be about. */
export interface OpenEntries {
  /** Pending, the oldest first. */
  exchanges: ExchangeEntry[];
  /** The newest, pending or not, with the numbers of all records that belong to each. */
  emergencies: { entry: EmergencyEntry; readonly seqs: number[] }[];
}

/** What the cloud keeps of one box, besides its log. */
export interface BoxEntry {
  /** Epoch of the box's newest hello, hexadecimal; absent until a first record was written. */
  epoch: string | undefined;
  epochs: Record<string, EpochState>;
  snapshot: { version: number; asOf: number; epoch: string | undefined; fingerprint: string };
  /** The newest versions, each with the last change of accesses that it came with, and when, s since 1970 UTC; absent: none, or an older database. */
  made?: readonly (readonly [version: number, change: number, at: number])[];
  /** Bits of `Reads` in the newest hello that the box has proved. Absent: none, or older databases. */
  reads?: number;
  /** Records of this box that this version could not read, until somebody has seen that. Absent: none. */
  unread?: number;
  /** Version of the permissions that its newest record of them names. Absent: none yet, or an older database. */
  applied?: number;
  /** Boots that a fault ended, since somebody looked; absent: none. */
  crashes?: number;
  /** Of the last one, and the end of its trace. */
  crash?: { readonly reason: string; readonly lines: string };
  /** Absent: nothing. */
  open?: OpenEntries;
  /** Codes that the box accepted, by day since 1970 UTC, of the newest days that it told of (`code-length.ts`). Absent: none. */
  accepted?: Record<string, number>;
  /** What it runs, as its last session said. Absent: it takes no updates, or was not heard since it does. */
  image?: {
    readonly release: number;
    /** Bytes of a slot. */
    readonly room: number;
    /** Version of its list of release keys. */
    readonly list: number;
    readonly isTrial: boolean;
  };
  /** The last `update` record. Absent: none. */
  update?: {
    readonly release: number;
    /** An UpdateEvent. */
    readonly event: number;
    readonly reason?: string;
    /** When it came, s since 1970 UTC. */
    readonly at: number;
    /** Boots that a fault ended since. */
    crashes?: number;
  };
  /** Release that it is to have, whatever the rollout says. Absent: as the rollout says. */
  pin?: number;
  nextCommand: number;
  commands: IssuedCommand[];
  sheets: SheetsState;
  /** As the box's retained `state` or its will says. */
  online: boolean;
  /** Seconds since 1970 UTC of the last message that opened. */
  lastSeen: number | undefined;
  /** The box's last `status` message; shown, never relied on. */
  status: Status | undefined;
  /** When it came, seconds since 1970 UTC. Absent in databases of older versions. */
  statusAt?: number | undefined;
}

/** As in firmware/exchange/README.md. A bin of which nothing is believed is surely empty. */
export type BinBelief = "holds" | "taken" | "doubt";

export interface BinState {
  readonly belief: BinBelief;
  readonly item?: ItemId;
  /** Grows with each thing that the cloud was told of a bin: the order of receipt. */
  readonly told: number;
  /** When it was so, seconds since 1970 UTC, by a clock that had been set from here; absent: nobody vouches for a time. */
  readonly at?: number;
}

/** Something that whoever runs the cloud has to know, while it lasts (alerts.ts). */
export interface Alert {
  readonly id: string;
  readonly box: string;
  readonly what: string;
  readonly wayOut: string;
  /** When it began, seconds since 1970 UTC. */
  readonly since: number;
  /** Somebody has taken it on. Absent: nobody has. */
  readonly acknowledged?: { readonly by: string; readonly at: number };
}

/** What a program was answered once and is answered again for the same idempotency key. */
export interface RememberedAnswer {
  /** Of what was asked, SHA-256 in hexadecimal. */
  readonly asked: string;
  readonly status: number;
  /** JSON; empty: no body. */
  readonly body: string;
  /** Seconds since 1970 UTC. */
  readonly at: number;
}

/** A program that is told of what happens (`outward/hooks.ts`). */
export interface Hook {
  readonly id: string;
  readonly url: string;
  /** `whsec_` and Base64: both ends know it. */
  readonly secret: string;
  /** What the types begin with that it is told of, such as `exchange.` or `alert.raised`; none: all. */
  readonly types: readonly string[];
  readonly enabled: boolean;
  /** Everything up to this place was taken. */
  readonly cursor: number;
  /** Grows when somebody sets the cursor: what is under way then does not move it any more. */
  readonly turn: number;
  /** It does not take what it is told. Absent: it does. */
  readonly failing?: {
    readonly since: number;
    readonly attempts: number;
    readonly why: string;
    readonly nextAt: number;
  };
}

/** Who is written to of alerts. */
export interface MailSettings {
  readonly to: readonly string[];
  /** Every day from and until then, `22:00`, in that time zone: letters wait. Absent: never. */
  readonly quiet?: { readonly from: string; readonly until: string; readonly timeZone: string };
}

/** What was written of an alert last. */
export interface MailedAlert {
  readonly alert: Alert;
  /** Name of the letter; one that went again has the same. */
  readonly letter: string;
  /** Seconds since 1970 UTC. */
  readonly at: number;
  readonly isSent: boolean;
  /** It said that the alert is over. */
  readonly isOver: boolean;
}

/** A program's right to use the API. What the program shows is not kept, only a hash of it. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  /** Seconds since 1970 UTC. */
  readonly created: number;
  /** From then on it is good for nothing; absent: never. */
  readonly expires?: number;
}

/** `key:` and the key's number, or `fob:` and the serial of a fob that is no key's. */
export type ItemId = string;

/** What is small and changes: whole in memory, and readable where it is kept in a file. */
export interface CloudDocument {
  format: number;
  organisation: Organisation;
  boxes: Record<string, BoxEntry>;
  /** By `box/bin`. */
  bins: Record<string, BinState>;
  /** Who took a key or a fob last. */
  holders: Record<ItemId, string>;
  /** Last number of `BinState.told`. */
  told: number;
  /** Keys that were removed, by number: a box tells of them for as long as it has not heard. Absent in earlier databases. */
  formerKeys?: Record<string, { readonly name: string; readonly fob?: string }>;
  /**
   * Serials that were a key's and are nobody's now, with that key and the last `told` before: its fob may still be the one on the
   * key. Absent in databases of earlier versions.
   */
  formerFobs?: Record<string, { readonly key: number; readonly told: number }>;
  /** Highest number ever given, by kind, so that none comes twice. Absent in databases of earlier versions. */
  lastIds?: Partial<Record<"locations" | "keys" | "users" | "accesses", number>>;
  /** By id. */
  alerts: Record<string, Alert>;
  /** How often something was told of an alert: the last number of `NoticeEntry.seq`. Absent: never. */
  noticed?: number;
  /** Number of the last change of accesses; of each access, that of its own last one (`permissions.ts`). Absent: no change yet. */
  changes?: number;
  accessChanges?: Record<string, number>;
  /** What programs were answered, by token and idempotency key (`api/answers.ts`). Absent: nothing. */
  answers?: Record<string, RememberedAnswer>;
  /** Users whose names are to go, since when, s since 1970 UTC, and the name that they had last. Absent: none. */
  erasing?: Record<string, { readonly since: number; readonly name?: string }>;
  /** Users who were erased, by number, since when, s since 1970 UTC: nothing else of them. Absent: none. */
  erased?: Record<string, number>;
  /** For so many days the log tells who did something; up to the place `from` it does not any more. Absent: for ever. */
  retention?: { readonly days: number; readonly from: number };
  /** Absent: nobody. */
  mail?: MailSettings;
  /** By an alert's id. Absent: nothing was written. */
  mailed?: Record<string, MailedAlert>;
  /** By id. Absent: none. */
  hooks?: Record<string, Hook>;
  /** For programs, by id (`api/tokens.ts`); only where there is one organisation, in a file. Absent: none. */
  tokens?: Record<string, Token>;
  /** Releases that are given out, by model. Absent in databases of earlier versions. */
  rollouts?: Record<string, Rollout>;
}

/** All of it at once, with everything that only grows (`store/lines.ts`): for trials and copies. */
export interface CloudData extends CloudDocument {
  readonly exchanges: readonly ExchangeEntry[];
  readonly emergencies: readonly EmergencyEntry[];
  readonly events: readonly EventEntry[];
  readonly gaps: readonly GapEntry[];
  readonly notices: readonly NoticeEntry[];
}
