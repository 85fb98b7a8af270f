import { createHash } from "node:crypto";
import type { RememberedAnswer } from "../state.js";
import type { CloudStore } from "../store.js";
import { Problem } from "./problem.js";

/** For so long an idempotency key is known, s. */
const KEPT_SECONDS = 86_400;
/** Of one organisation; the oldest give way. */
const KEPT_MOST = 5_000;

/** What was asked under an idempotency key. */
export interface Asked {
  /** The token's id and the key. */
  readonly key: string;
  readonly fingerprint: string;
}

export function askedOf(token: string, key: string, method: string, path: string, body: string): Asked {
  if (!/^[!-~]{1,128}$/.test(key)) {
    throw new Problem("wrong-shape", "Idempotency-Key: use 1 to 128 printable ASCII characters without blanks");
  }
  const fingerprint = createHash("sha256").update(`${method} ${path}\n${body}`).digest("hex");
  return { key: `${token}:${key}`, fingerprint };
}

/**
 * What was answered under which idempotency key. It becomes durable in one group with what was done, so that somebody who never heard
 * the answer asks again and is told the same, and it is done once.
 */
export class Answers {
  readonly #store: CloudStore;

  constructor(store: CloudStore) {
    this.#store = store;
  }

  /** Undefined: nobody has asked this yet. Throws Problem where the key was used for something else. */
  find({ key, fingerprint }: Asked, nowSeconds: number): RememberedAnswer | undefined {
    const found = this.#store.document.answers?.[key];
    if (found === undefined || nowSeconds - found.at > KEPT_SECONDS) return undefined;
    if (found.asked !== fingerprint) {
      throw new Problem("another-request", "this key was sent with another request before: make a new one for each");
    }
    return found;
  }

  /** To be called within `together`. */
  keep({ key, fingerprint }: Asked, status: number, body: string, nowSeconds: number): void {
    this.#store.document.answers ??= {};
    const answers = this.#store.document.answers;
    answers[key] = { asked: fingerprint, status, body, at: Math.floor(nowSeconds) };
    this.#store.changed(`answers/${key}`);
    // Keys of an object stay in the order in which they came.
    const all = Object.entries(answers);
    for (const [i, [old, { at }]] of all.entries()) {
      if (all.length - i <= KEPT_MOST && nowSeconds - at <= KEPT_SECONDS) break;
      delete answers[old];
      this.#store.changed(`answers/${old}`);
    }
  }

  /** It could not be made durable. */
  forget({ key }: Asked): void {
    delete this.#store.document.answers?.[key];
    this.#store.changed(`answers/${key}`);
  }
}
