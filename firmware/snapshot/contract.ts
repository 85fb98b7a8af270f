/**
 * What the rest of the firmware sees of the permission snapshot. `SPEC.md` beside this file tells the bytes. Every look-up
 * reads a few flash bytes in place; nothing is loaded whole.
 */
export interface SnapshotView {
  readonly version: number;
  /** Last journal record that the cloud had taken into account: `inventory` is as of that record. */
  readonly asOf: number;
  /** Epoch that `asOf` counts in. Of another epoch than the journal's: `asOf` means nothing, the inventory is taken as it is. */
  readonly epoch: Uint8Array;
  readonly location: LocationInfo;
  /** Of the location: local time = UTC + so many minutes, at `at` (s since 1970 UTC). Only for showing times. */
  offsetMinutes(at: number): number;
  /** Sheets of offline codes below this one are closed. */
  readonly sheet: number;

  /** Reads all of the file once more, from its start. */
  look(): ContentLook;
  bin(bin: number): BinInfo | undefined;
  /** CRC-32 of the rows of all bins, read anew. Throws FlashError. */
  binsCrc(): number;
  keyById(id: number): KeyInfo | undefined;
  /** Fob serials are ASCII, matched as they are. */
  keyByFob(serial: string): KeyInfo | undefined;
  userName(id: number): string | undefined;
  access(id: number): AccessInfo | undefined;
  /** By the keyed hash of what was typed, see `lookupHash`. */
  code(hash: Uint8Array): CodeInfo | undefined;
  /** By the keyed hash of the badge's serial. Undefined: not a badge. */
  badge(hash: Uint8Array): { readonly user: number } | undefined;
  /** Accesses of a user in the order of their ids, from the `skip`th on, at most `limit` (1 to 32). */
  accessesOf(user: number, skip: number, limit: number): readonly AccessInfo[];
}

export interface ContentLook {
  /** One piece of 512 bytes on. Undefined: there is more; `rotten`: its bytes are not those that came. Throws FlashError. */
  step(): "whole" | "rotten" | undefined;
}

export interface LocationInfo {
  readonly id: number;
  readonly name: string;
  /** Language of the panel: `en`, `fr` or `ja`. */
  readonly language: string;
}

export interface BinInfo {
  readonly enabled: boolean;
  /** Key that was in the bin as of `asOf`. */
  readonly key: number | undefined;
  /** Fob that was in the bin and belongs to no key the cloud knows. */
  readonly fob: string | undefined;
  /** An emergency code opened the bin, or an opening was cut off, since somebody saw what is in it. */
  readonly uncertain: boolean;
  /** `key` or `fob` was taken from the bin by somebody with a right, and may have been left behind the shut door. */
  readonly taken: boolean;
}

export interface KeyInfo {
  readonly id: number;
  readonly name: string;
  /** Undefined: a virtual key. */
  readonly fob: string | undefined;
  /** May be returned to any box. */
  readonly roaming: boolean;
  readonly homeLocation: number;
  readonly homeLocationName: string;
}

export interface AccessInfo {
  readonly id: number;
  readonly user: number;
  readonly key: number;
  /** Undefined: ongoing. Resolved to UTC by the cloud from the access's time zone or the location's: s since 1970, end exclusive. */
  readonly window: { readonly from: number; readonly until: number } | undefined;
}

export type CodeInfo =
  | { readonly kind: "booking"; readonly access: number }
  | { readonly kind: "key"; readonly key: number };

/** Codes and badges are stored as the first 10 bytes of HMAC-SHA-512(look-up key of the snapshot, `text` as ASCII). */
export const LOOKUP_HASH_BYTES = 10;

/** Whoever has the snapshot in force. */
export interface SnapshotSource {
  /** Undefined: there is none that can be used. A new one takes its place without notice. */
  readonly view: SnapshotView | undefined;
  /** Its file is not what came any more, so any row may be wrong. Absent: nobody knows of anything. */
  readonly isRotten?: boolean;
}

/** Where somebody is about to rely on what is said of the bins. */
export interface BinsSource extends SnapshotSource {
  /** Reads the rows of the bins once more; where they are not those that came, `isRotten` says so from here on. */
  lookAtBins(): void;
}

/**
 * Two slots of flash, one active. The active one is named by the journal (`snapshotApplied`), not by the slots: a slot that
 * is whole but not named is garbage.
 */
export interface SnapshotSlots {
  /** Opens `slot` if it holds a sound snapshot of `version` for this box. Throws SnapshotError that names what is wrong. */
  open(slot: 0 | 1, version: number): SnapshotView;
  /**
   * Starts to receive a snapshot of `totalBytes` into `slot`, which must not be the active one. Throws SnapshotError when it
   * cannot fit. A writer begun before is void from now on.
   */
  begin(slot: 0 | 1, version: number, totalBytes: number): SnapshotWriter;
}

export interface SnapshotWriter {
  /** Bytes taken so far: where the next piece belongs. */
  readonly offset: number;
  /** Takes the next 1 to 1,024 bytes, erasing ahead as needed. Throws SnapshotError beyond `totalBytes`, FlashError from the part. */
  write(bytes: Uint8Array): void;
  /** Checks the whole slot: length, CRC-32, structure, box, version. Throws SnapshotError; else the view that may be activated. */
  finish(): SnapshotView;
}

/** The message names the cause: truncated, damaged, for another box, of another version, too large. */
export class SnapshotError extends Error {}
