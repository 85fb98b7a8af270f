import { type ClockPort, ClockQuality } from "../ports/clock.js";
import type { PartFault } from "../ports/parts.js";
import type { RV3028 } from "./rv3028.js";

/** Farthest second of the calendar that the parts agree on: 2099-12-31T23:59:59Z. */
const LAST_SECOND = 4_102_444_799;
/** How often the RTC is asked, ms; in between the processor's own clock counts. */
const ASK_EVERY_MS = 60_000;
/** Two clocks that count whole seconds differ by one at times. */
const SLACK_SECONDS = 1;

/** Wall time from the RTC, carried on by the processor's clock while the RTC does not answer. */
export class BoardClock implements ClockPort {
  readonly #rtc: RV3028;
  readonly #monotonicMs: () => number;
  /** Wall time `seconds` was at `atMs` of the monotonic clock. */
  #anchor: { seconds: number; atMs: number } | undefined;
  #quality: ClockQuality = ClockQuality.unknown;
  #askedMs: number;
  #isSilent = false;

  constructor(options: { rtc: RV3028; monotonicMs: () => number }) {
    this.#rtc = options.rtc;
    this.#monotonicMs = options.monotonicMs;
    this.#askedMs = this.#monotonicMs();
    this.#ask();
  }

  monotonicMs(): number {
    return this.#monotonicMs();
  }

  wallSeconds(): number | undefined {
    if (this.#monotonicMs() - this.#askedMs >= ASK_EVERY_MS) this.#ask();
    return this.#carried();
  }

  quality(): ClockQuality {
    this.wallSeconds();
    return this.#quality;
  }

  setWall(seconds: number): void {
    if (!(seconds >= 0 && seconds <= LAST_SECOND)) throw new RangeError(`the RTC cannot hold second ${seconds}`);
    this.#anchor = { seconds: Math.floor(seconds), atMs: this.#monotonicMs() };
    this.#quality = ClockQuality.synced;
    this.#isSilent = !this.#rtc.set(Math.floor(seconds));
  }

  faults(): readonly PartFault[] {
    return this.#isSilent ? [{ name: "clock", reason: "RV-3028 does not answer" }] : [];
  }

  #carried(): number | undefined {
    if (this.#anchor === undefined) return undefined;
    return this.#anchor.seconds + Math.floor((this.#monotonicMs() - this.#anchor.atMs) / 1_000);
  }

  #ask(): void {
    this.#askedMs = this.#monotonicMs();
    const carried = this.#carried();
    const told = this.#rtc.read();
    this.#isSilent = told === "silent";
    if (told === "lost") {
      // It browned out while the processor ran on: what the processor knows is better than nothing.
      if (carried !== undefined) this.#isSilent = !this.#rtc.set(carried);
    } else if (told !== "silent" && told <= LAST_SECOND && !isClose(told, carried)) {
      this.#anchor = { seconds: told, atMs: this.#askedMs };
      if (this.#quality === ClockQuality.unknown) this.#quality = ClockQuality.kept;
    }
  }
}

function isClose(told: number, carried: number | undefined): boolean {
  return carried !== undefined && Math.abs(told - carried) <= SLACK_SECONDS;
}
