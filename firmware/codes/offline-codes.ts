import type { BinsPort } from "../../hal/ports/bins.js";
import type { ClockPort } from "../../hal/ports/clock.js";
import type { HashPort } from "../../hal/ports/hash.js";
import { EmergencyTarget, Kind } from "../records/records.js";
import { type Grace, type Guessed, targetIndex } from "../state/box-state.js";
import { type Ledger, WriteRefused } from "../state/ledger.js";
import type { RefusalReason } from "../state/refusal.js";
import { codeOf, equalCodes, targetKey } from "./hotp.js";
import { CODES_A_SHEET, GRACE_SECONDS, LAST_SHEET } from "./sheet.js";
import type { Throttle } from "./throttle.js";

/** An accepted code opens its target again at most so often: with a lost clock, reboots could stretch the ten minutes. */
export const GRACE_REUSES = 5;

export interface CodeTarget {
  readonly kind: EmergencyTarget;
  readonly bin?: number | undefined;
  /** With the code for all bins: to look into those of which the box is not sure. */
  readonly stockTake?: 1;
}

/** Which printed code the panel asks for. */
export interface Prompt {
  readonly sheet: number;
  readonly number: number;
  /** The code that was accepted a moment ago and still works. */
  readonly isAgain: boolean;
}

export type CodeVerdict =
  | { readonly kind: "accepted"; readonly authority: number }
  | { readonly kind: "wrong"; readonly waitMs: number }
  | { readonly kind: "throttled"; readonly waitMs: number }
  | { readonly kind: "refused"; readonly reason: RefusalReason };

/** The verifier of printed codes (`SPEC.md`). Needs no snapshot, no clock and no link. */
export class OfflineCodes {
  readonly #ledger: Ledger;
  readonly #throttle: Throttle;
  readonly #clock: ClockPort;
  readonly #hash: HashPort;
  readonly #codesKey: Uint8Array;
  readonly #bins: Pick<BinsPort, "label">;
  /** Monotonic ms of the last acceptance in this boot; 0, the boot, for one before it. */
  #acceptedAtMs = 0;
  /** The key of the target that was asked for last. */
  #ready: { readonly name: string; readonly key: Uint8Array } | undefined;

  constructor(needs: {
    ledger: Ledger;
    throttle: Throttle;
    clock: ClockPort;
    hash: HashPort;
    codesKey: Uint8Array;
    bins: Pick<BinsPort, "label">;
  }) {
    this.#ledger = needs.ledger;
    this.#throttle = needs.throttle;
    this.#clock = needs.clock;
    this.#hash = needs.hash;
    this.#codesKey = needs.codesKey;
    this.#bins = needs.bins;
  }

  get sheet(): number {
    return this.#ledger.state.codes.sheet;
  }

  /** Milliseconds until the next code for this target is looked at; 0: now. */
  waitMs(target: CodeTarget): number {
    return this.#throttle.waitMs(guessed(target));
  }

  /** The code to ask for. Undefined: the sheet in force has none left for this target, and a newer one is needed. */
  prompt(target: CodeTarget): Prompt | undefined {
    const grace = this.#grace(target);
    if (grace !== undefined) return { sheet: grace.sheet, number: grace.number, isAgain: true };
    return this.next(target);
  }

  /** The first unused code of the sheet in force, even while the one before still works. */
  next(target: CodeTarget): Prompt | undefined {
    const { sheet, used } = this.#ledger.state.codes;
    const number = (used.get(targetIndex(target.kind, target.bin)) ?? 0) + 1;
    return number <= codesFor(target) ? { sheet, number, isAgain: false } : undefined;
  }

  /** The first code of a sheet that the person says is newer. Undefined: it is not. */
  newer(sheet: number): Prompt | undefined {
    return sheet > this.sheet && sheet <= LAST_SHEET ? { sheet, number: 1, isAgain: false } : undefined;
  }

  /** Does half of the work of a check, once the screen that asks for the code is shown: nobody waits for anything then. */
  makeReady(target: CodeTarget): void {
    this.#keyOf(target);
  }

  /**
   * Looks at eight typed digits. When it answers `accepted`, the code is burnt by the durable record `authority`; when it answers
   * `wrong`, the failure is durable.
   */
  check(target: CodeTarget, prompt: Prompt, typed: string): CodeVerdict {
    const waitMs = this.waitMs(target);
    if (waitMs > 0) return { kind: "throttled", waitMs };
    try {
      return this.#verify(target, prompt, typed);
    } catch (error) {
      // Neither a burn nor a failure can be kept: no verdict, or guesses would be free.
      if (!(error instanceof WriteRefused)) throw error;
      return { kind: "refused", reason: error.reason };
    }
  }

  #verify(target: CodeTarget, prompt: Prompt, typed: string): CodeVerdict {
    if (!this.#isInForce(target, prompt)) {
      return { kind: "refused", reason: prompt.sheet < this.sheet ? "sheet-closed" : "code-used" };
    }
    const expected = codeOf(this.#hash, this.#keyOf(target), prompt.sheet, prompt.number);
    if (!equalCodes(expected, typed)) {
      this.#throttle.recordFailure(guessed(target));
      return { kind: "wrong", waitMs: this.waitMs(target) };
    }
    const { kind, bin, stockTake } = target;
    const of = prompt.isAgain ? this.#ledger.state.codes.grace?.seq : undefined;
    const { sheet, number } = prompt;
    const authority = this.#ledger.write(
      { kind: Kind.emergency, target: kind, sheet, number, bin, of, stockTake },
      "vital",
    );
    if (of === undefined) this.#acceptedAtMs = this.#clock.monotonicMs();
    return { kind: "accepted", authority };
  }

  /** The prompt may be a minute old: another person, a newer sheet or the clock may have overtaken it. */
  #isInForce(target: CodeTarget, prompt: Prompt): boolean {
    if (prompt.isAgain) {
      const grace = this.#grace(target);
      return grace?.number === prompt.number && grace.sheet === prompt.sheet;
    }
    if (prompt.sheet > this.sheet) return prompt.number === 1;
    const next = this.next(target);
    return next?.sheet === prompt.sheet && next.number === prompt.number;
  }

  #grace(target: CodeTarget): Grace | undefined {
    const grace = this.#ledger.state.codes.grace;
    if (grace === undefined || grace.target !== targetIndex(target.kind, target.bin)) return undefined;
    return grace.reuses < GRACE_REUSES && this.#graceAge(grace) < GRACE_SECONDS ? grace : undefined;
  }

  /** Seconds. Where a reboot lost the time, the age counts from the boot: the reuse limit keeps that from being stretched. */
  #graceAge(grace: Grace): number {
    const now = this.#clock.wallSeconds();
    const isFromEarlierBoot = grace.boot !== this.#ledger.state.boots;
    if (isFromEarlierBoot && now !== undefined && grace.at !== undefined && now >= grace.at) return now - grace.at;
    return (this.#clock.monotonicMs() - this.#acceptedAtMs) / 1_000;
  }

  #keyOf(target: CodeTarget): Uint8Array {
    const name = this.#name(target);
    if (this.#ready?.name !== name) this.#ready = { name, key: targetKey(this.#hash, this.#codesKey, name) };
    return this.#ready.key;
  }

  #name(target: CodeTarget): string {
    if (target.kind === EmergencyTarget.all) return "all";
    if (target.kind === EmergencyTarget.unmount) return "unmount";
    return `bin:${this.#bins.label(target.bin ?? 0)}`;
  }
}

function guessed({ kind, bin }: CodeTarget): Guessed {
  return { target: kind, bin };
}

function codesFor(target: CodeTarget): number {
  if (target.kind === EmergencyTarget.all) return CODES_A_SHEET.all;
  return target.kind === EmergencyTarget.unmount ? CODES_A_SHEET.unmount : CODES_A_SHEET.bin;
}
