import { type BodyOf, characters, type Field, oneOf, optional, whole, whole53, wider } from "../wire/shape.js";

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
  crash: 23,
  update: 24,
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
  /** `count` records that told of the box's state: damage took them, so each of its bins is in doubt. */
  recordsLost: 3,
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

/** What became of a release on this box (firmware/update/SPEC.md). */
export const UpdateEvent = {
  /** Its manifest is good, and its image is being fetched. */
  begun: 1,
  refused: 2,
  /** The image is whole and its digest right. */
  downloaded: 3,
  /** It runs from the next boot on, and has to show what it is worth. */
  trial: 4,
  confirmed: 5,
  /** It was given up, and the one before runs again. */
  returned: 6,
} as const;
export type UpdateEvent = (typeof UpdateEvent)[keyof typeof UpdateEvent];

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

const whole255 = whole(0, 255);
const bin = whole(0, 199);
const seq = whole53;
const sheet = whole(0, 999);
/** There, or not there. */
const mark = optional(whole(1, 1) as Field<1>);

/** A number that only describes: one that a later firmware gave a meaning must not cost the whole record. */
function described<T extends number>(table: Readonly<Record<string, T>>): Field<T> {
  return wider<T>(oneOf(table), whole255 as Field<T>);
}

/**
 * A key by the cloud's number, or, for a fob that the snapshot does not know, the fob's serial. One of the two is there,
 * but for a one-touch opening of an empty bin, which has neither.
 */
const HELD = {
  /** The cloud's number of a key. */
  key: optional(whole53),
  /** The serial of a fob that the snapshot does not know. */
  fob: optional(characters(16)),
};
export type Held = BodyOf<typeof HELD>;

/** Fields of every record. */
export const HEAD = {
  /** One of `Kind`: which of the declarations below it is. */
  kind: whole255 as Field<Kind>,
  /** Seconds: since 1970 UTC with `Flag.wallTime`, else since the boot. */
  at: whole53,
  /** Sum of `Flag` bits. */
  flags: whole255,
};

/**
 * The one declaration of each kind, beside the fields that all have: encoder and decoder (`codec.ts`), the types below and
 * `records.cddl` (`npm run cddl`) follow from it. A field that is added later has to be optional.
 */
export const FIELDS = {
  /** A boot, its first record. */
  [Kind.boot]: {
    /** Boots of this journal, this one included. */
    boot: whole53,
    /** A `WakeCause` of hal/ports/power.ts. */
    cause: whole255,
    /** Its version. */
    firmware: characters(48),
  },
  /** A lock is about to be worked for an exchange. */
  [Kind.intent]: {
    exchange: oneOf(Exchange),
    bin,
    auth: oneOf(Auth),
    /** Absent for a key code (`Key Code User`) and a quick scan. */
    user: optional(whole53),
    access: optional(whole53),
    /** Of a drop-off by a right that holds now: the bin that the box was sure to hold this key. Nobody can say what is in it then. */
    from: optional(bin),
    /**
     * 1, of a drop-off without a right that holds now: the box is sure that this key hangs in another bin. Of a one-touch opening: the bin
     * was in doubt, or the key had been taken from it. What hangs in `bin` then, nobody can say.
     */
    contested: mark,
    /** Of a drop-off: the bin from which this key had been taken, which is surely empty when the drop-off is done. */
    freed: optional(bin),
    /** 1: by a code of 4 or 5 digits, which have a throttle of their own. */
    short: mark,
    /**
     * 1, of a drop-off by a code or badge: its right does not hold now, or nobody can say. It clears no throttle. Absent from older
     * journals, where such a code did.
     */
    lapsed: mark,
    ...HELD,
  },
  /** How the exchange of the intent `of` ended. */
  [Kind.outcome]: { of: seq, result: oneOf(Outcome) },
  /** `count` wrong codes in a row for one thing, this one included. */
  [Kind.codeFailure]: {
    count: whole53,
    /** As in emergencies, with its `bin`, or 0 for an ordinary code. */
    target: whole(0, 3),
    /** Absent from older journals: that firmware had one count for all. */
    bin: optional(bin),
    /** 1: an ordinary code of 4 or 5 digits. */
    short: mark,
  },
  /** An offline code was accepted. */
  [Kind.emergency]: {
    target: oneOf(EmergencyTarget),
    sheet,
    /** Of the code on its sheet. */
    number: whole(0, 99),
    /** The door about to be opened: by a code for one bin, and each in its turn by a code for all. */
    bin: optional(bin),
    /** The record that burnt the code, on those that follow from it; absent on that record. */
    of: optional(seq),
    /** 1, of an `all` code: not all bins open, but one by one those of which the box is not sure, to be looked into. */
    stockTake: mark,
  },
  /** How the opening of the emergency record `of` ended. */
  [Kind.emergencyOutcome]: {
    of: seq,
    /** Absent: the whole open-all run is over. */
    bin: optional(bin),
    result: oneOf(Outcome),
  },
  /** A door moved, or did not, without a pulse of its lock. */
  [Kind.door]: { bin, event: oneOf(DoorEvent) },
  /** A bin's lock or sensor stopped or started to work. */
  [Kind.binFault]: { bin, event: oneOf(BinFault) },
  [Kind.power]: {
    event: described(PowerEvent),
    /** Percent. */
    charge: optional(whole(0, 100)),
  },
  /** A session with the cloud began or ended. */
  [Kind.link]: {
    event: described(LinkEvent),
    /** As its port names it. */
    link: characters(16),
    reason: optional(characters(64)),
    /** Of a session that is over: s since the cloud was last heard. Absent from older journals. */
    synced: optional(whole53),
  },
  /** A snapshot is in force from here on. */
  [Kind.snapshotApplied]: {
    version: whole53,
    slot: whole(0, 1) as Field<0 | 1>,
    /** The last record that the snapshot takes into account. */
    asOf: seq,
    /** Sheets of offline codes below it are closed. */
    sheet,
    /** CRC-32 of the rows of its bins, as they were then. Absent from older journals. */
    binsCrc: optional(whole(0, 0xffff_ffff)),
  },
  /** The cloud has every record through this one. */
  [Kind.ack]: { through: seq },
  /** `count` records are missing here. */
  [Kind.gap]: { reason: described(GapReason), count: whole53 },
  /** A command that the box took on; written before it is carried out. */
  [Kind.command]: {
    /** The cloud's number for it. */
    id: whole53,
    /** A CommandKind, or what a newer cloud asked for: receipted, and not carried out. */
    command: whole(1, 255),
    bin: optional(bin),
    sheet: optional(sheet),
  },
  /** The clock was set; `at` is by the new time. */
  [Kind.clockSet]: {
    /** What it showed before, s since 1970 UTC; absent: it was unknown. */
    previous: optional(whole53),
  },
  /** Somebody was refused. */
  [Kind.refused]: {
    /** An id of the text catalogue. */
    reason: characters(32),
    user: optional(whole53),
    access: optional(whole53),
    ...HELD,
  },
  /** A part stopped or started to work. */
  [Kind.device]: {
    /** Of the part. */
    name: characters(32),
    /** Absent: it works again. */
    reason: optional(characters(64)),
  },
  /** Somebody with a right looked into a bin and said what is in it: the key or the fob, or nothing. */
  [Kind.binChecked]: {
    bin,
    /** The intent or the emergency record by which the bin was opened. */
    of: optional(seq),
    /** Absent: the holder of an emergency code. */
    auth: optional(oneOf(Auth)),
    /** 1: that person is not sure, or says that the key which they came for is not there. */
    doubt: mark,
    ...HELD,
  },
  /**
   * What the box believes of a bin, told anew before it applies a snapshot that knows less (an `asOf` below one that it had): the change
   * itself is in a record that the cloud has had and lost.
   */
  [Kind.binKept]: { bin, belief: oneOf(Belief), ...HELD },
  /** A fault ended the boot before this one. */
  [Kind.crash]: {
    /** What the board or the engine said of it. */
    reason: characters(64),
    /** The end of its trace, lines ended by LF. */
    lines: characters(128),
  },
  /** Something became of an update. */
  [Kind.update]: {
    event: described(UpdateEvent),
    /** Of the image. */
    release: whole53,
    /** Of `refused` and `returned`: why, a word of firmware/update/SPEC.md. */
    reason: optional(characters(32)),
  },
};

export type Body = { [K in Kind]: { readonly kind: K } & BodyOf<(typeof FIELDS)[K]> }[Kind];
export type Rec = Body & BodyOf<typeof HEAD>;
