import type { Ending } from "./mqtt/connection.js";
import type { RefusalCause } from "./mqtt/refusals.js";

/** What of the will a broker is asked to take, from all of it down. `plain`: nothing retained, the `state` message neither. */
const FORMS = ["retained", "plain", "none"] as const;
type Form = (typeof FORMS)[number];

/** What a broker took is asked of it again for so long, ms; then all of the will is tried once more. */
const KEPT_MS = 6 * 3_600_000;
/** A broker that closes without a CONNACK may be one that restarts: only so many in a row are taken for an answer. */
const SILENT_CLOSES = 2;
/** One that took all of the will in this boot is most likely down: less is asked of it once after so many, and then all again. */
const SILENT_CLOSES_OF_A_KNOWN = 14;
/** These have nothing to do with the will. 3.1.1 has no code for a broker that is busy but one that may mean the will. */
const OTHER_CAUSES: readonly RefusalCause[] = ["login", "version", "busy", "taken"];

/**
 * Some brokers take no retained will, or none at all, and say so by a CONNACK that names no cause, by closing, or by closing on the
 * first retained message. The will only shows sooner that a box is gone: the box connects without it rather than not at all.
 */
export class WillForm {
  #form: Form = "retained";
  #silentCloses = 0;
  /** All of the will was the last that the broker took in this boot. */
  #tookAll = false;
  /** What was last asked of a broker that had taken all. */
  #tried: Form = "none";
  /** When the broker took less than all, monotonic ms. */
  #takenAtMs: number | undefined;
  #refusal = "";

  /** For the next CONNECT. */
  at(nowMs: number): Form {
    if (this.#takenAtMs !== undefined && nowMs - this.#takenAtMs >= KEPT_MS) {
      this.#takenAtMs = undefined;
      this.#form = "retained";
    }
    return this.#form;
  }

  /** What the broker refused, in words, once it has taken a connection without it. */
  get lacks(): string | undefined {
    if (this.#takenAtMs === undefined) return undefined;
    return `${this.#form === "plain" ? "no retained will" : "no will"}: ${this.#refusal}`;
  }

  accepted(nowMs: number): void {
    this.#silentCloses = 0;
    this.#tookAll = this.#form === "retained";
    if (!this.#tookAll) this.#takenAtMs ??= nowMs;
  }

  /** A connection ended so. True: another try over the same link, with less of the will, may fare better. */
  ended(reason: string, { refusal, unanswered }: Ending): boolean {
    if (unanswered === "retained" && this.#form === "retained") return this.#less(reason);
    if (refusal !== undefined && !OTHER_CAUSES.includes(refusal.cause)) return this.#less(reason);
    if (unanswered === "connect") this.#silent(reason);
    return false;
  }

  #silent(reason: string): void {
    if (this.#tookAll && this.#form !== "retained") {
      this.#form = "retained";
      return;
    }
    if (++this.#silentCloses < (this.#tookAll ? SILENT_CLOSES_OF_A_KNOWN : SILENT_CLOSES)) return;
    this.#less(reason);
    if (this.#tookAll) this.#form = this.#tried = this.#tried === "none" ? "plain" : "none";
  }

  /** False: there is nothing left to leave out, so that was not it, and the next round begins with all of it. */
  #less(reason: string): boolean {
    this.#silentCloses = 0;
    this.#takenAtMs = undefined;
    this.#refusal = reason.replace(/^broker /, "");
    const next = FORMS[FORMS.indexOf(this.#form) + 1];
    this.#form = next ?? "retained";
    return next !== undefined;
  }
}
