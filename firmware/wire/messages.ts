import { EPOCH_BYTES } from "./epoch.js";
/** The bodies of the sealed messages, in both directions, as in firmware/sync/protocol.cddl. */

import {
  type BodyCodec,
  bytes,
  flag,
  list,
  MessageError,
  optional,
  shape,
  text,
  tolerated,
  uint,
  whole,
  whole53,
  wider,
} from "./shape.js";

export { type BodyCodec, MessageError } from "./shape.js";

export const PROTOCOL_VERSION = 1;
/** Records in a batch, and the bytes of them all. A cloud that says nothing of it takes `OLD_BATCH_RECORDS`. */
export const MAX_BATCH_RECORDS = 128;
export const OLD_BATCH_RECORDS = 64;
export const MAX_BATCH_BYTES = 3072;
/** Bytes that one `fetch` may ask for, and of one `snapshot` piece. */
export const MAX_FETCH_BYTES = 8192;
export const MAX_PIECE_BYTES = 1024;
export const MAX_FAULTS = 16;
export const MAX_FAULT_BYTES = 32;
export const MAX_LINK_BYTES = 16;
const MAX_MODEL_BYTES = 16;
export const MAX_FIRMWARE_BYTES = 24;
export const MAX_RECORD_BYTES = 240;

const epoch = bytes(EPOCH_BYTES, EPOCH_BYTES);
/** A number that a newer peer may write otherwise: one for all, since each would be an object of its own on the box. */
const maybe = tolerated(uint);

/** Bits of `Hello.reads`. */
export const Reads = {
  /** Flag 4 of a bin's row: `taken` (firmware/snapshot/SPEC.md). */
  taken: 1,
} as const;

/** Opens a session: what the box holds. */
export interface Hello {
  /** The newest that the box speaks, 1 to 255. What an older cloud cannot read goes by another lane or envelope, so no number is refused. */
  readonly protocol: number;
  /** 8 bytes; undefined: nothing was ever written. */
  readonly epoch?: Uint8Array | undefined;
  /** Sequence number of the oldest record on flash; equals `next` when there is none. */
  readonly oldest: number;
  /** Sequence number of the next record to be written. */
  readonly next: number;
  /** Last record that the cloud has, as the box believes. */
  readonly acked: number;
  /** Of the active snapshot; 0: none. */
  readonly version: number;
  /** As its board profile names it, 1 to 16 bytes; newer models have newer names. */
  readonly model: string;
  /** Version of the firmware, 1 to 24 bytes. */
  readonly firmware: string;
  readonly boot: number;
  /** Bins fitted, 1 to 200; a newer box may have more. */
  readonly bins: number;
  /** The last command that the box took on; undefined: none, or an older firmware. */
  readonly id?: number | undefined;
  /** Sum of `Reads` bits: what of a snapshot this firmware understands beyond the first format; undefined: nothing. */
  readonly reads?: number | undefined;
  /** Release that runs; undefined: the box takes no updates (firmware/update/SPEC.md), and tells none of the next three. */
  readonly release?: number | undefined;
  /** Bytes of a slot for an image. */
  readonly room?: number | undefined;
  /** Version of its list of release keys; 0: it has none. */
  readonly list?: number | undefined;
  /** 1: the release that runs is not confirmed. */
  readonly trial?: number | undefined;
}
export const Hello: BodyCodec<Hello> = shape<Hello>({
  protocol: wider(whole(PROTOCOL_VERSION, PROTOCOL_VERSION), whole(1, 255)),
  epoch: optional(epoch),
  oldest: whole53,
  next: whole53,
  acked: whole53,
  version: uint,
  model: text(1, MAX_MODEL_BYTES),
  firmware: wider(text(1, MAX_FIRMWARE_BYTES), text(1, 2 * MAX_FIRMWARE_BYTES)),
  boot: uint,
  bins: wider(whole(1, 200), whole(1, 0xffff)),
  id: maybe,
  reads: maybe,
  release: maybe,
  room: maybe,
  list: maybe,
  trial: maybe,
});

export interface Welcome {
  /** Counter of the hello that this answers. */
  readonly of: number;
  /** Last record of this epoch that the cloud has without a break; 0: none. */
  readonly acked: number;
  /** Of the cloud's newest snapshot for this box; 0: none. */
  readonly version: number;
  /** Bytes of that snapshot. */
  readonly total: number;
  /** s since 1970 UTC. */
  readonly time: number;
  /** Records that the cloud takes in a batch; undefined: an older cloud, which takes OLD_BATCH_RECORDS. */
  readonly count?: number | undefined;
  /** s for which the box may say nothing while nothing happens; undefined: an older cloud, which expects a hello each 300 s. */
  readonly quiet?: number | undefined;
  /** s over which the box is to spread its coming back after an outage of broker or cloud; undefined: as it likes. */
  readonly pace?: number | undefined;
  /** Release that the box is to run; undefined: the one that it has. */
  readonly release?: number | undefined;
}
export const Welcome: BodyCodec<Welcome> = shape<Welcome>({
  of: uint,
  acked: whole53,
  version: uint,
  total: uint,
  time: whole53,
  count: maybe,
  quiet: maybe,
  pace: maybe,
  release: maybe,
});

/** A batch of the journal. */
export interface Records {
  readonly epoch: Uint8Array;
  /** Sequence number of the first of `records`; the others follow without a break. */
  readonly first: number;
  /** 1 to 128, of 1 to 240 bytes each, at most 3,072 bytes together; each a CBOR map of firmware/records. */
  readonly records: readonly Uint8Array[];
  /** First of the records before `first` that the box no longer has and the cloud never acknowledged. */
  readonly gapFrom?: number | undefined;
}
export const Records: BodyCodec<Records> = shape<Records>(
  {
    epoch,
    first: whole53,
    records: list(1, MAX_BATCH_RECORDS, bytes(1, MAX_RECORD_BYTES)),
    gapFrom: optional(whole53),
  },
  ({ records }) => {
    let total = 0;
    records.forEach((record) => {
      total += record.length;
    });
    if (total > MAX_BATCH_BYTES) throw new MessageError(`records: at most ${MAX_BATCH_BYTES} bytes expected`);
  },
);

/** The cloud has committed every record of `epoch` through `through`. */
export interface Ack {
  readonly epoch: Uint8Array;
  readonly through: number;
}
export const Ack: BodyCodec<Ack> = shape<Ack>({ epoch, through: whole53 });

/** How the box is: shown, never relied on. */
export interface Status {
  /** s since boot. */
  readonly uptime: number;
  readonly mains: boolean;
  /** Percent. */
  readonly charge?: number | undefined;
  readonly millivolts?: number | undefined;
  readonly celsius?: number | undefined;
  /** s since mains was lost; absent on mains, and where nobody knows. */
  readonly sinceMains?: number | undefined;
  /** s that the cell will last, by the box's estimate; absent on mains, and where the charge is unknown. */
  readonly timeLeft?: number | undefined;
  /** s between the last sync and the start of this session. */
  readonly staleness: number;
  /** 1 to 16 bytes. */
  readonly link: string;
  /** At most 16 parts and bins of 1 to 32 bytes; a reader takes four times that, in number and length. */
  readonly faults: readonly string[];
  /** Messages dropped since boot. */
  readonly count: number;
  /** Sequence number of the next record to be written. */
  readonly next: number;
  /** Of the active snapshot, 0: none. Absent from older boxes. */
  readonly version?: number | undefined;
  /** s for which records have waited for their acknowledgement; absent: none waits. */
  readonly unsent?: number | undefined;
  /** s for which the box has known of newer permissions that it does not have; absent: it knows of none. */
  readonly outdated?: number | undefined;
  /** s after its last hello at which the box says the next one, at latest; absent from older boxes: 300. */
  readonly quiet?: number | undefined;
}
const faults = (most: number, bytesEach: number) => list(0, most, text(1, bytesEach));
export const Status: BodyCodec<Status> = shape<Status>({
  uptime: uint,
  mains: flag,
  charge: maybe,
  millivolts: maybe,
  celsius: tolerated(whole(-0x80000000, 0x7fffffff)),
  sinceMains: maybe,
  timeLeft: maybe,
  staleness: whole53,
  link: wider(text(1, MAX_LINK_BYTES), text(1, 4 * MAX_LINK_BYTES)),
  faults: wider(faults(MAX_FAULTS, MAX_FAULT_BYTES), faults(4 * MAX_FAULTS, 4 * MAX_FAULT_BYTES)),
  count: uint,
  next: whole53,
  version: optional(uint),
  unsent: optional(uint),
  outdated: optional(uint),
  quiet: maybe,
});

/** Asks for `count` (1 to 8,192) bytes of snapshot `version` from `offset` on. */
export interface Fetch {
  readonly version: number;
  readonly offset: number;
  readonly count: number;
}
export const Fetch: BodyCodec<Fetch> = shape<Fetch>({ version: uint, offset: uint, count: whole(1, MAX_FETCH_BYTES) });

/** 1 to 1,024 bytes of a snapshot. */
export interface Piece {
  readonly version: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}
export const Piece: BodyCodec<Piece> = shape<Piece>({ version: uint, offset: uint, bytes: bytes(1, MAX_PIECE_BYTES) });

/** A newer snapshot is there. */
export interface Offer {
  readonly version: number;
  readonly total: number;
}
export const Offer: BodyCodec<Offer> = shape<Offer>({ version: uint, total: uint });

/** Whether the box has a session; retained, and the will. */
export interface State {
  readonly online: boolean;
}
export const State: BodyCodec<State> = shape<State>({ online: flag });

/**
 * A command that the cloud sealed longer ago is not taken, s; nor does a one-touch unlock arm a bin that was asked for longer
 * ago: the minute after which the cloud drops it, and two seconds for fractions and the way.
 */
export const COMMAND_AGE_MAX_S = 62;

export interface Command {
  /** The cloud's number for it; grows for each box. */
  readonly id: number;
  /** A CommandKind, or a number up to 255 that a newer cloud gave a meaning. */
  readonly command: number;
  /** Counted as on the board, 0 to 199. */
  readonly bin?: number | undefined;
  /** 0 to 999. */
  readonly sheet?: number | undefined;
  /** Of a one-touch unlock: when it was asked for, s since 1970 UTC. */
  readonly time?: number | undefined;
  /** When this message was sealed, s since 1970 UTC; absent: by an older cloud. */
  readonly sent?: number | undefined;
}
export const Command: BodyCodec<Command> = shape<Command>({
  id: uint,
  command: whole(1, 255),
  bin: tolerated(whole(0, 199)),
  sheet: tolerated(whole(0, 999)),
  time: tolerated(whole53),
  sent: tolerated(whole53),
});
