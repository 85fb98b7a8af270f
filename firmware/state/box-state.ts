import type { Belief, EmergencyTarget, Held, Kind, Rec } from "../records/records.js";

/**
 * What the box knows beyond its snapshot. Rebuilt at boot from the journal's newest checkpoint and the records after it
 * (`reducer.ts`), and changed in no other way: the same function runs live and at boot.
 *
 * Bounded: every map has at most one entry a bin (or what else can be guessed at), 204 in all.
 */
export interface BoxState {
  boots: number;
  /** The cloud has every record through this one, as far as the journal knows. */
  acked: number;
  /** Wall time at which the cloud was last heard, at the earliest, s; undefined: never, or the clock was unknown. */
  lastSync: number | undefined;
  /** Mains are away since then; undefined: there, as far as the journal tells. */
  mainsLost: MainsLost | undefined;
  /** The battery was low when that was last told; `PowerTask` goes on from there with its hysteresis. */
  batteryLow: boolean;
  /** Last command taken on. */
  command: number;
  snapshot: ActiveSnapshot | undefined;
  /** By bin: what changed since the snapshot. A bin without an entry is as the snapshot says. */
  readonly bins: Map<number, BinChange>;
  /** Bins that did not open when asked to and have not opened since. */
  readonly faulty: Set<number>;
  /** By bin: enabled or disabled by command since the snapshot. */
  readonly enabled: Map<number, { readonly enabled: boolean; readonly seq: number }>;
  /** By `guessedIndex`: what somebody has typed wrong codes for. */
  readonly throttles: Map<number, Failures>;
  readonly codes: CodesState;
  /** The exchange whose outcome is not recorded yet. */
  exchange: OpenExchange | undefined;
  /** The emergency opening of one bin whose outcome is not recorded yet. */
  opening: EmergencyOpening | undefined;
  /** An open-all run that is not over. */
  openAll: OpenAll | undefined;
}

export interface MainsLost {
  /** Wall time of the first record without mains, s; undefined when the clock was unknown. */
  readonly at: number | undefined;
  /** The clock had been set from the cloud in that boot. */
  readonly synced: boolean;
  /** Percent at that time; undefined: that record does not tell. */
  readonly charge: number | undefined;
}

export interface ActiveSnapshot {
  readonly version: number;
  readonly slot: 0 | 1;
  readonly asOf: number;
  /** CRC-32 of the rows of its bins when it came into force; undefined: an older firmware put it there. */
  readonly binsCrc: number | undefined;
}

/** What the box believes of a bin, and which record told it. */
export interface BinChange {
  readonly seq: number;
  readonly belief: Belief;
  /** The key or fob that the belief is about; undefined: none; `same`, of a doubt: the one that the snapshot names. */
  readonly item: Held | "same" | undefined;
}

export interface EmergencyOpening {
  readonly seq: number;
  readonly bin: number;
  /** What was believed before; undefined: as the snapshot says. It holds again where the door never opened. */
  readonly before: BinChange | undefined;
}

export interface Failures {
  /** Wrong codes in a row. */
  readonly failures: number;
  /** Wall time of the last one, s; undefined when the clock was unknown or the boot before had other uptimes. */
  readonly at: number | undefined;
}

/** What a wrong code was a guess at, as its record names it (`Kind.codeFailure`). */
export interface Guessed {
  readonly target: number;
  readonly bin?: number | undefined;
  readonly short?: 1 | undefined;
}

export interface CodesState {
  /** Sheet in force. */
  sheet: number;
  /** By target (`targetIndex`): the highest number used on that sheet. */
  readonly used: Map<number, number>;
  /** The last accepted code, which opens its target again for a while. */
  grace: Grace | undefined;
}

export interface Grace {
  readonly seq: number;
  readonly target: number;
  readonly sheet: number;
  readonly number: number;
  /** Wall time of acceptance, s, if it was known. */
  readonly at: number | undefined;
  /** Boot in which it was accepted. */
  readonly boot: number;
  /** Times it was used again. */
  reuses: number;
}

export type OpenExchange = Extract<Rec, { kind: typeof Kind.intent }> & { readonly seq: number };

export interface OpenAll {
  /** Wall time at which the code was accepted, s, if it was known. */
  readonly at: number | undefined;
  /** The record that burnt the code. */
  readonly seq: number;
  readonly sheet: number;
  readonly number: number;
  /** The bin last begun, -1 before the first. */
  bin: number;
  /** Bins whose opening a power cut cut off, and whose doors were shut when the power was back. */
  readonly cutOff: Set<number>;
}

/** Bins are their own numbers; then the two targets that are not bins. */
export const ALL_BINS_TARGET = 200;
const UNMOUNT_TARGET = 201;
/** Booking and key codes of six digits and more, and those of fewer. */
export const ORDINARY_INDEX = 202;
export const SHORT_INDEX = 203;
/** A code on the ordinary keypad. */
export const ORDINARY: Guessed = { target: 0 };

export function targetIndex(target: EmergencyTarget, bin: number | undefined): number {
  if (target === 2) return ALL_BINS_TARGET;
  if (target === 3) return UNMOUNT_TARGET;
  return bin ?? 0;
}

/** The throttle of a guess. A record of an older firmware, which had one throttle for all, does not name its bin. */
export function guessedIndex({ target, bin, short }: Guessed): number {
  const isNameless = target === 1 && bin === undefined;
  if (target === 0 || isNameless) return short === undefined ? ORDINARY_INDEX : SHORT_INDEX;
  return targetIndex(target as EmergencyTarget, bin);
}

export function emptyState(): BoxState {
  return {
    boots: 0,
    acked: 0,
    lastSync: undefined,
    mainsLost: undefined,
    batteryLow: false,
    command: 0,
    snapshot: undefined,
    bins: new Map(),
    faulty: new Set(),
    enabled: new Map(),
    throttles: new Map(),
    codes: { sheet: 1, used: new Map(), grace: undefined },
    exchange: undefined,
    opening: undefined,
    openAll: undefined,
  };
}
