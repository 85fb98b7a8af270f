import type { CodeInfo, LocationInfo } from "../../../firmware/snapshot/contract.js";

/** All that one box is to know, in any order. Ids are whole numbers from 1 to 2^32-1. */
export interface SnapshotModel {
  readonly box: string;
  /** 1 to 2^32-1, above every version that the box was ever offered. */
  readonly version: number;
  /** 8 bytes; zeros while the cloud knows no journal of the box. */
  readonly epoch: Uint8Array;
  /** Last record of that epoch that `bins` takes into account; 0: none. */
  readonly asOf: number;
  /** 0 to 999: sheets of offline codes below it are closed. */
  readonly sheet: number;
  /** The box's key for the hashes of codes and badges, 32 bytes. */
  readonly lookupKey: Uint8Array;
  readonly location: LocationModel;
  readonly bins: readonly BinModel[];
  readonly keys: readonly KeyModel[];
  readonly users: readonly UserModel[];
  readonly accesses: readonly AccessModel[];
  readonly codes: readonly CodeModel[];
  readonly badges: readonly BadgeModel[];
}

export interface LocationModel extends LocationInfo {
  /** Local time = UTC + `offsetMinutes` from `from` (s since 1970 UTC) on; sorted, at most 16. */
  readonly offsets: readonly { readonly from: number; readonly offsetMinutes: number }[];
}

export interface BinModel {
  /** 0 to 199, as on the board. */
  readonly bin: number;
  readonly enabled: boolean;
  readonly key?: number | undefined;
  /** A fob in the bin. One that belongs to a key of `keys` is written as that key. */
  readonly fob?: string | undefined;
  /** Absent: it is certain. */
  readonly uncertain?: boolean;
  /** The key or fob was taken by somebody with a right, and may have been left behind. */
  readonly taken?: boolean;
}

/** Names longer than 64 bytes of UTF-8 lose their middle. */
export interface KeyModel {
  readonly id: number;
  readonly name: string;
  /** 1 to 16 printable ASCII characters; absent: a virtual key. */
  readonly fob?: string | undefined;
  readonly roaming: boolean;
  readonly homeLocation: number;
  readonly homeLocationName: string;
}

export interface UserModel {
  readonly id: number;
  readonly name: string;
}

export interface AccessModel {
  readonly id: number;
  readonly user: number;
  readonly key: number;
  /** Absent: ongoing. Seconds since 1970 UTC, below 2^32; `until` is exclusive and above `from`. */
  readonly window?: { readonly from: number; readonly until: number } | undefined;
}

export interface CodeModel {
  /** 4 to 16 digits. */
  readonly text: string;
  readonly target: CodeInfo;
}

export interface BadgeModel {
  /** 1 to 16 printable ASCII characters. */
  readonly serial: string;
  readonly user: number;
}

/** The model contradicts itself or does not fit the format; the message names the cause, but never a code. */
export class SnapshotModelError extends Error {}
