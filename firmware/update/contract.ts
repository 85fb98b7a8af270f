import type { LinkKind } from "../../hal/ports/network.js";

/** What the update asks of the rest of the firmware, and tells it. */
export interface UpdateHost {
  /** For `ms` nobody has used the box, and nothing moves or stands open. */
  isQuietFor(ms: number): boolean;
  /** Percent; undefined: unknown. */
  charge(): number | undefined;
  /** The cloud answers, has every record, and the box its permissions. */
  isInSync(): boolean;
  /** Of the session; undefined: there is none. */
  link(): LinkKind | undefined;
  /** `nextPull` has something. */
  wantsToSend(): void;
}

/** What an image on trial is held to (SPEC.md section 8). */
export interface TrialHost {
  /** The journal took this boot's record. */
  isBootOnRecord(): boolean;
  /** The snapshot that the journal names cannot be read. */
  isSnapshotDamaged(): boolean;
  /** Types a digit and takes it back. Undefined: not now, somebody is there. */
  panelAnswers(): boolean | undefined;
  isOnline(): boolean;
}

/** For the status screen. */
export interface UpdateShown {
  /** That runs. */
  readonly release: number;
  readonly isTrial: boolean;
  /** Under way or refused; undefined: none. */
  readonly next:
    | { readonly release: number; readonly state: "fetching" | "waiting" }
    | { readonly release: number; readonly state: "refused" | "returned"; readonly reason: string }
    | undefined;
}
