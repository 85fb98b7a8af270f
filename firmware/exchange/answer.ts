import { Auth, Kind } from "../records/records.js";
import type { KeyInfo } from "../snapshot/contract.js";
import type { Ledger } from "../state/ledger.js";
import type { RefusalReason } from "../state/refusal.js";
import type { Refusal, Right } from "./rights.js";

/** What the box says to whoever typed a code, held something to the reader, or chose on the panel. */
export type Answer =
  | { readonly kind: "started" }
  | ({ readonly kind: "refused" } & Refusal)
  /** A badge: which of these keys? `more` answers with the next ones, after the last with the first; absent: these are all. */
  | { readonly kind: "choose"; readonly rights: readonly Right[]; readonly more: (() => Answer) | undefined }
  /** A good code, but its key is not in this box: is the person returning it? */
  | { readonly kind: "offer-return"; readonly right: Right }
  /** A good code or badge, and nobody is sure that its key hangs in any of these bins: is the person taking it, or bringing it back? */
  | { readonly kind: "take-or-return"; readonly right: Right; readonly bins: readonly number[] }
  /** What the person said of a bin is on record. */
  | { readonly kind: "noted"; readonly right: Right; readonly bin: number };

export function refused(reason: RefusalReason): Answer {
  return { kind: "refused", reason };
}

/** What was shown gave a right to a key until a newer snapshot came. */
export function takenAway({ auth }: Right): Answer {
  return refused(auth === Auth.badge ? "no-keys-for-badge" : "wrong-code");
}

/** A refusal of somebody who may be known, which is put on record for the cloud. */
export function refuseOnRecord(
  ledger: Ledger,
  refusal: Refusal,
  who: { key: KeyInfo | undefined; access: Right["access"] },
): Answer {
  ledger.note({
    kind: Kind.refused,
    reason: refusal.reason,
    key: who.key?.id,
    user: who.access?.user,
    access: who.access?.id,
  });
  return { kind: "refused", ...refusal };
}
