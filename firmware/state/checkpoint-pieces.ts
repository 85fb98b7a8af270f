import { type BodyOf, bytes, MessageError, optional, orNull, shape, tuple, whole, whole53 } from "../wire/shape.js";

/**
 * Pieces of a checkpoint, which the journal writes at the start of each sector: the state as a few CBOR maps. A key of a piece means
 * what is said here, and nothing else. Four keys mean something else in messages: the first firmware took the nearest number that
 * there was, and flash that it wrote must be read for ever. `charge` (17) is percent there, and a sign of a low battery here. `first`
 * (32) and `next` (35) are the first record of a batch and the next one of the journal there. `time` (39) is the sender's clock there.
 * What is added to a piece gets a number of its own.
 */

/** `chapter` of a piece. 2 to 4 were given to pieces that nobody reads any more, and are not used again. */
export const Chapter = {
  main: 1,
  /**
   * Beliefs, as firmware before there were four of them packed them; read where older firmware left it, never written. Each entry as in
   * `bins`, but in place of belief and sort: 0, the one that the snapshot names; 1, none; 2, a key; 3, a fob; and 4 more where in doubt.
   */
  oldBins: 5,
  /** Used offline codes. Each entry: target (1 byte), the highest number used on the sheet in force (1). */
  used: 6,
  /** Bins enabled or disabled. Each entry: bin (1), then a number: twice the sequence number from `first` on, and 1 for enabled. */
  enabled: 7,
  /** Bins that did not open. Each entry: bin (1). */
  faulty: 8,
  /** Bins of an open-all run that a power cut cut off. Each entry: bin (1). */
  cutOff: 9,
  /** Wrong codes by what they were a guess at. Each entry: target (1), count (number), time from `first` on and one more (number); 0: unknown. */
  throttles: 10,
  /**
   * Beliefs. Each entry: bin (1), belief + 16 × sort of item (1), sequence number from `first` on (number), item. Sorts: 0, none; 1, a
   * key's number; 2, a fob, the length of its serial (1) and its UTF-8; 3, the one that the snapshot names.
   */
  bins: 20,
  /** An emergency opening that is not over. One entry: the bin (1); where `first` is there, what was believed of it, as in `bins`. */
  opening: 21,
} as const;

/** A chapter from this number on says nothing of bins, codes or sheets: a firmware that does not know it goes on as if it were not there. */
export const IGNORABLE_FROM = 128;

/** What is left of a record's payload of 240 bytes when the map around the entries is taken off. */
export const ENTRIES_BYTES = 220;

const PAYLOAD_BYTES = 240;
/** Wall time, s since 1970 UTC; null where the clock was unknown. */
const time = orNull(whole53);

const MAIN = {
  chapter: whole(Chapter.main, Chapter.main),
  /** Boots so far. Where it is there, so are `acked`, `command`, `throttle` and `sheet`. */
  boot: optional(whole53),
  /** The cloud has every record through this one. */
  acked: optional(whole53),
  /** The id of the last command taken on. */
  command: optional(whole53),
  /** When the cloud was last heard, s since 1970 UTC; absent: never, or the clock was unknown. */
  time: optional(whole53),
  /** Mains are away: since when, whether the clock had been set by the cloud (1 or 0), percent of charge then. */
  mains: optional(tuple(time, whole53, orNull(whole53))),
  /** 0: the battery is low. Absent: it is not. */
  charge: optional(whole53),
  /** Of the snapshot in force, with `slot`, `asOf` and `binsCrc`. */
  version: optional(whole53),
  slot: optional(whole(0, 1)),
  asOf: optional(whole53),
  /** Of the rows of its bins when it came into force. */
  binsCrc: optional(whole(0, 0xffff_ffff)),
  /** Wrong ordinary codes in a row, and when the last was typed. */
  throttle: optional(tuple(whole53, time)),
  /** Of offline codes, in force. */
  sheet: optional(whole53),
  /** The intent of the exchange that is not over: its record, with the text key `seq` behind its fields. */
  pending: optional(bytes(1, PAYLOAD_BYTES)),
  /** The sequence number of `pending`. */
  next: optional(whole53),
  /** An open-all run: the record that burnt its code, sheet, number, the bin last begun (-1: none yet), when. */
  openAll: optional(tuple(whole53, whole53, whole53, whole(-1, 255), time)),
  /** The last code accepted: its record, target, sheet, number, when, the boot of then, how often it was used again. */
  grace: optional(tuple(whole53, whole53, whole53, whole53, time, whole53, whole53)),
};
/** Chapter 1. Written in two maps where an exchange or an emergency is under way: the second has `pending`, `next`, `openAll`, `grace`. */
export type MainPiece = BodyOf<typeof MAIN>;
export const MainPiece = shape<MainPiece>(MAIN, ({ boot, acked, command, throttle, sheet, version, slot, asOf }) => {
  const isWhole = [acked, command, throttle, sheet].every((field) => field !== undefined);
  if (boot !== undefined && !isWhole) throw new MessageError("boot: not alone");
  if (version !== undefined && (slot === undefined || asOf === undefined)) throw new MessageError("version: not alone");
});

const OPENING = {
  chapter: whole(Chapter.opening, Chapter.opening),
  /** The sequence number of the emergency record. */
  next: whole53,
  /** What the sequence number in the entry counts from; absent: the belief before it was the snapshot's. */
  first: optional(whole53),
  entries: bytes(1, ENTRIES_BYTES),
};
/** An emergency opening that is not over. */
export type OpeningPiece = BodyOf<typeof OPENING>;
export const OpeningPiece = shape<OpeningPiece>(OPENING);

const LIST = {
  /** Of any other number of `chapter` below. */
  chapter: whole53,
  /** What sequence numbers, or times, in the entries count from. */
  first: whole53,
  /** One after the other, none split: a number is 7 bits a byte, the lowest first, and bit 7 says that more follow. */
  entries: bytes(0, PAYLOAD_BYTES),
};
/** One or more entries; each chapter has as many pieces as it takes. */
export type ListPiece = BodyOf<typeof LIST>;
export const ListPiece = shape<ListPiece>(LIST);
