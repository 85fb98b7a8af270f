import type { ClockPort } from "../../hal/ports/clock.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { guessedBy } from "../codes/throttle.js";
import { Auth } from "../records/records.js";
import type { AccessInfo, KeyInfo, SnapshotSource } from "../snapshot/contract.js";
import { lookupHash } from "../snapshot/lookup-hash.js";
import type { RefusalReason } from "../state/refusal.js";

/** A person's right to one key, as far as the snapshot tells; whether it holds now is for `windowRefusal`. */
export interface Right {
  readonly key: KeyInfo;
  readonly auth: Auth;
  /** Absent for a key code. */
  readonly access: AccessInfo | undefined;
  /** Keyed hash of the code or the badge that showed it. */
  readonly shown: Uint8Array;
  /** 1: a code of 4 or 5 digits. */
  readonly short?: 1 | undefined;
}

/** A badge that was scanned, and whose it is. */
export interface Badge {
  readonly user: number;
  readonly shown: Uint8Array;
}

/** Why not, and the values of the text's placeholders. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** Accesses looked at for one badge: as many as a snapshot has. Fewer would hide a key behind bookings of days to come. */
const ACCESSES_LOOKED_AT = 5_000;
const ACCESSES_A_PAGE = 16;

/** Looks up what was typed or scanned in the snapshot. */
export class Rights {
  readonly #snapshot: SnapshotSource;
  readonly #hash: HashPort;
  readonly #lookupKey: Uint8Array;
  readonly #clock: ClockPort;

  constructor(needs: {
    snapshot: SnapshotSource;
    hash: HashPort;
    lookupKey: Uint8Array;
    clock: ClockPort;
  }) {
    this.#snapshot = needs.snapshot;
    this.#hash = needs.hash;
    this.#lookupKey = needs.lookupKey;
    this.#clock = needs.clock;
  }

  byCode(digits: string): Right | undefined {
    const right = this.#byShown(lookupHash(this.#hash, this.#lookupKey, digits));
    return right && { ...right, short: guessedBy(digits).short };
  }

  #byShown(shown: Uint8Array): Right | undefined {
    const snapshot = this.#snapshot.view;
    const code = snapshot?.code(shown);
    if (snapshot === undefined || code === undefined) return undefined;
    if (code.kind === "key") {
      const key = snapshot.keyById(code.key);
      return key && { key, auth: Auth.keyCode, access: undefined, shown };
    }
    const access = snapshot.access(code.access);
    const key = access && snapshot.keyById(access.key);
    return key && { key, auth: Auth.bookingCode, access, shown };
  }

  /** Undefined: the serial is not a badge's. */
  badge(serial: string): Badge | undefined {
    const shown = lookupHash(this.#hash, this.#lookupKey, serial);
    const user = this.#snapshot.view?.badge(shown)?.user;
    return user === undefined ? undefined : { user, shown };
  }

  /** What a badge may take now, one right a key. */
  *ofBadge({ user, shown }: Badge): Iterable<Right> {
    for (const { access, key } of this.#takeable(user)) yield { key, auth: Auth.badge, access, shown };
  }

  /** Accesses of a user whose window is open now, one a key. */
  *#takeable(user: number): Iterable<{ readonly access: AccessInfo; readonly key: KeyInfo }> {
    const seen = new Set<number>();
    for (const access of this.#accessesOf(user)) {
      const isOpen = this.windowRefusal(access) === undefined && !seen.has(access.key);
      const key = isOpen ? this.#snapshot.view?.keyById(access.key) : undefined;
      if (key === undefined) continue;
      seen.add(key.id);
      yield { access, key };
    }
  }

  *#accessesOf(user: number): Iterable<AccessInfo> {
    const snapshot = this.#snapshot.view;
    for (let skip = 0; snapshot !== undefined && skip < ACCESSES_LOOKED_AT; skip += ACCESSES_A_PAGE) {
      const page = snapshot.accessesOf(user, skip, ACCESSES_A_PAGE);
      yield* page;
      if (page.length < ACCESSES_A_PAGE) return;
    }
  }

  /** Why a user can take nothing, where it is a window or the clock that keeps a key back: the first such access tells. */
  badgeRefusal(user: number): Refusal | undefined {
    for (const access of this.#accessesOf(user)) {
      const refusal = this.windowRefusal(access);
      if (refusal !== undefined && refusal.reason !== "expired") return refusal;
    }
    return undefined;
  }

  /** The same right by the snapshot in force now; undefined: the code, the badge or the access has been taken away. */
  renewed(right: Right): Right | undefined {
    const snapshot = this.#snapshot.view;
    if (right.auth !== Auth.badge) {
      const now = this.#byShown(right.shown);
      const isSame = now?.key.id === right.key.id && now.access?.id === right.access?.id;
      return isSame ? { ...now, short: right.short } : undefined;
    }
    const user = snapshot?.badge(right.shown)?.user;
    const access = right.access && snapshot?.access(right.access.id);
    const key = access && snapshot?.keyById(access.key);
    const isSame = user !== undefined && access?.user === user && key?.id === right.key.id;
    return isSame && key !== undefined ? { ...right, key, access } : undefined;
  }

  keyByFob(serial: string): KeyInfo | undefined {
    return this.#snapshot.view?.keyByFob(serial);
  }

  /** Scheduled accesses need a clock; ongoing ones and key codes do not. */
  windowRefusal(access: AccessInfo | undefined): Refusal | undefined {
    const window = access?.window;
    if (window === undefined) return undefined;
    const now = this.#clock.wallSeconds();
    if (now === undefined) return { reason: "clock-unknown" };
    if (now < window.from) return { reason: "too-early", params: { time: this.#localTime(window.from) } };
    if (now >= window.until) return { reason: "expired", params: { time: this.#localTime(window.until) } };
    return undefined;
  }

  /** `2026-11-23 18:05` on the location's clocks; XS has no time zones, so the snapshot brings the offsets. */
  #localTime(seconds: number): string {
    const offsetMinutes = this.#snapshot.view?.offsetMinutes(seconds) ?? 0;
    return new Date((seconds + offsetMinutes * 60) * 1_000).toISOString().slice(0, 16).replace("T", " ");
  }
}
