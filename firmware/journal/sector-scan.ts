import type { FlashWindow } from "./flash-window.js";
import {
  FRAME_OVERHEAD_BYTES,
  FRAME_PREFIX_BYTES,
  frameBytes,
  isLength,
  maxRecords,
  sectorSeed,
  TAG_SPAN,
  tagDistance,
  tagFlag,
  verifies,
} from "./frame.js";
import { FIRST_FRAME, type Geometry } from "./geometry.js";
import type { SectorHeader } from "./sector-header.js";

export interface Sector {
  /** Offset of the sector in the partition. */
  readonly start: number;
  readonly header: SectorHeader;
}

export interface Frame {
  readonly kind: "record" | "piece" | "checkpoint-end";
  /** Of a record; `firstSeq - 1` for the frames of a checkpoint. */
  readonly seq: number;
  readonly vital: boolean;
  /** First byte in the sector, and the byte behind its padding. */
  readonly offset: number;
  readonly end: number;
  /** A view that the next read of the journal overwrites. */
  readonly payload: Uint8Array;
}

/** A frame that is served from RAM, for its bits on flash may be unstable (SPEC.md section 6). */
export interface HeldFrame {
  /** In the partition. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Walks the valid frames of a sector from `from` to `to`. Bounded on any content: it goes on by one unit at least. */
export class SectorScan {
  /** Where the next frame is looked for. */
  offset: number;
  /** Behind the last frame given out, and behind all that invalid places since then may reach (SPEC.md section 6). */
  dirtyEnd: number;
  /** The first unit behind the last frame given out that is not destroyed: where a torn frame begins, if there is one. */
  tornAt: number | undefined;
  /** Runs of bytes that are no frame, not blank and not destroyed. */
  damagedPlaces = 0;

  readonly #window: FlashWindow;
  readonly #geometry: Geometry;
  readonly #sector: Sector;
  readonly #to: number;
  readonly #held: HeldFrame | undefined;
  readonly #seed: number;
  #lastDistance = -1;
  #inDamage = false;

  constructor(
    window: FlashWindow,
    geometry: Geometry,
    sector: Sector,
    held: HeldFrame | undefined,
    from: number = FIRST_FRAME,
    to: number = geometry.sectorBytes,
  ) {
    this.#window = window;
    this.#geometry = geometry;
    this.#sector = sector;
    this.#held = held;
    this.#seed = sectorSeed(sector.header);
    this.#to = to;
    this.offset = this.dirtyEnd = from;
  }

  next(): Frame | undefined {
    for (this.#passBlank(); this.offset < this.#to; this.#passBlank()) {
      const frame = this.#frameHere();
      if (frame !== undefined) {
        this.offset = this.dirtyEnd = frame.end;
        this.tornAt = undefined;
        this.#inDamage = false;
        return frame;
      }
      this.#passUnit();
    }
    return undefined;
  }

  #frameHere(): Frame | undefined {
    const { header, start } = this.#sector;
    const offset = this.offset;
    if (offset + FRAME_OVERHEAD_BYTES >= this.#to) return undefined;
    const held = this.#held?.start === start + offset ? this.#held : undefined;
    const limit = start + this.#to;
    let bytes = held?.bytes ?? this.#window.bytes;
    let at = held === undefined ? this.#window.at(start + offset, FRAME_PREFIX_BYTES, limit) : 0;
    const payloadBytes = bytes[at]!;
    const end = offset + frameBytes(payloadBytes, this.#geometry.alignBytes);
    if (!isLength(payloadBytes) || end > this.#to) return undefined;
    const distance = tagDistance(header, bytes, at);
    const checkpoint = distance === TAG_SPAN - 1;
    // Also keeps the walk through garbage short: few tags are plausible, so few CRCs are computed.
    if (checkpoint ? this.#lastDistance >= 0 : !this.#follows(distance)) return undefined;
    if (held === undefined) {
      at = this.#window.at(start + offset, end - offset, limit);
      bytes = this.#window.bytes;
    }
    if (!verifies(this.#seed, offset, bytes, at)) return undefined;
    const flag = tagFlag(bytes, at);
    if (!checkpoint) this.#lastDistance = distance;
    return {
      kind: checkpoint ? (flag ? "checkpoint-end" : "piece") : "record",
      seq: checkpoint ? header.firstSeq - 1 : header.firstSeq + distance,
      vital: flag && !checkpoint,
      offset,
      end,
      payload: bytes.subarray(at + FRAME_PREFIX_BYTES, at + FRAME_PREFIX_BYTES + payloadBytes),
    };
  }

  #follows(distance: number): boolean {
    return distance > this.#lastDistance && distance <= maxRecords(this.#geometry);
  }

  /** Most of the newest sector is blank at boot: to take it apart unit by unit costs thirty times what it costs to look at. */
  #passBlank(): void {
    const { start } = this.#sector;
    while (this.offset < this.#to) {
      const here = start + this.offset;
      // A held frame stands in RAM, whatever its place on flash reads as.
      const isBeforeHeld = this.#held !== undefined && this.#held.start >= here;
      const limit = isBeforeHeld ? Math.min(this.#held.start, start + this.#to) : start + this.#to;
      const blank = limit > here ? this.#window.blank(here, limit) : 0;
      const units = Math.floor(blank / this.#geometry.alignBytes);
      if (units === 0) return;
      this.tornAt ??= this.offset;
      this.offset += units * this.#geometry.alignBytes;
      this.#inDamage = false;
    }
  }

  #passUnit(): void {
    const { alignBytes } = this.#geometry;
    const { start } = this.#sector;
    const at = this.#window.at(start + this.offset, Math.min(alignBytes, this.#to - this.offset), start + this.#to);
    const bytes = this.#window.bytes;
    let blank = true;
    let destroyed = true;
    for (let i = at; i < at + alignBytes; i++) {
      if (bytes[i] !== 0xff) blank = false;
      if (bytes[i] !== 0) destroyed = false;
    }
    if (!blank) {
      const reach = isLength(bytes[at]!) ? frameBytes(bytes[at]!, alignBytes) : alignBytes;
      this.dirtyEnd = Math.min(this.#to, Math.max(this.dirtyEnd, this.offset + reach));
    }
    if (!destroyed) this.tornAt ??= this.offset;
    const damaged = !blank && !destroyed;
    if (damaged && !this.#inDamage) this.damagedPlaces++;
    this.#inDamage = damaged;
    this.offset += alignBytes;
  }
}
