/**
 * The journal's records. Everything that must survive a boot is one of these (or the snapshot): the box's state is rebuilt
 * from them, and the cloud's exchange log is made of them. Numbers are part of the format and are never given a new meaning.
 */

export const Kind = {
  boot: 1,
  intent: 2,
  outcome: 3,
  codeFailure: 4,
  emergency: 5,
  emergencyOutcome: 6,
  door: 7,
  binFault: 8,
  power: 9,
  link: 10,
  snapshotApplied: 11,
  ack: 12,
  gap: 13,
  command: 14,
  clockSet: 15,
  refused: 16,
  device: 17,
  binChecked: 18,
  binKept: 22,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Exchange = { pickup: 1, dropoff: 2 } as const;
export type Exchange = (typeof Exchange)[keyof typeof Exchange];

/** What showed the right to an exchange. */
export const Auth = {
  bookingCode: 1,
  keyCode: 2,
  badge: 3,
  /** A fob on the reader: a drop-off without authentication. */
  quickScan: 4,
  /** A cloud command and a press of the reset button. */
  oneTouch: 5,
} as const;
export type Auth = (typeof Auth)[keyof typeof Auth];

/** How an opening ended. */
export const Outcome = {
  /** The door opened and was closed again. */
  done: 1,
  /** The door opened and was still open when the box stopped waiting for it. */
  leftOpen: 2,
  /** The door never opened: nothing was exchanged. */
  notOpened: 3,
  /** The box lost power or was reset between the lock and the door's report: nobody can say. */
  unconfirmed: 4,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export const EmergencyTarget = { bin: 1, all: 2, unmount: 3 } as const;
export type EmergencyTarget = (typeof EmergencyTarget)[keyof typeof EmergencyTarget];

export const DoorEvent = { heldOpen: 1, closedLate: 2, unexpected: 3 } as const;
export type DoorEvent = (typeof DoorEvent)[keyof typeof DoorEvent];

export const BinFault = { wontOpen: 1, unreachable: 2, cleared: 3 } as const;
export type BinFault = (typeof BinFault)[keyof typeof BinFault];

export const PowerEvent = { mainsLost: 1, mainsBack: 2, sleep: 3, hibernate: 4, batteryLow: 5, brownOut: 6 } as const;
export type PowerEvent = (typeof PowerEvent)[keyof typeof PowerEvent];

export const LinkEvent = { sessionUp: 1, sessionDown: 2 } as const;
export type LinkEvent = (typeof LinkEvent)[keyof typeof LinkEvent];

export const GapReason = {
  /** Diagnostics not written because the journal was nearly full; `count` of them. */
  diagnosticsSuspended: 1,
  /** Places on flash that recovery could not read; `count` of them. */
  unreadable: 2,
} as const;
export type GapReason = (typeof GapReason)[keyof typeof GapReason];

/** What is believed of a bin. */
export const Belief = {
  /** Surely. */
  empty: 1,
  /** Surely holds the named key or fob. */
  holds: 2,
  /** Somebody with a right took the named key: the door was seen to open and to shut. The key may have been left behind. */
  taken: 3,
  /** Nobody knows; where a key or fob is named, it may be that one. */
  doubt: 4,
} as const;
export type Belief = (typeof Belief)[keyof typeof Belief];

export const CommandKind = {
  /** Arm `bin`; a press of the reset button within a minute opens it. */
  oneTouchUnlock: 1,
  enableBin: 2,
  disableBin: 3,
  reboot: 4,
  /** Close every sheet of offline codes below `sheet`. */
  closeSheets: 5,
} as const;
export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind];

/** Bits of `flags`. */
export const Flag = {
  /** The box had no session with the cloud when it wrote the record. */
  offline: 1,
  /** `at` is wall time. Without it, `at` is seconds since the boot record before this record. */
  wallTime: 2,
  /** With `wallTime`: set from the cloud since that boot; without this bit, kept by the RTC. */
  synced: 4,
  onBattery: 8,
} as const;

interface Stamp {
  /** Seconds: since 1970 UTC with `Flag.wallTime`, else since the boot. */
  readonly at: number;
  /** Sum of `Flag` bits. */
  readonly flags: number;
}

/**
 * A key by the cloud's number, or, for a fob that the snapshot does not know, the fob's serial. One of the two is there,
 * but for a one-touch opening of an empty bin, which has neither.
 */
export interface Held {
  readonly key?: number | undefined;
  readonly fob?: string | undefined;
}

export type Body =
  | { readonly kind: typeof Kind.boot; readonly boot: number; readonly cause: number; readonly firmware: string }
  | ({
      readonly kind: typeof Kind.intent;
      readonly exchange: Exchange;
      readonly bin: number;
      readonly auth: Auth;
      /** Absent for a key code (`Key Code User`) and a quick scan. */
      readonly user?: number | undefined;
      readonly access?: number | undefined;
      /** Of a drop-off by a right that holds now: the bin that the box was sure to hold this key. Nobody can say what is in it then. */
      readonly from?: number | undefined;
      /**
       * 1, of a drop-off without a right that holds now: the box is sure that this key hangs in another bin. Of a one-touch opening: the bin
       * was in doubt, or the key had been taken from it. What hangs in `bin` then, nobody can say.
       */
      readonly contested?: 1 | undefined;
      /** Of a drop-off: the bin from which this key had been taken, which is surely empty when the drop-off is done. */
      readonly freed?: number | undefined;
      /** 1: by a code of 4 or 5 digits, which have a throttle of their own. */
      readonly short?: 1 | undefined;
    } & Held)
  | { readonly kind: typeof Kind.outcome; readonly of: number; readonly result: Outcome }
  /**
   * `count` wrong codes in a row for one thing, this one included. `target` as in emergencies, with its `bin`, or 0 for an ordinary
   * code, with `short` when it had 4 or 5 digits. Older firmware had one count for all, and named no bin.
   */
  | {
      readonly kind: typeof Kind.codeFailure;
      readonly count: number;
      readonly target: number;
      readonly bin?: number | undefined;
      readonly short?: 1 | undefined;
    }
  /**
   * An offline code was accepted. For `bin`, and for each bin that an `all` code opens, `bin` names the door about to be
   * opened; `of` is absent on the record that burns the code and names that record on those that follow from it.
   */
  | {
      readonly kind: typeof Kind.emergency;
      readonly target: EmergencyTarget;
      readonly sheet: number;
      readonly number: number;
      readonly bin?: number | undefined;
      readonly of?: number | undefined;
      /** 1, of an `all` code: not all bins open, but one by one those of which the box is not sure, to be looked into. */
      readonly stockTake?: 1 | undefined;
    }
  /** `of`: the emergency record. Without `bin`: the whole open-all run is over. */
  | {
      readonly kind: typeof Kind.emergencyOutcome;
      readonly of: number;
      readonly bin?: number | undefined;
      readonly result: Outcome;
    }
  | { readonly kind: typeof Kind.door; readonly bin: number; readonly event: DoorEvent }
  | { readonly kind: typeof Kind.binFault; readonly bin: number; readonly event: BinFault }
  | { readonly kind: typeof Kind.power; readonly event: PowerEvent; readonly charge?: number | undefined }
  | {
      readonly kind: typeof Kind.link;
      readonly event: LinkEvent;
      readonly link: string;
      readonly reason?: string | undefined;
      /** Of a session that is over: s since the cloud was last heard. Absent from older journals. */
      readonly synced?: number | undefined;
    }
  | {
      readonly kind: typeof Kind.snapshotApplied;
      readonly version: number;
      readonly slot: 0 | 1;
      readonly asOf: number;
      readonly sheet: number;
    }
  | { readonly kind: typeof Kind.ack; readonly through: number }
  | { readonly kind: typeof Kind.gap; readonly reason: GapReason; readonly count: number }
  /** A command that the box took on; written before it is carried out. `id` is the cloud's number for it. */
  | {
      readonly kind: typeof Kind.command;
      readonly id: number;
      /** A CommandKind, or what a newer cloud asked for: receipted, and not carried out. */
      readonly command: number;
      readonly bin?: number | undefined;
      readonly sheet?: number | undefined;
    }
  | { readonly kind: typeof Kind.clockSet; readonly previous?: number | undefined }
  /** Somebody was refused; `reason` is an id of the text catalogue. */
  | ({
      readonly kind: typeof Kind.refused;
      readonly reason: string;
      readonly user?: number | undefined;
      readonly access?: number | undefined;
    } & Held)
  /** A part stopped or started to work: `name` of the part, `reason` absent when it works again. */
  | { readonly kind: typeof Kind.device; readonly name: string; readonly reason?: string | undefined }
  /**
   * Somebody with a right looked into a bin and said what is in it: the key or the fob, or nothing. With `doubt` that person is not sure,
   * or says that the key which they came for is not there.
   */
  | ({
      readonly kind: typeof Kind.binChecked;
      readonly bin: number;
      /** The intent or the emergency record by which the bin was opened. */
      readonly of?: number | undefined;
      /** Absent: the holder of an emergency code. */
      readonly auth?: Auth | undefined;
      readonly doubt?: 1 | undefined;
    } & Held)
  /**
   * What the box believes of a bin, told anew before it applies a snapshot that knows less (an `asOf` below one that it had): the change
   * itself is in a record that the cloud has had and lost.
   */
  | ({ readonly kind: typeof Kind.binKept; readonly bin: number; readonly belief: Belief } & Held);

export type Rec = Body & Stamp;
