import { type ClockPort, ClockQuality } from "../../hal/ports/clock.js";
import type { HashPort } from "../../hal/ports/hash.js";
import type { RefusalReason } from "../panel/texts/catalogue.js";
import { Auth } from "../records/records.js";
import type { AccessInfo, KeyInfo, SnapshotView } from "../snapshot/contract.js";
import { lookupHash } from "../snapshot/lookup-hash.js";

/** A person's right to one key, as far as the snapshot tells; whether it holds now is for `windowRefusal`. */
export interface Right {
  readonly key: KeyInfo;
  readonly auth: Auth;
  /** Absent for a key code. */
  readonly access: AccessInfo | undefined;
}

/** Why not, and the values of the text's placeholders. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** Accesses of one user that the panel can offer at once. */
export const CHOICES_MAX = 6;
/** Accesses looked at for one badge: a bound on flash reads, not on people. */
const ACCESSES_LOOKED_AT = 64;
const ACCESSES_A_PAGE = 16;

/** Looks up what was typed or scanned in the snapshot. */
export class Rights {
  readonly #snapshot: () => SnapshotView | undefined;
  readonly #hash: HashPort;
  readonly #lookupKey: Uint8Array;
  readonly #clock: ClockPort;

  constructor(parts: {
    snapshot: () => SnapshotView | undefined;
    hash: HashPort;
    lookupKey: Uint8Array;
    clock: ClockPort;
  }) {
    this.#snapshot = parts.snapshot;
    this.#hash = parts.hash;
    this.#lookupKey = parts.lookupKey;
    this.#clock = parts.clock;
  }

  byCode(digits: string): Right | undefined {
    const snapshot = this.#snapshot();
    const code = snapshot?.code(lookupHash(this.#hash, this.#lookupKey, digits));
    if (snapshot === undefined || code === undefined) return undefined;
    if (code.kind === "key") {
      const key = snapshot.keyById(code.key);
      return key && { key, auth: Auth.keyCode, access: undefined };
    }
    const access = snapshot.access(code.access);
    const key = access && snapshot.keyById(access.key);
    return key && { key, auth: Auth.bookingCode, access };
  }

  /** The user that a badge belongs to; undefined: the serial is not a badge's. */
  badgeUser(serial: string): number | undefined {
    return this.#snapshot()?.badge(lookupHash(this.#hash, this.#lookupKey, serial))?.user;
  }

  /** What a user may take now, one right a key, `wanted` deciding whether a key can be offered here. */
  ofUser(user: number, wanted: (key: KeyInfo) => boolean): readonly Right[] {
    const snapshot = this.#snapshot();
    const rights: Right[] = [];
    for (let skip = 0; snapshot !== undefined && skip < ACCESSES_LOOKED_AT; skip += ACCESSES_A_PAGE) {
      const page = snapshot.accessesOf(user, skip, ACCESSES_A_PAGE);
      for (const access of page) {
        const key = this.#offered(access, rights, snapshot);
        if (key !== undefined && wanted(key)) rights.push({ key, auth: Auth.badge, access });
        if (rights.length === CHOICES_MAX) return rights;
      }
      if (page.length < ACCESSES_A_PAGE) break;
    }
    return rights;
  }

  /** Why a user can take nothing, where it is a window or the clock that keeps a key back: the first such access tells. */
  badgeRefusal(user: number): Refusal | undefined {
    for (const access of this.#snapshot()?.accessesOf(user, 0, ACCESSES_A_PAGE) ?? []) {
      const refusal = this.windowRefusal(access);
      if (refusal !== undefined && refusal.reason !== "expired") return refusal;
    }
    return undefined;
  }

  #offered(access: AccessInfo, rights: readonly Right[], snapshot: SnapshotView): KeyInfo | undefined {
    if (this.windowRefusal(access) !== undefined) return undefined;
    if (rights.some((right) => right.key.id === access.key)) return undefined;
    return snapshot.keyById(access.key);
  }

  /** The same right by the snapshot in force now; undefined: it has been taken away. */
  renewed(right: Right): Right | undefined {
    const snapshot = this.#snapshot();
    const key = snapshot?.keyById(right.key.id);
    if (key === undefined || right.access === undefined) return key && { ...right, key };
    const access = snapshot?.access(right.access.id);
    const isSame = access?.user === right.access.user && access.key === right.access.key;
    return access !== undefined && isSame ? { ...right, key, access } : undefined;
  }

  keyByFob(serial: string): KeyInfo | undefined {
    return this.#snapshot()?.keyByFob(serial);
  }

  /** Scheduled accesses need a clock; ongoing ones and key codes do not. */
  windowRefusal(access: AccessInfo | undefined): Refusal | undefined {
    const window = access?.window;
    if (window === undefined) return undefined;
    const now = this.#clock.wallSeconds();
    if (now === undefined || this.#clock.quality() === ClockQuality.unknown) return { reason: "clock-unknown" };
    if (now < window.from) return { reason: "too-early", params: { time: this.#localTime(window.from) } };
    if (now >= window.until) return { reason: "expired", params: { time: this.#localTime(window.until) } };
    return undefined;
  }

  /** `2026-11-23 18:05` on the location's clocks; XS has no time zones, so the snapshot brings the offsets. */
  #localTime(seconds: number): string {
    let offsetMinutes = 0;
    for (const offset of this.#snapshot()?.location.offsets ?? []) {
      if (offset.from <= seconds) offsetMinutes = offset.offsetMinutes;
    }
    return new Date((seconds + offsetMinutes * 60) * 1_000).toISOString().slice(0, 16).replace("T", " ");
  }
}
